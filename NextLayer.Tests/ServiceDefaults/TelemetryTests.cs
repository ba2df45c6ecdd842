using System.Diagnostics;
using System.Diagnostics.Metrics;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using NextLayer.ServiceDefaults;
using NextLayer.Tests.Support;
using OpenTelemetry.Metrics;
using OpenTelemetry.Trace;

namespace NextLayer.Tests.ServiceDefaults;

[Collection(ProcessWideListeners.Name)]
public sealed partial class TelemetryTests : IAsyncDisposable
{
    private static readonly ActivitySource Source = new("NextLayer.Tests.Telemetry");

    private readonly List<WebApplication> services = [];

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Export_CallFromClientToServer_IsOneTraceWithRouteAndStatus()
    {
        await using var collector = await OtlpReceiver.StartAsync(Ct);
        var service = await StartAsync("orders", collector.Settings);
        using var client = new HttpClient();

        using var root = Source.StartActivity("outer");
        await client.GetStringAsync($"{service.Urls.Single()}/orders/7?secret=1", Ct);
        root!.Stop();
        await service.StopAsync(Ct);
        await collector.WaitForAsync(c => OfTrace(c, root).Count == 3, "Not all three spans arrived.", Ct);

        var spans = OfTrace(collector, root);
        var outgoing = spans.Single(s => s.Kind == 3);
        var incoming = spans.Single(s => s.Kind == 2);
        Assert.Equal("GET /orders/{id}", incoming.Name);
        Assert.Equal("orders", incoming.Service);
        Assert.Equal("/orders/{id}", incoming.Tags["http.route"]);
        Assert.Equal("GET", incoming.Tags["http.request.method"]);
        Assert.Equal("/orders/7", incoming.Tags["url.path"]);
        Assert.Equal(200L, incoming.Tags["http.response.status_code"]);
        Assert.Equal(0, incoming.Status);
        Assert.Equal(outgoing.SpanId, incoming.ParentId);
        Assert.Equal(root.SpanId.ToHexString(), outgoing.ParentId);
    }

    [Fact]
    public async Task Export_HandlerThrows_SpanIsAnErrorThatKeepsItsRoute()
    {
        await using var collector = await OtlpReceiver.StartAsync(Ct);
        var service = await StartAsync("orders", collector.Settings);
        using var client = new HttpClient();

        using var root = Source.StartActivity("outer");
        using var answer = await client.GetAsync($"{service.Urls.Single()}/broken", Ct);
        root!.Stop();
        await collector.WaitForAsync(c => OfTrace(c, root).Any(s => s.Kind == 2), "The server's span did not arrive.", Ct);

        var span = OfTrace(collector, root).Single(s => s.Kind == 2);
        Assert.Equal("GET /broken", span.Name);
        Assert.Equal(2, span.Status);
        Assert.Equal(500L, span.Tags["http.response.status_code"]);
        Assert.Equal(typeof(InvalidTimeZoneException).FullName, span.Tags["error.type"]);
    }

    [Fact]
    public async Task Export_MetricsAndLogs_ArriveAfterAnOrdinaryStop()
    {
        await using var collector = await OtlpReceiver.StartAsync(Ct);
        // No periodic export within the test: what arrives was sent by the shutdown.
        var settings = new Dictionary<string, string>(collector.Settings)
        {
            ["OTEL_METRIC_EXPORT_INTERVAL"] = "600000",
            ["OTEL_BLRP_SCHEDULE_DELAY"] = "600000",
            ["OTEL_BSP_SCHEDULE_DELAY"] = "600000",
        };
        var service = await StartAsync("orders", settings);
        using var meter = service.Services.GetRequiredService<IMeterFactory>().Create("NextLayer.Tests.Orders");
        meter.CreateHistogram<double>("nextlayer.tests.size", "By").Record(12.5, new KeyValuePair<string, object?>("kind", "small"));

        using var root = Source.StartActivity("outer");
        LogPacked(service.Services.GetRequiredService<ILogger<TelemetryTests>>(), 7);
        root!.Stop();
        await service.StopAsync(Ct);
        await service.DisposeAsync();

        var point = collector.Points.Single(p => p.Name == "nextlayer.tests.size" && p.Service == "orders");
        Assert.Equal(("By", 12.5, 1UL, "small"), (point.Unit, point.Value, point.Count, point.Tags["kind"]));
        Assert.Contains(collector.Points, p => p.Name == "dotnet.gc.collections");
        var log = collector.Logs.Single(l => l.TraceId == root.TraceId.ToHexString());
        Assert.Equal("Order 7 was packed", log.Body);
        Assert.Equal(7L, log.Tags["OrderId"]);
        Assert.Contains(collector.Spans, s => s.SpanId == root.SpanId.ToHexString());
    }

    [Fact]
    public async Task Export_Probes_LeaveNoSpan()
    {
        await using var collector = await OtlpReceiver.StartAsync(Ct);
        var service = await StartAsync("orders", collector.Settings);
        using var client = new HttpClient();

        using var root = Source.StartActivity("outer");
        await client.GetStringAsync($"{service.Urls.Single()}/alive", Ct);
        await client.GetStringAsync($"{service.Urls.Single()}/health", Ct);
        await client.GetStringAsync($"{service.Urls.Single()}/orders/7", Ct);
        root!.Stop();
        await service.StopAsync(Ct);
        await service.DisposeAsync();

        Assert.Equal(["GET /orders/{id}"], OfTrace(collector, root).Where(s => s.Kind == 2).Select(s => s.Name));
    }

    [Fact]
    public async Task Export_SamplerAlwaysOff_SendsNoSpan()
    {
        await using var collector = await OtlpReceiver.StartAsync(Ct);
        var service = await StartAsync("orders", new Dictionary<string, string>(collector.Settings) { ["OTEL_TRACES_SAMPLER"] = "always_off" });
        using var client = new HttpClient();

        await client.GetStringAsync($"{service.Urls.Single()}/orders/7", Ct);
        await service.StopAsync(Ct);
        await service.DisposeAsync();

        Assert.Empty(collector.Spans);
        Assert.Contains(collector.Points, p => p.Name == "http.server.request.duration");
    }

    [Fact]
    public async Task AddServiceDefaults_WithoutACollector_MakesNoProvider()
    {
        var service = await StartAsync("orders", new Dictionary<string, string>());

        Assert.Null(service.Services.GetService<TracerProvider>());
        Assert.Null(service.Services.GetService<MeterProvider>());
        Assert.DoesNotContain(service.Services.GetServices<ILoggerProvider>(), p => p.GetType().FullName!.Contains("OpenTelemetry"));
    }

    [Fact]
    public async Task AddServiceDefaults_OnlyTracesHaveACollector_SendsNoMetricsOrLogs()
    {
        await using var collector = await OtlpReceiver.StartAsync(Ct);
        var service = await StartAsync("orders", new Dictionary<string, string>
        {
            ["OTEL_EXPORTER_OTLP_TRACES_ENDPOINT"] = new Uri(collector.Endpoint, "/v1/traces").ToString(),
            ["OTEL_EXPORTER_OTLP_PROTOCOL"] = "http/protobuf",
        });
        using var client = new HttpClient();

        using var root = Source.StartActivity("outer");
        await client.GetStringAsync($"{service.Urls.Single()}/orders/7", Ct);
        root!.Stop();
        LogPacked(service.Services.GetRequiredService<ILogger<TelemetryTests>>(), 8);
        await service.StopAsync(Ct);
        await service.DisposeAsync();

        Assert.NotEmpty(OfTrace(collector, root));
        Assert.Empty(collector.Points);
        Assert.Empty(collector.Logs);
    }

    [Fact]
    public async Task MapDefaultEndpoints_ServiceHasItsOwnHealth_KeepsIt()
    {
        var service = await StartAsync("orders", new Dictionary<string, string>(), app => app.MapGet("/health", () => "mine"));
        using var client = new HttpClient();

        var answer = await client.GetStringAsync($"{service.Urls.Single()}/health", Ct);

        Assert.Equal("mine", answer);
    }

    private static List<OtlpSpan> OfTrace(OtlpReceiver collector, Activity root) =>
        [.. collector.Spans.Where(s => s.TraceId == root.TraceId.ToHexString())];

    private async Task<WebApplication> StartAsync(
        string name, IReadOnlyDictionary<string, string> settings, Action<WebApplication>? map = null)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Configuration.AddInMemoryCollection(settings.Select(s => KeyValuePair.Create(s.Key, (string?)s.Value)));
        builder.Configuration["OTEL_SERVICE_NAME"] = name;
        builder.Logging.ClearProviders(); // The console; the collector's provider comes with the next line.
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.AddServiceDefaults();
        var app = builder.Build();
        services.Add(app);
        app.UseExceptionHandler(handler => handler.Run(context => Task.CompletedTask));
        app.MapDefaultEndpoints();
        app.MapGroup("/orders/{id}").MapGet("/", (int id) => id);
        app.MapGet("/broken", string () => throw new InvalidTimeZoneException("broken on purpose"));
        map?.Invoke(app);
        await app.StartAsync(Ct);
        return app;
    }

    [LoggerMessage(1, LogLevel.Information, "Order {OrderId} was packed")]
    private static partial void LogPacked(ILogger logger, int orderId);

    public async ValueTask DisposeAsync()
    {
        foreach (var service in services)
            await service.DisposeAsync();
    }
}
