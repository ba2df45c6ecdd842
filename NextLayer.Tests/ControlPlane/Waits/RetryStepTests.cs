using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using NextLayer.Contracts.Json;
using NextLayer.Contracts.Runs;
using NextLayer.Contracts.Workflows;
using NextLayer.Tests.AppHost;
using NextLayer.Tests.Support;

namespace NextLayer.Tests.ControlPlane.Waits;

/// <summary>Steps whose next attempt is put off for long, and people who do not want to wait, with a worker that holds the run or not.</summary>
public sealed class RetryStepTests(Servers servers)
{
    private const string Flaky = """{"id": "flaky", "type": "probe", "retry": {"max_attempts": 4, "initial_seconds": 600, "jitter": 0}}""";

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task SleepingRun_IsWokenAndTriesAgain()
    {
        await using var stack = await WaitStack.StartAsync(servers);
        var id = await stack.RunAsync($$"""{"steps": [{{Flaky}}]}""");
        stack.Probe.Fail("flaky", retryable: true);
        await stack.UntilAsync(id, RunStatus.Paused);

        var (status, _) = await RetryAsync(stack, id, "flaky");
        await stack.Probe.StartedAsync("flaky", 2);
        stack.Probe.Complete("flaky", number: 2);
        await stack.UntilAsync(id, RunStatus.Succeeded);

        Assert.Equal(HttpStatusCode.OK, status);
        var asked = Assert.Single(await EventsAsync(stack, id), e => e.Event == RunEventTypes.StepRetryRequested);
        Assert.Equal(("flaky", 1), (asked.StepId, asked.Payload.GetProperty("attempt").GetInt32()));
    }

    [Fact]
    public async Task RunThatItsWorkerHolds_TriesAgainWhileItsOtherStepGoesOn()
    {
        await using var stack = await WaitStack.StartAsync(servers);
        var id = await stack.RunAsync("""
            {"nodes": [{"id": "flaky", "type": "probe", "data": {"retry": {"max_attempts": 2, "initial_seconds": 600}}},
                       {"id": "long", "type": "probe", "data": {}}],
             "edges": []}
            """);
        await stack.Probe.StartedAsync("long");
        stack.Probe.Fail("flaky", retryable: true);
        await PutOffAsync(stack, id, "flaky");

        var (status, _) = await RetryAsync(stack, id, "flaky", attempt: 1);
        await stack.Probe.StartedAsync("flaky", 2);

        Assert.Equal(HttpStatusCode.OK, status);
        stack.Probe.Complete("flaky", number: 2);
        stack.Probe.Complete("long");
        await stack.UntilAsync(id, RunStatus.Succeeded);
        Assert.DoesNotContain(await EventsAsync(stack, id), e => e.Event == RunEventTypes.RunPaused);
        Assert.Equal(3, stack.Probe.Calls.Count);
    }

    [Fact]
    public async Task NextFailure_WaitsItsOwnTime()
    {
        await using var stack = await WaitStack.StartAsync(servers);
        var id = await stack.RunAsync($$"""{"steps": [{{Flaky}}]}""");
        stack.Probe.Fail("flaky", retryable: true);
        await stack.UntilAsync(id, RunStatus.Paused);
        await RetryAsync(stack, id, "flaky", attempt: 1);
        await stack.Probe.StartedAsync("flaky", 2);
        stack.Probe.Fail("flaky", retryable: true, number: 2);
        await stack.UntilAsync(id, RunStatus.Paused);

        var (repeated, _) = await RetryAsync(stack, id, "flaky", attempt: 1); // The first click, come late.

        Assert.Equal(HttpStatusCode.OK, repeated);
        Assert.True(await stack.Queue.Database.AskAsync<bool>(
            "SELECT retry_at > now() + interval '1 minute' FROM step_runs WHERE run_id = $1 AND attempt = 2", id));
        Assert.Equal(RunStatus.Paused, (await stack.UntilAsync(id, RunStatus.Paused)).Status);
    }

    private static Task PutOffAsync(WaitStack stack, Guid id, string stepId) => Eventually.TrueAsync(
        () => stack.Queue.Database.AskAsync<bool>(
            "SELECT EXISTS (SELECT FROM step_runs WHERE run_id = $1 AND step_id = $2 AND retry_at > now())", id, stepId),
        "the next attempt was put off");

    private static async Task<(HttpStatusCode Status, JsonElement Body)> RetryAsync(WaitStack stack, Guid id, string stepId, int? attempt = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, $"/api/v1/runs/{id}/retry-step");
        request.Headers.Add("X-Tenant-Id", stack.Queue.TenantId.ToString());
        request.Content = JsonContent.Create(new RetryStepRequest { StepId = stepId, Attempt = attempt }, options: NextLayerJson.Options);
        using var answer = await stack.Host.Http.SendAsync(request, Ct);
        return (answer.StatusCode, await answer.Content.ReadFromJsonAsync<JsonElement>(Ct));
    }

    private static async Task<IReadOnlyList<RunEvent>> EventsAsync(WaitStack stack, Guid id) =>
        (await stack.Host.Http.GetFromJsonAsync<RunEventPage>($"/api/runs/{id}/events?limit=200", NextLayerJson.Options, Ct))!.Items; // Never null for a run that exists.
}
