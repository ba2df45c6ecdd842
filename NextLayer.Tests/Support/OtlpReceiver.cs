using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace NextLayer.Tests.Support;

/// <summary>
/// A collector in the test's own process: takes OTLP over HTTP (<c>http/protobuf</c>) on a free loopback port and keeps
/// what comes. Give <see cref="Settings"/> to the process or host under test.
/// </summary>
internal sealed class OtlpReceiver : IAsyncDisposable
{
    private readonly WebApplication app;
    private readonly Lock gate = new();
    private readonly List<OtlpSpan> spans = [];
    private readonly List<OtlpPoint> points = [];
    private readonly List<OtlpLog> logs = [];
    private TaskCompletionSource changed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private OtlpReceiver(WebApplication app) => this.app = app;

    public Uri Endpoint { get; private set; } = null!; // Set by StartAsync, the only way to get an instance.

    /// <summary>Environment variables (or configuration keys) that send everything here, without delay.</summary>
    public IReadOnlyDictionary<string, string> Settings => new Dictionary<string, string>
    {
        ["OTEL_EXPORTER_OTLP_ENDPOINT"] = Endpoint.ToString(),
        ["OTEL_EXPORTER_OTLP_PROTOCOL"] = "http/protobuf",
        ["OTEL_BSP_SCHEDULE_DELAY"] = "50",
        ["OTEL_BLRP_SCHEDULE_DELAY"] = "50",
        ["OTEL_METRIC_EXPORT_INTERVAL"] = "100",
    };

    public IReadOnlyList<OtlpSpan> Spans => Copy(spans);

    public IReadOnlyList<OtlpPoint> Points => Copy(points);

    public IReadOnlyList<OtlpLog> Logs => Copy(logs);

    public static async Task<OtlpReceiver> StartAsync(CancellationToken ct)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var receiver = new OtlpReceiver(builder.Build());
        receiver.Map("/v1/traces", body => receiver.spans.AddRange(OtlpMessages.Spans(body)));
        receiver.Map("/v1/metrics", body => receiver.points.AddRange(OtlpMessages.Points(body)));
        receiver.Map("/v1/logs", body => receiver.logs.AddRange(OtlpMessages.Logs(body)));
        await receiver.app.StartAsync(ct);
        receiver.Endpoint = new Uri(receiver.app.Urls.Single());
        return receiver;
    }

    /// <summary>Waits until what was received so far satisfies the condition; fails with the sentence after 30 seconds.</summary>
    public async Task WaitForAsync(Func<OtlpReceiver, bool> condition, string otherwise, CancellationToken ct)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(ct);
        patience.CancelAfter(TimeSpan.FromSeconds(30));
        while (true)
        {
            Task next;
            lock (gate)
                next = changed.Task;
            if (condition(this))
                return;
            try
            {
                await next.WaitAsync(patience.Token);
            }
            catch (OperationCanceledException) when (!ct.IsCancellationRequested)
            {
                throw new TimeoutException($"{otherwise} Received: {Describe()}");
            }
        }
    }

    private string Describe() => string.Join("; ", Spans.Select(s => $"{s.Service} {s.Name} {s.TraceId}"));

    private void Map(string path, Action<ReadOnlyMemory<byte>> take) => app.MapPost(path, async (HttpRequest request) =>
    {
        using var body = new MemoryStream();
        await request.Body.CopyToAsync(body, request.HttpContext.RequestAborted);
        TaskCompletionSource done;
        lock (gate)
        {
            take(body.ToArray());
            (done, changed) = (changed, new(TaskCreationOptions.RunContinuationsAsynchronously));
        }

        done.SetResult();
        return Results.Bytes([], "application/x-protobuf"); // An empty message: everything was taken.
    });

    private T[] Copy<T>(List<T> list)
    {
        lock (gate)
            return [.. list];
    }

    public async ValueTask DisposeAsync() => await app.DisposeAsync();
}
