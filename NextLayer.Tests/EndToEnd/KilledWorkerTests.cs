using System.Collections.Concurrent;
using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using NextLayer.AppHost.Embedded.Processes;
using NextLayer.Tests.AppHost;

namespace NextLayer.Tests.EndToEnd;

/// <summary>The whole system as a user starts it, with a worker killed in the middle of a step.</summary>
public sealed class KilledWorkerTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Run_WorkerKilledInMidStep_FinishesOnTheOtherAndRepeatsNoFinishedStep()
    {
        Assert.SkipWhen(RunningAppHost.AssemblyPath.Contains("/bin/aspire/", StringComparison.Ordinal), "The AppHost was built for Aspire.");
        await using var stand = await SlowService.StartAsync();
        await using var host = RunningAppHost.Start(new Dictionary<string, string>
        {
            ["HttpRequest__AllowedHosts"] = "127.0.0.1",
            ["LEASE_SECONDS"] = "3",
            ["HEARTBEAT_SECONDS"] = "1",
            ["Lease__ReapIntervalSeconds"] = "0.2",
            ["Lease__ReapGraceSeconds"] = "0",
        });
        await host.HealthyAsync("worker");
        using var api = new HttpClient { BaseAddress = await host.HealthyAsync("control-plane") };
        var runId = await StartRunAsync(api, stand.Address);
        await stand.SecondStepCalled.WaitAsync(TimeSpan.FromSeconds(30), Ct);
        // Only what was recorded is safe from being repeated, and the record travels beside the next step's call.
        await FirstStepRecordedAsync(api, runId);

        var claimedBy = (await GetAsync(api, $"/api/runs/{runId}")).GetProperty("run").GetProperty("claimed_by").GetString()!;
        NativeSignals.Send(int.Parse(claimedBy.Split(':')[^1]), ChildSignal.Kill);
        var ended = await EndAsync(api, runId);
        var events = (await GetAsync(api, $"/api/runs/{runId}/events?limit=100")).GetProperty("items").EnumerateArray().ToList();

        Assert.Equal("SUCCEEDED", ended.GetProperty("status").GetString());
        Assert.NotEqual(claimedBy, ended.GetProperty("claimed_by").GetString());
        Assert.Equal(1, stand.Calls["first"]);
        Assert.Equal(2, stand.Calls["second"]);
        Assert.Equal(1, events.Count(e => Is(e, "step.completed", "first")));
        Assert.Equal(1, events.Count(e => Is(e, "run.requeued", null)));
        Assert.Equal(Enumerable.Range(1, events.Count), events.Select(e => e.GetProperty("seq").GetInt32()));
    }

    private static bool Is(JsonElement runEvent, string type, string? stepId) =>
        runEvent.GetProperty("event").GetString() == type && runEvent.GetProperty("step_id").GetString() == stepId;

    private static async Task<string> StartRunAsync(HttpClient api, Uri stand)
    {
        object Call(string name) => new { id = name, type = "http_request", config = new { method = "GET", url = new Uri(stand, name) } };
        var tenantId = await PostAsync(api, "/api/tenants", new { name = "Acme" });
        var pipelineId = await PostAsync(api, "/api/pipelines", new { tenant_id = tenantId, name = "Two calls" });
        var versionId = await PostAsync(api, "/api/pipeline-versions", new
        {
            tenant_id = tenantId,
            pipeline_id = pipelineId,
            version = "v1",
            dag_spec = new { steps = new[] { Call("first"), Call("second") } },
        });
        await PostAsync(api, $"/api/pipeline-versions/{versionId}/status", new { status = "APPROVED" });
        return await PostAsync(api, "/api/runs", new { tenant_id = tenantId, pipeline_version_id = versionId });
    }

    private static async Task FirstStepRecordedAsync(HttpClient api, string runId)
    {
        for (var left = 600; left > 0; left--)
        {
            var steps = (await GetAsync(api, $"/api/runs/{runId}/steps")).GetProperty("items");
            if (steps.EnumerateArray().Any(s => s.GetProperty("step_id").GetString() == "first" && s.GetProperty("status").GetString() == "completed"))
                return;
            await Task.Delay(50, Ct); // Another process reports; no clock of ours can hurry it.
        }

        throw new TimeoutException($"The first step of run {runId} was not recorded within 30 s.");
    }

    private static async Task<JsonElement> EndAsync(HttpClient api, string runId)
    {
        for (var left = 600; left > 0; left--)
        {
            var run = (await GetAsync(api, $"/api/runs/{runId}")).GetProperty("run");
            if (run.GetProperty("finished_at").ValueKind != JsonValueKind.Null)
                return run;
            await Task.Delay(50, Ct); // Other processes are at work; no clock of ours can hurry them.
        }

        throw new TimeoutException($"Run {runId} did not end within 30 s.");
    }

    private static async Task<JsonElement> GetAsync(HttpClient api, string path) => await api.GetFromJsonAsync<JsonElement>(path, Ct);

    private static async Task<string> PostAsync(HttpClient api, string path, object body)
    {
        using var answer = await api.PostAsJsonAsync(path, body, Ct);
        var json = await answer.Content.ReadFromJsonAsync<JsonElement>(Ct);
        Assert.True(answer.IsSuccessStatusCode, json.ToString());
        return json.GetProperty("id").GetString()!;
    }

    /// <summary>Answers at once, except the first call of <c>second</c>, which never comes back.</summary>
    private sealed class SlowService : IAsyncDisposable
    {
        private readonly WebApplication app;
        private readonly TaskCompletionSource called = new(TaskCreationOptions.RunContinuationsAsynchronously);

        private SlowService(WebApplication app) => this.app = app;

        public Uri Address => new(app.Urls.First());
        public ConcurrentDictionary<string, int> Calls { get; } = new();
        public Task SecondStepCalled => called.Task;

        public static async Task<SlowService> StartAsync()
        {
            var builder = WebApplication.CreateBuilder(["--urls=http://127.0.0.1:0"]);
            builder.Logging.ClearProviders();
            var service = new SlowService(builder.Build());
            service.app.MapGet("/{name}", service.AnswerAsync);
            await service.app.StartAsync(Ct);
            return service;
        }

        private async Task<IResult> AnswerAsync(string name, HttpContext context)
        {
            if (Calls.AddOrUpdate(name, 1, (_, n) => n + 1) == 1 && name == "second")
            {
                called.TrySetResult();
                await Task.Delay(Timeout.Infinite, context.RequestAborted).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }

            return TypedResults.Json(new { name });
        }

        public async ValueTask DisposeAsync()
        {
            await app.StopAsync(CancellationToken.None);
            await app.DisposeAsync();
        }
    }
}
