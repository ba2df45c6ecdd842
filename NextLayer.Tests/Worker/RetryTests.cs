using NextLayer.Contracts.Runs;
using NextLayer.Tests.Worker.Support;
using NextLayer.Worker.Execution;

namespace NextLayer.Tests.Worker;

public sealed class RetryTests
{
    private const string ThreeQuickAttempts =
        """{"steps": [{"id": "a", "type": "probe", "retry": {"max_attempts": 3, "initial_seconds": 0.01, "jitter": 0}}]}""";

    [Fact]
    public async Task Failure_ThatMayGoBetter_IsTriedAgainInTheProcess()
    {
        await using var controlPlane = await FakeControlPlane.StartAsync();
        var probe = new ProbeStep();
        var id = controlPlane.Add(ThreeQuickAttempts);
        await using var worker = await TestWorker.StartAsync(controlPlane, null, probe);

        probe.Fail("a", retryable: true);
        probe.Complete("a", number: 2);
        var run = await controlPlane.UntilAsync(id, RunStatus.Succeeded);

        Assert.Equal("a:1:failed a:2:completed", run.States);
        Assert.Equal(1, run.Newest("a").Epoch);
        Assert.Equal([1, 2], probe.Calls.Select(c => c.Attempt));
        Assert.Single(probe.Calls.Select(c => c.IdempotencyKey).Distinct());
    }

    [Fact]
    public async Task Failure_AfterTheLastAttempt_FailsTheRun()
    {
        await using var controlPlane = await FakeControlPlane.StartAsync();
        var probe = new ProbeStep();
        var id = controlPlane.Add(ThreeQuickAttempts);
        await using var worker = await TestWorker.StartAsync(controlPlane, null, probe);

        foreach (var number in Enumerable.Range(1, 3))
            probe.Fail("a", retryable: true, number: number);
        var run = await controlPlane.UntilAsync(id, RunStatus.Failed);

        Assert.Equal("a:1:failed a:2:failed a:3:failed", run.States);
        Assert.Null(run.Newest("a").RetryAt);
    }

    [Fact]
    public async Task Failure_ThatIsFinal_IsNotTriedAgain()
    {
        await using var controlPlane = await FakeControlPlane.StartAsync();
        var probe = new ProbeStep();
        var id = controlPlane.Add(ThreeQuickAttempts);
        await using var worker = await TestWorker.StartAsync(controlPlane, null, probe);

        probe.Fail("a", retryable: false);
        var run = await controlPlane.UntilAsync(id, RunStatus.Failed);

        Assert.Equal("a:1:failed", run.States);
    }

    [Fact]
    public async Task Failure_WithALongWait_ParksTheRunAndGoesOnWhenItIsDue()
    {
        await using var controlPlane = await FakeControlPlane.StartAsync();
        var probe = new ProbeStep();
        var id = controlPlane.Add(
            """{"steps": [{"id": "a", "type": "probe", "retry": {"max_attempts": 2, "initial_seconds": 60, "jitter": 0}}]}""");
        await using var worker = await TestWorker.StartAsync(controlPlane, null, probe);

        probe.Fail("a", retryable: true);
        var parked = await controlPlane.UntilAsync(id, RunStatus.Paused);
        var wait = parked.WakeAt - controlPlane.Now;
        controlPlane.Advance(TimeSpan.FromSeconds(61));
        probe.Complete("a", number: 2);
        var run = await controlPlane.UntilAsync(id, RunStatus.Succeeded);

        Assert.InRange(wait!.Value.TotalSeconds, 30, 60);
        Assert.Equal("a:1:failed a:2:completed", run.States);
        Assert.Equal(2, run.Newest("a").Epoch);
    }

    [Fact]
    public async Task Failure_WithARetryAfter_WaitsAtLeastSoLong()
    {
        await using var controlPlane = await FakeControlPlane.StartAsync();
        var probe = new ProbeStep();
        var id = controlPlane.Add(ThreeQuickAttempts);
        await using var worker = await TestWorker.StartAsync(controlPlane, null, probe);

        var error = new StepError { Code = "HTTP_STATUS", Message = "Too many.", Retryable = true };
        probe.End("a", new StepResult.Failed(error, RetryAfter: TimeSpan.FromMinutes(10)));
        var parked = await controlPlane.UntilAsync(id, RunStatus.Paused);

        Assert.InRange((parked.WakeAt - controlPlane.Now)!.Value.TotalSeconds, 590, 600);
    }

    [Fact]
    public async Task Failure_WithALongWaitBesideARunningStep_WaitsForThatStepFirst()
    {
        await using var controlPlane = await FakeControlPlane.StartAsync();
        var probe = new ProbeStep();
        var id = controlPlane.Add("""
            {"steps": [{"id": "a", "type": "probe", "needs": [], "retry": {"max_attempts": 2, "initial_seconds": 60}},
                       {"id": "b", "type": "probe", "needs": []}]}
            """);
        await using var worker = await TestWorker.StartAsync(controlPlane, null, probe);

        await probe.StartedAsync("b");
        probe.Fail("a", retryable: true);
        var beside = await controlPlane.UntilStepAsync(id, "a", StepStatus.Failed);
        var statusBeside = beside.Status;
        probe.Complete("b");
        var run = await controlPlane.UntilAsync(id, RunStatus.Paused);

        Assert.Equal(RunStatus.Running, statusBeside);
        Assert.Equal(StepStatus.Completed, run.Newest("b").Status);
    }

    [Fact]
    public async Task Failure_WhileTheWorkerStops_KeepsItsRetryForAnother()
    {
        await using var controlPlane = await FakeControlPlane.StartAsync();
        var probe = new ProbeStep();
        var id = controlPlane.Add(ThreeQuickAttempts);
        var worker = await TestWorker.StartAsync(controlPlane, null, probe);

        await probe.StartedAsync("a");
        var stopping = worker.StopAsync();
        await controlPlane.UntilAsync(() => controlPlane.Heartbeats.Any(h => h.Draining), "the worker says that it drains");
        probe.Fail("a", retryable: true);
        await stopping;

        var run = await controlPlane.UntilAsync(id, RunStatus.Paused);
        Assert.Equal("a:1:failed", run.States);
        Assert.NotNull(run.Newest("a").RetryAt);
        Assert.NotNull(run.WakeAt);
        await worker.DisposeAsync();
    }

    [Fact]
    public async Task Claim_AfterTheWorkerDied_CountsFailuresNotAttempts()
    {
        await using var controlPlane = await FakeControlPlane.StartAsync();
        var probe = new ProbeStep();
        var id = controlPlane.Add("""{"steps": [{"id": "a", "type": "probe", "retry": {"max_attempts": 2, "initial_seconds": 0.01}}]}""");
        await using var worker = await TestWorker.StartAsync(controlPlane, null, probe);

        await probe.StartedAsync("a");
        await controlPlane.UntilStepAsync(id, "a", StepStatus.Running);
        controlPlane.TakeAway(id);
        await probe.StartedAsync("a", 2);
        probe.Fail("a", retryable: true, number: 2);
        probe.Complete("a", number: 3);
        var run = await controlPlane.UntilAsync(id, RunStatus.Succeeded);

        Assert.Equal("a:1:abandoned a:2:failed a:3:completed", run.States);
    }
}
