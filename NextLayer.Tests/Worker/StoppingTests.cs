using NextLayer.Contracts.Engine;
using NextLayer.Contracts.Runs;
using NextLayer.Tests.AppHost;
using NextLayer.Tests.Worker.Support;
using NextLayer.Worker.Execution;

namespace NextLayer.Tests.Worker;

/// <summary>Cancel, lost leases, an engine that stops, and shutdown in mid-step.</summary>
public sealed class StoppingTests
{
    private const string TwoSteps = """{"steps": [{"id": "a", "type": "probe"}, {"id": "b", "type": "probe"}]}""";

    [Fact]
    public async Task Cancel_WhileAStepRuns_InterruptsItAndReportsCancelled()
    {
        await using var controlPlane = await FakeControlPlane.StartAsync();
        var probe = new ProbeStep();
        var id = controlPlane.Add(TwoSteps);
        await using var worker = await TestWorker.StartAsync(controlPlane, null, probe);

        await probe.StartedAsync("a");
        await controlPlane.UntilAsync(() => controlPlane.Heartbeats.Any(h => h.Runs.Count > 0 && h.WaitSeconds > 0), "a heartbeat names the run");
        controlPlane.Cancel(id);
        var run = await controlPlane.UntilAsync(id, RunStatus.Cancelled);

        Assert.Equal("a:1:cancelled", run.States);
        Assert.Equal(1, probe.CancelledCalls);
    }

    [Fact]
    public async Task Cancel_OfAStepThatDoesNotListen_LeavesItBehind()
    {
        await using var controlPlane = await FakeControlPlane.StartAsync();
        var probe = new ProbeStep { IsDeaf = true };
        var id = controlPlane.Add(TwoSteps);
        await using var worker = await TestWorker.StartAsync(controlPlane, null, probe);

        await probe.StartedAsync("a");
        controlPlane.Cancel(id);
        var run = await controlPlane.UntilAsync(id, RunStatus.Cancelled);
        probe.Complete("a");

        Assert.Equal("a:1:cancelled", run.States);
    }

    [Fact]
    public async Task Cancel_KnownFromTheAnswerToAReport_IsHeededAtOnce()
    {
        await using var controlPlane = await FakeControlPlane.StartAsync();
        var probe = new ProbeStep();
        var id = controlPlane.Add("""
            {"steps": [{"id": "a", "type": "probe", "needs": []}, {"id": "b", "type": "probe", "needs": []}]}
            """);
        controlPlane.Break("heartbeat", [.. Enumerable.Repeat(Fault.Unavailable, 1000)]);
        await using var worker = await TestWorker.StartAsync(controlPlane, null, probe);

        await probe.StartedAsync("b");
        controlPlane.Cancel(id);
        probe.Complete("a");
        var run = await controlPlane.UntilAsync(id, RunStatus.Cancelled);

        Assert.Equal(StepStatus.Cancelled, run.Newest("b").Status);
    }

    [Fact]
    public async Task LostLease_InterruptsTheStepsAndIsSilent()
    {
        await using var controlPlane = await FakeControlPlane.StartAsync();
        var probe = new ProbeStep();
        var id = controlPlane.Add(TwoSteps);
        await using var worker = await TestWorker.StartAsync(controlPlane, null, probe);

        await probe.StartedAsync("a");
        await controlPlane.UntilStepAsync(id, "a", StepStatus.Running);
        controlPlane.TakeAway(id, becomes: RunStatus.Failed);
        await controlPlane.UntilAsync(() => probe.CancelledCalls == 1 || controlPlane.Heartbeats.Count > 1000, "the step is interrupted");
        await worker.StopAsync();

        var run = await controlPlane.UntilAsync(id, RunStatus.Failed);
        Assert.Equal("a:1:abandoned", run.States);
        Assert.Equal(1, worker.Lines.Count($"Run {id} is no longer ours"));
        Assert.Equal(0, worker.Lines.Count($"Completed run {id}"));
    }

    [Fact]
    public async Task LostLease_ThenClaimedAgainByTheSameWorker_TheNewHolderGoesOn()
    {
        await using var controlPlane = await FakeControlPlane.StartAsync();
        var probe = new ProbeStep();
        var id = controlPlane.Add(TwoSteps);
        await using var worker = await TestWorker.StartAsync(controlPlane, null, probe);

        await probe.StartedAsync("a");
        await controlPlane.UntilStepAsync(id, "a", StepStatus.Running);
        controlPlane.TakeAway(id);
        await probe.StartedAsync("a", 2);
        probe.Complete("a", number: 2);
        probe.Complete("b");
        var run = await controlPlane.UntilAsync(id, RunStatus.Succeeded);

        Assert.Equal("a:1:abandoned a:2:completed b:1:completed", run.States);
        Assert.Equal(1, probe.CancelledCalls);
    }

    [Fact]
    public async Task StoppedEngine_HandsTheRunBackAtTheNextStepBoundary()
    {
        await using var controlPlane = await FakeControlPlane.StartAsync();
        var probe = new ProbeStep();
        var id = controlPlane.Add(TwoSteps);
        await using var worker = await TestWorker.StartAsync(controlPlane, null, probe);

        await probe.StartedAsync("a");
        controlPlane.SetEngine(EngineStates.Stopped);
        await Eventually.TrueAsync(() => worker.Held(id)?.Stop == StopRequest.HandBack, "the worker knows that the engine stopped");
        probe.Complete("a");
        var run = await controlPlane.UntilAsync(id, RunStatus.Queued);
        var left = run.States;
        controlPlane.SetEngine(EngineStates.Running);
        probe.Complete("b");
        await controlPlane.UntilAsync(id, RunStatus.Succeeded);

        Assert.Equal("a:1:completed", left);
        Assert.Equal(["a", "b"], probe.Calls.Select(c => c.StepId));
    }

    [Fact]
    public async Task Stop_LetsARunningStepFinishAndHandsTheRestBack()
    {
        await using var controlPlane = await FakeControlPlane.StartAsync();
        var probe = new ProbeStep();
        var id = controlPlane.Add(TwoSteps);
        var worker = await TestWorker.StartAsync(controlPlane, null, probe);

        await probe.StartedAsync("a");
        var stopping = worker.StopAsync();
        await controlPlane.UntilAsync(() => controlPlane.Heartbeats.Any(h => h.Draining), "the worker says that it drains");
        probe.Complete("a");
        await stopping;

        var run = await controlPlane.UntilAsync(id, RunStatus.Queued);
        Assert.Equal("a:1:completed", run.States);
        await worker.DisposeAsync();
    }

    [Fact]
    public async Task Stop_AfterTheGracePeriod_InterruptsTheStepWithoutCountingAFailure()
    {
        await using var controlPlane = await FakeControlPlane.StartAsync();
        var probe = new ProbeStep();
        var id = controlPlane.Add(TwoSteps);
        var worker = await TestWorker.StartAsync(controlPlane, [("GRACE_SECONDS", "0.05")], probe);

        await probe.StartedAsync("a");
        await worker.StopAsync();

        var run = await controlPlane.UntilAsync(id, RunStatus.Queued);
        Assert.Equal("a:1:abandoned", run.States);
        Assert.Null(run.Newest("a").Error);
        Assert.Contains(run.Logs, l => l.StepId == "a" && l.Message.StartsWith("Interrupted", StringComparison.Ordinal));
        await worker.DisposeAsync();
    }

    [Fact]
    public async Task Stop_HandsBackWhatAClaimWasJustGiven()
    {
        await using var controlPlane = await FakeControlPlane.StartAsync();
        var worker = await TestWorker.StartAsync(controlPlane);
        await controlPlane.UntilAsync(() => !controlPlane.Claims.IsEmpty, "the worker claims");

        var stopping = worker.StopAsync();
        await controlPlane.UntilAsync(() => controlPlane.Heartbeats.Any(h => h.Draining), "the worker says that it drains");
        var id = controlPlane.Add(TwoSteps);
        await stopping;

        var run = await controlPlane.UntilAsync(id, RunStatus.Queued);
        Assert.Empty(run.Attempts);
        await worker.DisposeAsync();
    }
}
