using NextLayer.Contracts.Runs;
using NextLayer.ControlPlane.Features.Runs.Claiming;
using NextLayer.Tests.Support;

namespace NextLayer.Tests.ControlPlane.Runs;

public sealed class ClaimStoreTests(Servers servers)
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Claim_QueuedRun_GivesALeaseAndTellsItOnce()
    {
        await using var queue = await TestQueue.CreateAsync(servers);
        var runId = await queue.AddRunAsync();

        var claimed = Assert.Single(await queue.ClaimAsync("w1"));

        Assert.Equal((runId, RunStatus.Running, "w1", "APPROVED", 1),
            (claimed.Run.Id, claimed.Run.Status, claimed.Run.ClaimedBy, claimed.VersionStatus, claimed.Lease.Epoch));
        Assert.Equal(["run.queued", "run.started"], await queue.EventsAsync(runId));
        Assert.Empty(await queue.ClaimAsync("w2"));
    }

    [Fact]
    public async Task Claim_TheFirstOfARun_BeginsItAtThatMoment()
    {
        await using var queue = await TestQueue.CreateAsync(servers);
        await queue.AddRunsAsync(200);

        await queue.ClaimAsync("w1", maxRuns: 200);

        Assert.Equal((200L, 200L), (
            await queue.Database.AskAsync<long>("SELECT count(*) FROM pipeline_runs WHERE claimed_at IS NOT NULL"),
            await queue.Database.AskAsync<long>("SELECT count(*) FROM pipeline_runs WHERE claimed_at = started_at")));
    }

    [Fact]
    public async Task Claim_TwentyClaimersOnOneRun_OnlyOneGetsIt()
    {
        await using var queue = await TestQueue.CreateAsync(servers);
        for (var round = 0; round < 10; round++)
        {
            await queue.AddRunAsync();

            var claims = await Task.WhenAll(Enumerable.Range(0, 20).Select(i => queue.ClaimAsync($"w{i}")));

            Assert.Single(claims.SelectMany(c => c));
        }
    }

    [Fact]
    public async Task Claim_ManyClaimersOnManyRuns_GivesEachRunOnce()
    {
        await using var queue = await TestQueue.CreateAsync(servers);
        var runs = await queue.AddRunsAsync(300);

        async Task<List<Guid>> DrainAsync(int worker)
        {
            var mine = new List<Guid>();
            while (await queue.ClaimAsync($"w{worker}", maxRuns: 7) is { Count: > 0 } batch)
                mine.AddRange(batch.Select(c => c.Run.Id));
            return mine;
        }

        var claimed = (await Task.WhenAll(Enumerable.Range(0, 8).Select(DrainAsync))).SelectMany(c => c).ToList();

        Assert.Equal(runs.Order(), claimed.Order());
    }

    [Fact]
    public async Task Claim_OrderIsPriorityThenAge()
    {
        await using var queue = await TestQueue.CreateAsync(servers);
        var runs = await queue.AddRunsAsync(3);
        await queue.Database.ExecuteAsync("UPDATE pipeline_runs SET priority = 5 WHERE id = $1", runs[2]);

        var claimed = await queue.ClaimAsync(maxRuns: 3);

        Assert.Equal([runs[2], runs[0], runs[1]], claimed.Select(c => c.Run.Id));
    }

    [Fact]
    public async Task Claim_TwoWorkersInOneBatch_ShareScarceRuns()
    {
        await using var queue = await TestQueue.CreateAsync(servers);
        await queue.AddRunsAsync(4);

        var answers = await queue.Claims.ClaimAsync(
            [new ClaimItem("w1", null, 10, 30, null), new ClaimItem("w2", null, 10, 30, null)], Ct);

        Assert.Equal([2, 2], answers.Select(a => a.Count));
        Assert.All(answers[1], c => Assert.Equal("w2", c.Run.ClaimedBy));
    }

    [Fact]
    public async Task Claim_RunAfterInTheFuture_IsLeftAlone()
    {
        await using var queue = await TestQueue.CreateAsync(servers);
        var runId = await queue.AddRunAsync();
        await queue.Database.ExecuteAsync("UPDATE pipeline_runs SET run_after = now() + interval '1 hour' WHERE id = $1", runId);

        Assert.Empty(await queue.ClaimAsync());
    }

    [Fact]
    public async Task Claim_ForATenant_TakesOnlyThatTenantsRuns()
    {
        await using var queue = await TestQueue.CreateAsync(servers);
        await queue.AddRunAsync();

        Assert.Empty(await queue.ClaimAsync(tenantId: Guid.CreateVersion7()));
        Assert.Single(await queue.ClaimAsync(tenantId: queue.TenantId));
    }

    [Theory]
    [InlineData("paused")]
    [InlineData("stopped")]
    public async Task Claim_EngineNotRunning_GivesNothing(string state)
    {
        await using var queue = await TestQueue.CreateAsync(servers);
        await queue.AddRunAsync();
        await queue.Database.ExecuteAsync("UPDATE pipeline_state SET state = $1", state);

        Assert.Empty(await queue.ClaimAsync());
    }

    [Fact]
    public async Task Claim_RequestRepeated_GivesTheSameRunsWithTheSameLeases()
    {
        await using var queue = await TestQueue.CreateAsync(servers);
        await queue.AddRunsAsync(4);
        var requestId = Guid.NewGuid();
        var first = await queue.ClaimAsync(maxRuns: 2, requestId: requestId);

        var second = await queue.ClaimAsync(maxRuns: 2, requestId: requestId);

        Assert.Equal(first.Select(c => (c.Run.Id, c.Lease)).Order(), second.Select(c => (c.Run.Id, c.Lease)).Order());
        Assert.Equal(2L, await queue.Database.AskAsync<long>("SELECT count(*) FROM pipeline_runs WHERE status = 'QUEUED'"));
    }

    [Fact]
    public async Task Claim_RequestRepeatedAtTheSameMoment_ClaimsOnce()
    {
        await using var queue = await TestQueue.CreateAsync(servers);
        await queue.AddRunsAsync(100);
        for (var round = 0; round < 10; round++)
        {
            var requestId = Guid.NewGuid();

            var both = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => queue.ClaimAsync(maxRuns: 5, requestId: requestId)));

            Assert.All(both, answer => Assert.Equal(both[0].Select(c => c.Run.Id).Order(), answer.Select(c => c.Run.Id).Order()));
        }

        Assert.Equal(50L, await queue.Database.AskAsync<long>("SELECT count(*) FROM pipeline_runs WHERE status = 'RUNNING'"));
    }

    [Fact]
    public async Task Claim_RequestOfAnotherWorkerRepeated_GivesNothing()
    {
        await using var queue = await TestQueue.CreateAsync(servers);
        await queue.AddRunsAsync(2);
        var requestId = Guid.NewGuid();
        await queue.ClaimAsync("w1", requestId: requestId);

        Assert.Empty(await queue.ClaimAsync("w2", requestId: requestId));
    }

    [Fact]
    public async Task ReadSteps_AfterFailuresAndARetry_TellsTheNewestAttemptOfEach()
    {
        await using var queue = await TestQueue.CreateAsync(servers);
        var run = await queue.ClaimNewAsync();
        var error = new StepError { Code = "X", Message = "x", Retryable = true };
        await queue.ReportAsync(TestQueue.Report(run, [
            TestQueue.Step("done", StepStatus.Completed) with { Output = System.Text.Json.JsonElement.Parse("{\"n\": 1}"), Port = "true" },
            TestQueue.Step("flaky", StepStatus.Failed) with { Error = error, RetryInMs = 60_000 },
            TestQueue.Step("timer", StepStatus.Waiting) with { WaitReason = WaitReason.Timer, WakeInMs = 60_000 }]));

        var steps = (await new ClaimedStepStore(queue.Database.Databases).ReadAsync([run.Run.Id], Ct))[run.Run.Id]
            .ToDictionary(s => s.StepId);

        Assert.Equal((StepStatus.Completed, "true", 1), (steps["done"].Status, steps["done"].Port, steps["done"].Output!.Value.GetProperty("n").GetInt32()));
        Assert.Equal((StepStatus.Failed, 1, "X"), (steps["flaky"].Status, steps["flaky"].Failures, steps["flaky"].Error!.Code));
        Assert.InRange(steps["flaky"].DueInMs!.Value, 1, 60_000);
        Assert.Equal(StepStatus.Waiting, steps["timer"].Status);
        Assert.NotNull(steps["timer"].WakeAt);
    }
}
