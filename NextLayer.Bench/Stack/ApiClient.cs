using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using NextLayer.Contracts.Json;
using NextLayer.Contracts.Runs;

namespace NextLayer.Bench.Stack;

/// <summary>
/// The calls that are measured. Where it can be, bodies are serialised once and answers not parsed: the load must not
/// use up the cores that it shares with what it measures.
/// </summary>
internal sealed class ApiClient(Uri controlPlane) : IDisposable
{
    private readonly HttpClient client = new(new SocketsHttpHandler { MaxConnectionsPerServer = 64 })
    {
        BaseAddress = controlPlane,
        Timeout = TimeSpan.FromSeconds(60),
    };

    /// <summary>Of the control plane.</summary>
    public Uri Address { get; } = controlPlane;

    /// <summary>Of the control plane's WebSockets.</summary>
    public Uri SocketAddress { get; } = new UriBuilder(controlPlane) { Scheme = Uri.UriSchemeWs }.Uri;

    public static byte[] CreateBody(Guid versionId) => JsonSerializer.SerializeToUtf8Bytes(Request(versionId), NextLayerJson.Options);

    public static byte[] BatchBody(Guid versionId, int runs) => JsonSerializer.SerializeToUtf8Bytes(
        new CreateRunsRequest { Runs = [.. Enumerable.Repeat(Request(versionId), runs)] }, NextLayerJson.Options);

    public async Task CreateAsync(byte[] body, CancellationToken ct) => (await PostAsync("/api/runs", body, ct)).Dispose();

    public async Task<Guid> CreateAndReadAsync(byte[] body, CancellationToken ct)
    {
        using var answer = await PostAsync("/api/runs", body, ct);
        return (await answer.Content.ReadFromJsonAsync<RunCreated>(NextLayerJson.Options, ct))!.Id; // The contract's own type.
    }

    public async Task CreateBatchAsync(byte[] body, CancellationToken ct) => (await PostAsync("/api/runs/batch", body, ct)).Dispose();

    /// <summary>Makes so many runs, 500 a call, some calls at once.</summary>
    public async Task EnqueueAsync(Guid versionId, int runs, CancellationToken ct)
    {
        const int perCall = 500;
        var body = BatchBody(versionId, perCall);
        await Parallel.ForAsync(
            0, runs / perCall, new ParallelOptions { MaxDegreeOfParallelism = 4, CancellationToken = ct },
            async (_, token) => await CreateBatchAsync(body, token));
    }

    public async Task StopEngineAsync(CancellationToken ct) => (await PostAsync("/api/pipeline/stop", [], ct)).Dispose();

    public async Task StartEngineAsync(CancellationToken ct) => (await PostAsync("/api/pipeline/start", [], ct)).Dispose();

    /// <summary>Reads a page to its last byte.</summary>
    public async Task<byte[]> GetAsync(string address, CancellationToken ct)
    {
        using var answer = await client.GetAsync(address, ct);
        var body = await answer.Content.ReadAsByteArrayAsync(ct);
        return answer.IsSuccessStatusCode ? body : throw Refused(address, answer, System.Text.Encoding.UTF8.GetString(body));
    }

    /// <summary>Sends and reads contracts, as a worker does.</summary>
    public async Task<TAnswer> AskAsync<TRequest, TAnswer>(string address, TRequest request, CancellationToken ct)
    {
        using var answer = await PostAsync(address, JsonSerializer.SerializeToUtf8Bytes(request, NextLayerJson.Options), ct);
        return (await answer.Content.ReadFromJsonAsync<TAnswer>(NextLayerJson.Options, ct))!; // No answer of ours is null.
    }

    private async Task<HttpResponseMessage> PostAsync(string address, byte[] body, CancellationToken ct)
    {
        using var content = new ByteArrayContent(body);
        content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        var answer = await client.PostAsync(address, content, ct);
        if (answer.IsSuccessStatusCode)
            return answer;
        using (answer)
            throw Refused(address, answer, await answer.Content.ReadAsStringAsync(ct));
    }

    private static InvalidOperationException Refused(string address, HttpResponseMessage answer, string body) =>
        new($"{answer.RequestMessage?.Method} {address} answered {(int)answer.StatusCode}: {body}");

    private static CreateRunRequest Request(Guid versionId) => new() { TenantId = BenchDatabase.TenantId, PipelineVersionId = versionId };

    public void Dispose() => client.Dispose();
}
