using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using NextLayer.Contracts.Json;
using NextLayer.Contracts.Providers;
using NextLayer.Contracts.Runs;
using NextLayer.Contracts.Workers;

namespace NextLayer.Worker.Platform;

/// <summary>The calls a worker lives by. Nothing is tried again here: each caller knows what a repeat means.</summary>
/// <remarks>
/// Failures are <see cref="ControlPlaneUnavailableException"/> (ask again) or <see cref="ControlPlaneRefusedException"/>.
/// </remarks>
internal sealed class ControlPlaneClient : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(15);

    private static readonly JsonTypeInfo<ClaimRequest> ClaimRequestJson = Json<ClaimRequest>();
    private static readonly JsonTypeInfo<ClaimedMany> ClaimedManyJson = Json<ClaimedMany>();
    private static readonly JsonTypeInfo<WorkerHeartbeatRequest> HeartbeatRequestJson = Json<WorkerHeartbeatRequest>();
    private static readonly JsonTypeInfo<WorkerHeartbeatResponse> HeartbeatResponseJson = Json<WorkerHeartbeatResponse>();
    private static readonly JsonTypeInfo<WorkerReportsRequest> ReportsRequestJson = Json<WorkerReportsRequest>();
    private static readonly JsonTypeInfo<WorkerReportsResponse> ReportsResponseJson = Json<WorkerReportsResponse>();
    private static readonly JsonTypeInfo<RunConnectorRequest> ConnectorRequestJson = Json<RunConnectorRequest>();
    private static readonly JsonTypeInfo<RunConnector> ConnectorJson = Json<RunConnector>();

    private static readonly JsonTypeInfo<StageCostsRequest> StageCostsRequestJson = Json<StageCostsRequest>();
    private static readonly JsonTypeInfo<CostsStaged> CostsStagedJson = Json<CostsStaged>();
    private static readonly JsonTypeInfo<LoadCostsRequest> LoadCostsRequestJson = Json<LoadCostsRequest>();
    private static readonly JsonTypeInfo<CostsLoaded> CostsLoadedJson = Json<CostsLoaded>();
    private static readonly JsonTypeInfo<RunSteps> RunStepsJson = Json<RunSteps>();

    private readonly HttpClient http;
    private readonly ControlPlaneAddresses addresses;
    private readonly ControlPlaneContact contact;
    private readonly TimeProvider time;
    private readonly string heartbeatPath;
    private readonly string reportsPath;

    public ControlPlaneClient(
        ControlPlaneAddresses addresses, ControlPlaneContact contact, WorkerOptions options, TimeProvider time)
    {
        this.addresses = addresses;
        this.contact = contact;
        this.time = time;
        var worker = Uri.EscapeDataString(options.WorkerId);
        heartbeatPath = $"api/workers/{worker}/heartbeat";
        reportsPath = $"api/workers/{worker}/reports";
        // Not from the client factory: its defaults may repeat calls, and a repeated claim is ours to decide.
        http = new HttpClient(new SocketsHttpHandler
        {
            PooledConnectionLifetime = TimeSpan.FromMinutes(2),
            ConnectTimeout = TimeSpan.FromSeconds(5),
            UseCookies = false,
            AllowAutoRedirect = false,
        })
        {
            Timeout = Timeout.InfiniteTimeSpan,
        };
        if (!string.IsNullOrEmpty(options.ApiKey))
            http.DefaultRequestHeaders.TryAddWithoutValidation("X-API-Key", options.ApiKey);
    }

    public Task<ClaimedMany> ClaimAsync(ClaimRequest request, CancellationToken ct) =>
        PostAsync("claim", "api/runs/claim", request, ClaimRequestJson, ClaimedManyJson, request.WaitSeconds, ct);

    public Task<WorkerHeartbeatResponse> HeartbeatAsync(WorkerHeartbeatRequest request, CancellationToken ct) =>
        PostAsync("heartbeat", heartbeatPath, request, HeartbeatRequestJson, HeartbeatResponseJson, request.WaitSeconds, ct);

    public Task<WorkerReportsResponse> ReportAsync(WorkerReportsRequest request, CancellationToken ct) =>
        PostAsync("report", reportsPath, request, ReportsRequestJson, ReportsResponseJson, 0, ct);

    /// <summary>Every attempt of the run's steps.</summary>
    public Task<RunSteps> StepsAsync(Guid runId, CancellationToken ct) =>
        SendAsync("steps", HttpMethod.Get, $"api/runs/{runId}/steps", content: null, RunStepsJson, 0, ct);

    public Task<RunConnector> FindConnectorAsync(Guid runId, RunConnectorRequest request, CancellationToken ct) =>
        PostAsync("connector", $"api/runs/{runId}/connectors", request, ConnectorRequestJson, ConnectorJson, 0, ct);

    /// <summary>Brings a page of rows; a repeat changes nothing.</summary>
    public Task<CostsStaged> StageCostsAsync(Guid runId, StageCostsRequest request, CancellationToken ct) =>
        PostAsync("costs", $"api/runs/{runId}/costs/pages", request, StageCostsRequestJson, CostsStagedJson, 0, ct);

    /// <summary>Has the pages loaded; a repeat changes nothing. Many rows take their time.</summary>
    public Task<CostsLoaded> LoadCostsAsync(Guid runId, LoadCostsRequest request, CancellationToken ct) =>
        PostAsync("costs", $"api/runs/{runId}/costs/load", request, LoadCostsRequestJson, CostsLoadedJson, waitSeconds: 45, ct);

    private Task<TAnswer> PostAsync<TRequest, TAnswer>(
        string operation,
        string path,
        TRequest request,
        JsonTypeInfo<TRequest> requestJson,
        JsonTypeInfo<TAnswer> answerJson,
        double waitSeconds,
        CancellationToken ct) =>
        SendAsync(operation, HttpMethod.Post, path, JsonContent.Create(request, requestJson), answerJson, waitSeconds, ct);

    private async Task<TAnswer> SendAsync<TAnswer>(
        string operation,
        HttpMethod method,
        string path,
        HttpContent? content,
        JsonTypeInfo<TAnswer> answerJson,
        double waitSeconds,
        CancellationToken ct)
    {
        var address = addresses.Current;
        try
        {
            using var timeout = new CancellationTokenSource(Patience + TimeSpan.FromSeconds(waitSeconds), time);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(ct, timeout.Token);
            using var message = new HttpRequestMessage(method, new Uri(address, path)) { Content = content };
            using var answer = await http.SendAsync(message, HttpCompletionOption.ResponseHeadersRead, either.Token);
            if (!answer.IsSuccessStatusCode)
                await RefuseAsync(answer, either.Token);
            await using var body = await answer.Content.ReadAsStreamAsync(either.Token);
            var result = await JsonSerializer.DeserializeAsync(body, answerJson, either.Token)
                ?? throw new JsonException("The answer is null.");
            contact.Succeeded(operation);
            return result;
        }
        catch (Exception ex) when (!ct.IsCancellationRequested && IsOutage(ex))
        {
            contact.Failed(operation, address, Reason(ex));
            addresses.Leave(address);
            throw new ControlPlaneUnavailableException($"{operation}: {Reason(ex)}", ex);
        }
    }

    private static bool IsOutage(Exception ex) => ex is HttpRequestException or IOException or OperationCanceledException
        or JsonException or NotSupportedException or ControlPlaneUnavailableException;

    private static string Reason(Exception ex) => ex is OperationCanceledException ? "no answer in time" : ex.Message;

    private static async Task RefuseAsync(HttpResponseMessage answer, CancellationToken ct)
    {
        var text = await answer.Content.ReadAsStringAsync(ct);
        var (code, sentence) = ReadProblem(text);
        if (text.Length > 500)
            text = text[..500];
        // 401, 403 and 404 are an operator's to mend (a key, an address), and the worker must be there when it is done.
        if (answer.StatusCode is HttpStatusCode.BadRequest or HttpStatusCode.Conflict or HttpStatusCode.RequestEntityTooLarge
            or HttpStatusCode.UnprocessableEntity || code is "connector_not_found" or "run_not_found")
            throw new ControlPlaneRefusedException(answer.StatusCode, text) { Code = code, Sentence = sentence ?? text };
        throw new ControlPlaneUnavailableException($"{(int)answer.StatusCode} {text}");
    }

    private static (string? Code, string? Sentence) ReadProblem(string text)
    {
        try
        {
            using var document = JsonDocument.Parse(text);
            var (type, detail) = (document.RootElement.GetProperty("type").GetString(), document.RootElement.GetProperty("detail").GetString());
            return (type?[(type.LastIndexOf(':') + 1)..], detail);
        }
        catch (Exception ex) when (ex is JsonException or InvalidOperationException or KeyNotFoundException)
        {
            return (null, null);
        }
    }

    private static JsonTypeInfo<T> Json<T>() => (JsonTypeInfo<T>)NextLayerJson.Options.GetTypeInfo(typeof(T));

    public void Dispose() => http.Dispose();
}
