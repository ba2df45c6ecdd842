using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using NextLayer.Contracts.Json;
using NextLayer.Contracts.Providers;
using NextLayer.Contracts.Quotas;
using NextLayer.Contracts.Runs;
using NextLayer.Contracts.Workflows;

namespace NextLayer.Contracts.Client;

/// <summary>
/// Calls the control plane. Safe to use from many threads at once; one instance per process is enough. A refusal throws
/// <see cref="NextLayerException"/> with the problem document.
/// </summary>
public sealed class NextLayerClient : IDisposable
{
    private readonly HttpClient http;
    private readonly bool owned;

    /// <summary>Makes and owns its connections.</summary>
    public NextLayerClient(NextLayerClientOptions options)
        : this(Connect(options), owned: true)
    {
    }

    /// <summary>For a client that somebody else makes and owns: base address and default headers are its own.</summary>
    /// <exception cref="ArgumentException">The client has no base address.</exception>
    public NextLayerClient(HttpClient http)
        : this(http, owned: false)
    {
    }

    private NextLayerClient(HttpClient http, bool owned)
    {
        if (http.BaseAddress is null)
            throw new ArgumentException("The HttpClient needs a BaseAddress: the control plane's.", nameof(http));
        this.http = http;
        this.owned = owned;
    }

    /// <summary>
    /// <c>POST /api/runs</c>: starts a run of an approved version. With an idempotency key the same request answers the same
    /// run, however often it is called.
    /// </summary>
    public Task<RunCreated> CreateRunAsync(CreateRunRequest request, string? idempotencyKey = null, CancellationToken ct = default) =>
        SendAsync<RunCreated>(HttpMethod.Post, "api/runs", request, idempotencyKey, ct);

    /// <summary>
    /// <c>POST /api/v1/workflows/{id}/run</c>: starts a run of a published workflow in the caller's tenant. With an idempotency
    /// key the same request answers the same run, however often it is called.
    /// </summary>
    public async Task<Run> RunWorkflowAsync(
        Guid workflowId, JsonElement? input = null, string? idempotencyKey = null, CancellationToken ct = default)
    {
        var started = await SendAsync<Started>(HttpMethod.Post, $"api/v1/workflows/{workflowId}/run", new RunWorkflowRequest { Input = input }, idempotencyKey, ct);
        return await GetRunAsync(started.Id, ct);
    }

    /// <summary>
    /// <c>POST /api/v1/runs/{id}/resume</c>: decides what a paused run's step waits for. The data, an object, becomes the step's
    /// output; at an approval <c>approved: false</c> in it rejects. Who decides is asked only where calls carry no identity.
    /// </summary>
    /// <exception cref="NextLayerException"><c>run_not_found</c>; <c>step_not_waiting</c> and other conflicts with the run's state.</exception>
    public async Task<Run> ResumeAsync(
        Guid runId, string stepId, JsonElement? data = null, string? by = null, CancellationToken ct = default)
    {
        var decision = new ResumeRunRequest { StepId = stepId, Data = data, By = by };
        await SendAsync<JsonElement>(HttpMethod.Post, $"api/v1/runs/{runId}/resume", decision, null, ct);
        return await GetRunAsync(runId, ct);
    }

    /// <summary>
    /// <c>POST /api/v1/runs/{id}/retry-step</c>: a step that has failed and waits for its next attempt makes it at once. Naming
    /// the failed attempt keeps a late repeat from ending the pause after another failure.
    /// </summary>
    /// <exception cref="NextLayerException"><c>run_not_found</c>; <c>step_has_begun</c>, <c>step_not_retrying</c>, <c>run_finished</c>, <c>run_cancelling</c>.</exception>
    public async Task<Run> RetryStepAsync(Guid runId, string stepId, int? attempt = null, CancellationToken ct = default)
    {
        await SendAsync<JsonElement>(HttpMethod.Post, $"api/v1/runs/{runId}/retry-step", new RetryStepRequest { StepId = stepId, Attempt = attempt }, null, ct);
        return await GetRunAsync(runId, ct);
    }

    /// <summary><c>GET /api/runs/{id}</c>; null when there is no such run.</summary>
    public async Task<Run?> FindRunAsync(Guid runId, CancellationToken ct = default)
    {
        using var answer = await http.GetAsync($"api/runs/{runId}", ct);
        return answer.StatusCode == HttpStatusCode.NotFound ? null : (await ReadAsync<RunFound>(answer, ct)).Run;
    }

    /// <summary>The same, where the run must be there.</summary>
    /// <exception cref="NextLayerException"><c>run_not_found</c>.</exception>
    public async Task<Run> GetRunAsync(Guid runId, CancellationToken ct = default) =>
        await FindRunAsync(runId, ct) ?? throw NotFound(runId);

    /// <summary><c>GET /api/runs/{id}/steps</c>: every attempt of every step, in the order in which they began.</summary>
    public async Task<IReadOnlyList<RunStep>> GetStepsAsync(Guid runId, CancellationToken ct = default) =>
        (await SendAsync<RunSteps>(HttpMethod.Get, $"api/runs/{runId}/steps", null, null, ct)).Items;

    /// <summary><c>GET /api/runs/{id}/events</c>: one page of 1 to 1,000 events, oldest first.</summary>
    public Task<RunEventPage> GetEventsAsync(Guid runId, int afterSeq = 0, int limit = 200, CancellationToken ct = default) =>
        SendAsync<RunEventPage>(HttpMethod.Get, $"api/runs/{runId}/events?after_seq={afterSeq}&limit={limit}", null, null, ct);

    /// <summary><c>POST /api/runs/{id}/cancel</c>. A running run is asked to stop and stays RUNNING until it has.</summary>
    /// <exception cref="NextLayerException"><c>run_not_found</c>; <c>run_finished</c>.</exception>
    public async Task<Run> CancelRunAsync(Guid runId, string? reason = null, CancellationToken ct = default) =>
        (await SendAsync<RunChanged>(HttpMethod.Post, $"api/runs/{runId}/cancel", new CancelRunRequest { Reason = reason }, null, ct)).Run;

    /// <summary><c>POST /api/runs/{id}/retry</c>: queues a failed run again; finished steps keep their outputs.</summary>
    /// <exception cref="NextLayerException"><c>run_not_found</c>; <c>run_not_failed</c>.</exception>
    public async Task<Run> RetryRunAsync(Guid runId, CancellationToken ct = default) =>
        (await SendAsync<RunChanged>(HttpMethod.Post, $"api/runs/{runId}/retry", null, null, ct)).Run;

    /// <summary><c>GET /api/v1/validator/pipelines</c>: the provider pipelines that every organisation can run.</summary>
    public async Task<IReadOnlyList<ProviderPipeline>> GetProviderPipelinesAsync(CancellationToken ct = default) =>
        (await SendAsync<ProviderPipelineList>(HttpMethod.Get, "api/v1/validator/pipelines", null, null, ct)).Pipelines;

    /// <summary>
    /// <c>POST /api/v1/pipelines/run/{org}/…</c>: starts a provider pipeline for a day, or for yesterday (UTC), and answers its
    /// run's id. With an idempotency key the same request answers the same run, however often it is called.
    /// </summary>
    /// <exception cref="NextLayerException"><c>unknown_pipeline</c>, <c>subscription_inactive</c>, <c>integration_not_configured</c>, <c>quota_exceeded</c>.</exception>
    public async Task<Guid> RunProviderPipelineAsync(
        string org, ProviderPipeline pipeline, DateOnly? date = null, string? idempotencyKey = null, CancellationToken ct = default)
    {
        var domain = pipeline.Domain.Length == 0 ? "" : $"{pipeline.Domain}/";
        var request = new RunProviderPipelineRequest { Date = date };
        var started = await SendAsync<ProviderRunStarted>(
            HttpMethod.Post, $"api/v1/pipelines/run/{org}/{pipeline.Provider}/{domain}{pipeline.Pipeline}", request, idempotencyKey, ct);
        return started.RunId;
    }

    /// <summary><c>GET /api/v1/usage</c>: runs the caller's tenant has made, and what its daily limit leaves.</summary>
    public Task<TenantUsage> GetUsageAsync(CancellationToken ct = default) =>
        SendAsync<TenantUsage>(HttpMethod.Get, "api/v1/usage", null, null, ct);

    /// <summary>
    /// <c>GET /api/v1/costs</c>: what the tenant's providers cost on these days, both included, grouped by <c>provider</c>,
    /// <c>service</c> or <c>sku_or_model</c>.
    /// </summary>
    public Task<CostReport> GetCostsAsync(DateOnly from, DateOnly to, string groupBy = "provider", CancellationToken ct = default) =>
        SendAsync<CostReport>(HttpMethod.Get, $"api/v1/costs?from={from:O}&to={to:O}&group_by={Uri.EscapeDataString(groupBy)}", null, null, ct);

    /// <summary>
    /// Every event after <paramref name="afterSeq"/>, each once and in order, as it happens. Lost connections and restarts of
    /// the control plane are waited out; the stream ends behind the run's last event when the run has ended.
    /// </summary>
    /// <exception cref="NextLayerException">The control plane refuses: the run is not there, or not the caller's.</exception>
    public IAsyncEnumerable<RunEvent> WatchAsync(Guid runId, int afterSeq = 0, WatchOptions? options = null, CancellationToken ct = default) =>
        new RunWatch(this, http, runId, options ?? new WatchOptions()).FollowAsync(afterSeq, ct);

    /// <summary>Waits until the run has ended, and answers it. One that is retried meanwhile is waited for again.</summary>
    public async Task<Run> WaitAsync(Guid runId, WatchOptions? options = null, CancellationToken ct = default)
    {
        while (true)
        {
            var run = await GetRunAsync(runId, ct);
            if (run.Status is RunStatus.Succeeded or RunStatus.Failed or RunStatus.Cancelled)
                return run;
            await foreach (var _ in WatchAsync(runId, run.LastEventSeq, options, ct))
            {
                // Only the end is of interest.
            }
        }
    }

    public void Dispose()
    {
        if (owned)
            http.Dispose();
    }

    internal static NextLayerException NotFound(Guid runId) => new(new ApiProblem
    {
        Type = "urn:nextlayer:problem:run_not_found",
        Title = "Not Found",
        Status = (int)HttpStatusCode.NotFound,
        Detail = $"There is no run {runId}.",
    });

    private async Task<TAnswer> SendAsync<TAnswer>(
        HttpMethod method, string address, object? body, string? idempotencyKey, CancellationToken ct)
    {
        using var request = new HttpRequestMessage(method, address);
        if (body is not null)
            request.Content = JsonContent.Create(body, body.GetType(), options: NextLayerJson.Options);
        if (idempotencyKey is not null)
            request.Headers.Add("Idempotency-Key", idempotencyKey);
        using var answer = await http.SendAsync(request, ct);
        return await ReadAsync<TAnswer>(answer, ct);
    }

    private static async Task<TAnswer> ReadAsync<TAnswer>(HttpResponseMessage answer, CancellationToken ct)
    {
        if (!answer.IsSuccessStatusCode)
            throw new NextLayerException(await ReadProblemAsync(answer, ct));
        return await answer.Content.ReadFromJsonAsync<TAnswer>(NextLayerJson.Options, ct)
            ?? throw new JsonException($"{answer.RequestMessage?.RequestUri} answered null.");
    }

    private static async Task<ApiProblem> ReadProblemAsync(HttpResponseMessage answer, CancellationToken ct)
    {
        var status = (int)answer.StatusCode;
        if (answer.Content.Headers.ContentType?.MediaType == "application/problem+json")
        {
            try
            {
                if (await answer.Content.ReadFromJsonAsync<ApiProblem>(NextLayerJson.Options, ct) is { } problem)
                    return problem with { Status = status };
            }
            catch (JsonException)
            {
                // Something between us and the control plane has cut it off; the status still says enough.
            }
        }

        return new ApiProblem { Title = answer.ReasonPhrase, Status = status };
    }

    private static HttpClient Connect(NextLayerClientOptions options)
    {
        var address = options.BaseAddress.AbsoluteUri;
        var http = new HttpClient(new SocketsHttpHandler { PooledConnectionLifetime = TimeSpan.FromMinutes(5) })
        {
            BaseAddress = new Uri(address.EndsWith('/') ? address : address + "/"),
            Timeout = options.Timeout,
        };
        if (options.ApiKey is { } key)
            http.DefaultRequestHeaders.Add("X-API-Key", key);
        if (options.BearerToken is { } token)
            http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        if (options.TenantId is { } tenant)
            http.DefaultRequestHeaders.Add("X-Tenant-Id", tenant.ToString());
        return http;
    }

    // The Workflow API shows the run in words of its own; here it is the same Run everywhere.
    private sealed record Started(Guid Id);
}
