using System.Text.Json;
using NextLayer.Tests.Support;

namespace NextLayer.Tests.ControlPlane.Workflows;

/// <summary>Why a run is where it is, over the real queue. Workers and engine are the whole system's, so each test sets both.</summary>
public sealed class ExplainTests(Api api) : IClassFixture<Api>, IAsyncLifetime
{
    public async ValueTask InitializeAsync()
    {
        await api.Database.ExecuteAsync("DELETE FROM workers");
        // Runs of other tests would stand ahead in the queue.
        await api.Database.ExecuteAsync("UPDATE pipeline_runs SET status = 'CANCELLED', finished_at = now() WHERE status = 'QUEUED'");
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    [Fact]
    public async Task Explain_NoWorkerEver_SaysStartOne()
    {
        var tenant = await WorkflowTenant.CreateAsync(api);

        Assert.Equal(["no_worker"], await CodesAsync(tenant, await tenant.AddRunAsync()));
    }

    [Fact]
    public async Task Explain_WorkerFellSilent_SaysSinceWhen()
    {
        var tenant = await WorkflowTenant.CreateAsync(api);
        await BeatAsync("""{"slots": 4}""");
        await api.Database.ExecuteAsync("UPDATE workers SET last_heartbeat_at = now() - interval '31 seconds'");

        var answer = await ExplainAsync(tenant, await tenant.AddRunAsync());

        var reason = Assert.Single(answer.Json.GetProperty("reasons").EnumerateArray());
        Assert.Equal("no_worker", reason.GetProperty("code").GetString());
        Assert.Equal(31, (answer.Json.GetProperty("as_of").GetDateTimeOffset() - reason.GetProperty("at").GetDateTimeOffset()).TotalSeconds, 5.0);
    }

    [Theory]
    [InlineData("""{"slots": 4, "tenant_id": "00000000-0000-7000-8000-000000000001"}""", "workers_for_other_tenants")]
    [InlineData("""{"slots": 4, "draining": true}""", "workers_draining")]
    [InlineData("""{"slots": 0}""", "workers_busy")]
    [InlineData("""{"slots": 4}""", "next_in_queue")]
    public async Task Explain_OneLiveWorker_SaysWhetherItTakesTheRun(string beat, string code)
    {
        var tenant = await WorkflowTenant.CreateAsync(api);
        await BeatAsync(beat);

        Assert.Equal([code], await CodesAsync(tenant, await tenant.AddRunAsync()));
    }

    [Fact]
    public async Task Explain_WorkerDrained_SaysThatNobodyTakesTheRun()
    {
        var tenant = await WorkflowTenant.CreateAsync(api);
        await BeatAsync("""{"slots": 4}""");
        await api.Database.ExecuteAsync("UPDATE workers SET drain_requested_at = now()");

        Assert.Equal(["workers_draining"], await CodesAsync(tenant, await tenant.AddRunAsync()));
    }

    [Fact]
    public async Task Explain_Queue_CountsThoseClaimedFirst()
    {
        var tenant = await WorkflowTenant.CreateAsync(api);
        await BeatAsync("""{"slots": 4}""");
        var workflowId = await tenant.AddPublishedAsync();
        var first = (await tenant.RunAsync(workflowId)).Id;
        var second = (await tenant.RunAsync(workflowId)).Id;
        await tenant.RunAsync(workflowId, """{"run_after": "2999-01-01T00:00:00Z", "priority": 10}""");
        var urgent = (await tenant.RunAsync(workflowId, """{"priority": 10}""")).Id;
        await tenant.RunAsync(workflowId);

        var ahead = new List<int>();
        foreach (var id in new[] { urgent, first, second })
            ahead.Add((await ExplainAsync(tenant, id)).Number("runs_ahead"));

        Assert.Equal([0, 1, 2], ahead);
        Assert.Equal(["queued"], await CodesAsync(tenant, second));
    }

    [Fact]
    public async Task Explain_Scheduled_SaysWhenAndHasNoPlaceInTheQueue()
    {
        var tenant = await WorkflowTenant.CreateAsync(api);
        await BeatAsync("""{"slots": 4}""");
        var id = (await tenant.RunAsync(await tenant.AddPublishedAsync(), """{"run_after": "2999-01-01T00:00:00Z"}""")).Id;

        var answer = await ExplainAsync(tenant, id);

        Assert.Equal(("scheduled", "2999-01-01T00:00:00+00:00"), (answer.Json.GetProperty("reasons")[0].GetProperty("code").GetString(), answer.Json.GetProperty("reasons")[0].GetProperty("at").GetString()));
        Assert.Equal(JsonValueKind.Null, answer.Json.GetProperty("runs_ahead").ValueKind);
    }

    [Theory]
    [InlineData("pause", "resume", "dispatch_paused")]
    [InlineData("stop", "start", "dispatch_stopped")]
    public async Task Explain_EngineHoldsBack_SaysSoFirst(string hold, string release, string code)
    {
        var tenant = await WorkflowTenant.CreateAsync(api);
        var waiting = await tenant.AddRunAsync();
        await tenant.PauseAsync(waiting, "manual");
        var queued = await tenant.AddRunAsync();
        await api.PostAsync($"/api/pipeline/{hold}");

        var codes = await CodesAsync(tenant, queued);
        var at = (await ExplainAsync(tenant, queued)).Json.GetProperty("reasons")[0].GetProperty("at").ValueKind;
        var paused = await CodesAsync(tenant, waiting);
        await api.PostAsync($"/api/pipeline/{release}");

        Assert.Equal([code, "no_worker"], codes);
        Assert.Equal(JsonValueKind.String, at);
        Assert.Equal(["waiting_for_resume", code], paused);
    }

    [Fact]
    public async Task Explain_Running_NamesTheWorkerItsStepsAndTheNextTry()
    {
        var tenant = await WorkflowTenant.CreateAsync(api);
        var id = await tenant.AddRunAsync();
        await tenant.ReportAsync(id, await tenant.ClaimAsync(), """
            "steps": [{"step_id": "a", "step_type": "noop", "attempt": 1, "status": "running"},
                      {"step_id": "b", "step_type": "noop", "attempt": 2, "status": "failed", "retry_in_ms": 60000,
                       "error": {"code": "X", "message": "No answer.", "retryable": true}}]
            """);
        await tenant.PostAsync($"/runs/{id}/cancel");

        var answer = await ExplainAsync(tenant, id);

        Assert.Equal(["cancel_requested", "running", "heartbeat", "step_running", "step_retry"], Codes(answer));
        var retry = answer.Json.GetProperty("reasons")[4];
        Assert.Equal(("b", "Step 'b' failed at attempt 2 and is tried again: No answer."), (retry.GetProperty("step_id").GetString(), retry.GetProperty("message").GetString()));
        Assert.True(retry.GetProperty("at").GetDateTimeOffset() > answer.Json.GetProperty("as_of").GetDateTimeOffset());
        Assert.Contains("w1", answer.Text("summary"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Explain_LeaseRanOut_SaysTheWorkerIsSilent()
    {
        var tenant = await WorkflowTenant.CreateAsync(api);
        var id = await tenant.AddRunAsync();
        await tenant.ClaimAsync();
        await api.Database.ExecuteAsync("UPDATE pipeline_runs SET lease_expires_at = now() - interval '1 second' WHERE id = $1", id);

        Assert.Equal(["worker_silent", "running", "heartbeat"], await CodesAsync(tenant, id));
    }

    [Theory]
    [InlineData("approval", "waiting_for_approval", "Step 'a' waits for an approval by ada@example.com, role admin (\"Refund 12?\").", """{"approval": {"title": "Refund 12?", "approvers": {"users": ["ada@example.com"], "roles": ["admin"]}}}""")]
    [InlineData("approval", "waiting_for_approval", "Step 'a' waits for an approval by anybody who may operate runs.")]
    [InlineData("event", "waiting_for_event", "Step 'a' waits for the event paid with the key order-7.", """{"event": {"name": "paid", "correlation_key": "order-7"}}""")]
    [InlineData("timer", "waiting_for_time", "Step 'a' waits for its time to come.")]
    [InlineData("manual", "waiting_for_resume", "Step 'a' waits until somebody resumes it.")]
    public async Task Explain_Paused_SaysForWhomOrWhat(string reason, string code, string message, string wait = "null")
    {
        var tenant = await WorkflowTenant.CreateAsync(api);
        var id = await tenant.AddRunAsync();
        await tenant.PauseAsync(id, reason, wait);

        var told = Assert.Single((await ExplainAsync(tenant, id)).Json.GetProperty("reasons").EnumerateArray());

        Assert.Equal((code, message, "a"), (told.GetProperty("code").GetString(), told.GetProperty("message").GetString(), told.GetProperty("step_id").GetString()));
    }

    [Fact]
    public async Task Explain_Ended_SaysHow()
    {
        var tenant = await WorkflowTenant.CreateAsync(api);
        var failed = await tenant.AddRunAsync();
        await tenant.FailAsync(failed);
        var completed = await tenant.AddRunAsync();
        await tenant.CompleteAsync(completed);
        var cancelled = await tenant.AddRunAsync();
        await tenant.PostAsync($"/runs/{cancelled}/cancel", """{"reason": "Not needed"}""");

        Assert.Equal(["failed", "step_failed"], await CodesAsync(tenant, failed));
        Assert.Equal("It failed: b: It broke.", (await ExplainAsync(tenant, failed)).Text("summary"));
        Assert.Equal(["completed"], await CodesAsync(tenant, completed));
        Assert.Equal("It was cancelled: Not needed", (await ExplainAsync(tenant, cancelled)).Text("summary"));
    }

    private Task<Answer> BeatAsync(string json) => api.PostAsync("/api/workers/w1/heartbeat", json);

    private static Task<Answer> ExplainAsync(WorkflowTenant tenant, Guid id) => tenant.GetAsync($"/runs/{id}/explain");

    private static async Task<IEnumerable<string?>> CodesAsync(WorkflowTenant tenant, Guid id) => Codes(await ExplainAsync(tenant, id));

    private static IEnumerable<string?> Codes(Answer answer) =>
        answer.Json.GetProperty("reasons").EnumerateArray().Select(reason => reason.GetProperty("code").GetString());
}
