using System.Net;
using NextLayer.Tests.Support;

namespace NextLayer.Tests.ControlPlane.Workflows;

/// <summary>The wish for a step's next attempt at once, in every state of the step and the run; the test itself is the worker.</summary>
public sealed class RetryStepApiTests(Api api) : IClassFixture<Api>
{
    private const string PutOff = """
        "steps": [{"step_id": "a", "step_type": "noop", "attempt": 1, "status": "failed", "retry_in_ms": 600000,
                   "error": {"code": "BOOM", "message": "It broke.", "retryable": true}}]
        """;

    private const string Wish = """{"step_id": "a"}""";

    [Fact]
    public async Task PausedRun_IsQueuedAndItsStepDue()
    {
        var tenant = await WorkflowTenant.CreateAsync(api);
        var id = await SleepingAsync(tenant);

        var answer = await tenant.PostAsync($"/runs/{id}/retry-step", Wish);

        Assert.Equal((HttpStatusCode.OK, "pending"), (answer.Status, answer.Text("status")));
        var claim = await api.PostAsync("/api/runs/claim", $$"""{"worker_id": "w2", "tenant_id": "{{tenant.Id}}", "lease_seconds": 60}""");
        Assert.InRange(claim.Json.GetProperty("steps")[0].GetProperty("due_in_ms").GetDouble(), -60_000, 0);
    }

    [Fact]
    public async Task Event_SaysWhichAttemptIsMeant()
    {
        var tenant = await WorkflowTenant.CreateAsync(api);
        var id = await SleepingAsync(tenant);
        await tenant.PostAsync($"/runs/{id}/retry-step", Wish);

        var events = (await tenant.GetAsync($"/runs/{id}/events")).Json.EnumerateArray().ToList();

        var asked = Assert.Single(events, e => e.GetProperty("event").GetString() == "step.retry_requested");
        Approved.Equal("StepRetryRequested", asked.GetRawText());
        Assert.Equal("run.requeued", events[^1].GetProperty("event").GetString());
    }

    [Fact]
    public async Task ManyAtOnce_AreOneWish()
    {
        var tenant = await WorkflowTenant.CreateAsync(api);
        var id = await SleepingAsync(tenant);

        var answers = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => tenant.PostAsync($"/runs/{id}/retry-step", Wish)));

        Assert.All(answers, answer => Assert.Equal(HttpStatusCode.OK, answer.Status));
        Assert.Equal(1, await WishesAsync(id));
    }

    [Fact]
    public async Task WorkerDied_NextOneFindsTheStepDue()
    {
        var tenant = await WorkflowTenant.CreateAsync(api);
        var id = await tenant.AddRunAsync();
        await tenant.ReportAsync(id, await tenant.ClaimAsync(), PutOff);

        var answer = await tenant.PostAsync($"/runs/{id}/retry-step", Wish);
        await api.Database.ExecuteAsync(
            """
            UPDATE pipeline_runs SET status = 'QUEUED', lease_token = NULL, lease_expires_at = NULL, lease_seconds = NULL, run_after = now()
            WHERE id = $1
            """, id); // As the reaper leaves it.
        var claim = await api.PostAsync("/api/runs/claim", $$"""{"worker_id": "w2", "tenant_id": "{{tenant.Id}}", "lease_seconds": 60}""");

        Assert.Equal((HttpStatusCode.OK, "running"), (answer.Status, answer.Text("status")));
        Assert.InRange(claim.Json.GetProperty("steps")[0].GetProperty("due_in_ms").GetDouble(), -60_000, 0);
    }

    [Fact]
    public async Task WorkerParksTheRunMeanwhile_ItIsQueuedAtOnce()
    {
        var tenant = await WorkflowTenant.CreateAsync(api);
        var id = await tenant.AddRunAsync();
        var lease = await tenant.ClaimAsync();
        await tenant.ReportAsync(id, lease, PutOff);
        await tenant.PostAsync($"/runs/{id}/retry-step", Wish);

        await tenant.ReportAsync(id, lease, """ "completion": {"status": "PAUSED", "wake_in_ms": 600000} """); // It has not heard of the wish.

        Assert.Equal("pending", (await tenant.GetAsync($"/runs/{id}")).Text("status"));
    }

    [Fact]
    public async Task HeartbeatOfTheHolder_TellsOfTheWish()
    {
        var tenant = await WorkflowTenant.CreateAsync(api);
        var id = await tenant.AddRunAsync();
        var lease = await tenant.ClaimAsync();
        await tenant.ReportAsync(id, lease, PutOff);
        await tenant.PostAsync($"/runs/{id}/retry-step", Wish);

        var beat = await api.PostAsync("/api/workers/w1/heartbeat", $$"""{"slots": 1, "runs": [{"run_id": "{{id}}", "lease": {{lease}}}]}""");

        Assert.Equal(1, beat.Json.GetProperty("runs")[0].GetProperty("settled").GetInt32());
    }

    [Fact]
    public async Task StepThatHasBegun_Is409UnlessItIsTheRepeatOfAWish()
    {
        var tenant = await WorkflowTenant.CreateAsync(api);
        var asked = await BegunAsync(tenant, wish: true);
        var unasked = await BegunAsync(tenant, wish: false);

        var repeat = await tenant.PostAsync($"/runs/{asked}/retry-step", """{"step_id": "a", "attempt": 1}""");
        var late = await tenant.PostAsync($"/runs/{unasked}/retry-step", """{"step_id": "a", "attempt": 1}""");
        var vague = await tenant.PostAsync($"/runs/{asked}/retry-step", Wish);

        Assert.Equal(HttpStatusCode.OK, repeat.Status);
        Assert.Equal((HttpStatusCode.Conflict, "step_has_begun"), (late.Status, late.Problem));
        Assert.Equal((HttpStatusCode.Conflict, "step_has_begun"), (vague.Status, vague.Problem));
        Assert.Equal((1, 0), (await WishesAsync(asked), await WishesAsync(unasked)));
    }

    [Theory]
    [InlineData("pending", "step_not_retrying")]
    [InlineData("completed", "run_finished")]
    [InlineData("failed", "run_finished")]
    [InlineData("cancelled", "run_finished")]
    [InlineData("cancelling", "run_cancelling")]
    [InlineData("waiting", "step_has_begun")]
    public async Task NothingIsPutOff_Is409AndChangesNothing(string state, string problem)
    {
        var tenant = await WorkflowTenant.CreateAsync(api);
        var id = await tenant.AddRunAsync();
        await (state switch
        {
            "completed" => tenant.CompleteAsync(id),
            "failed" => tenant.FailAsync(id),
            "cancelled" => tenant.PostAsync($"/runs/{id}/cancel"),
            "cancelling" => CancellingAsync(tenant, id),
            "waiting" => tenant.PauseAsync(id, "manual"),
            _ => Task.CompletedTask,
        });
        var before = (await tenant.GetAsync($"/runs/{id}")).Text;

        var answer = await tenant.PostAsync($"/runs/{id}/retry-step", Wish);

        Assert.Equal((HttpStatusCode.Conflict, problem), (answer.Status, answer.Problem));
        Assert.Equal(before, (await tenant.GetAsync($"/runs/{id}")).Text);
    }

    [Theory]
    [InlineData("""{"step_id": "b"}""", "step_not_retrying")]
    [InlineData("""{"step_id": "nobody"}""", "step_not_retrying")]
    [InlineData("""{"step_id": "a", "attempt": 2}""", "step_not_retrying")]
    public async Task AnotherStepOrAttempt_Is409(string wish, string problem)
    {
        var tenant = await WorkflowTenant.CreateAsync(api);
        var id = await SleepingAsync(tenant);

        var answer = await tenant.PostAsync($"/runs/{id}/retry-step", wish);

        Assert.Equal((HttpStatusCode.Conflict, problem), (answer.Status, answer.Problem));
        Assert.Equal("paused", (await tenant.GetAsync($"/runs/{id}")).Text("status"));
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("""{"step_id": ""}""")]
    [InlineData("""{"step_id": "a", "attempt": 0}""")]
    [InlineData("""{"step_id": "a", "attempt": "first"}""")]
    public async Task BadBody_Is400(string wish)
    {
        var tenant = await WorkflowTenant.CreateAsync(api);
        var id = await SleepingAsync(tenant);

        Assert.Equal(HttpStatusCode.BadRequest, (await tenant.PostAsync($"/runs/{id}/retry-step", wish)).Status);
    }

    [Fact]
    public async Task AnotherTenantsRun_IsAbsent()
    {
        var id = await SleepingAsync(await WorkflowTenant.CreateAsync(api));
        var stranger = await WorkflowTenant.CreateAsync(api);

        var answer = await stranger.PostAsync($"/runs/{id}/retry-step", Wish);

        Assert.Equal((HttpStatusCode.NotFound, 0), (answer.Status, await WishesAsync(id)));
    }

    private static async Task<Guid> SleepingAsync(WorkflowTenant tenant)
    {
        var id = await tenant.AddRunAsync();
        await tenant.ReportAsync(id, await tenant.ClaimAsync(), $$"""{{PutOff}}, "completion": {"status": "PAUSED", "wake_in_ms": 600000}""");
        return id;
    }

    /// <summary>A run whose worker has begun the second attempt, by somebody's wish or by itself.</summary>
    private static async Task<Guid> BegunAsync(WorkflowTenant tenant, bool wish)
    {
        var id = await tenant.AddRunAsync();
        var lease = await tenant.ClaimAsync();
        await tenant.ReportAsync(id, lease, PutOff);
        if (wish)
            await tenant.PostAsync($"/runs/{id}/retry-step", """{"step_id": "a", "attempt": 1}""");
        await tenant.ReportAsync(id, lease, """ "steps": [{"step_id": "a", "step_type": "noop", "attempt": 2, "status": "running"}] """);
        return id;
    }

    private static async Task CancellingAsync(WorkflowTenant tenant, Guid id)
    {
        await tenant.ReportAsync(id, await tenant.ClaimAsync(), PutOff);
        await tenant.PostAsync($"/runs/{id}/cancel");
    }

    private Task<int> WishesAsync(Guid id) => api.Database.AskAsync<int>(
        "SELECT count(*)::integer FROM run_events WHERE run_id = $1 AND type = 'step.retry_requested'", id);
}
