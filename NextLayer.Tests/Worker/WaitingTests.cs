using System.Text.Json;
using NextLayer.Contracts.Runs;
using NextLayer.Tests.Worker.Support;
using NextLayer.Worker.Execution;

namespace NextLayer.Tests.Worker;

public sealed class WaitingTests
{
    [Fact]
    public async Task Delay_OfAMoment_IsWaitedInTheProcess()
    {
        await using var controlPlane = await FakeControlPlane.StartAsync();
        var id = controlPlane.Add("""{"steps": [{"id": "a", "type": "delay", "config": {"duration": "PT0.02S"}}]}""");
        await using var worker = await TestWorker.StartAsync(controlPlane);

        var run = await controlPlane.UntilAsync(id, RunStatus.Succeeded);

        Assert.Equal(1, run.Epoch);
        Assert.InRange(Output(run, "a").GetProperty("waited_ms").GetInt64(), 15, 10_000);
    }

    [Fact]
    public async Task Delay_OfAnHour_ParksTheRunAndGoesOnWhenItIsDue()
    {
        await using var controlPlane = await FakeControlPlane.StartAsync();
        var started = controlPlane.Now;
        var id = controlPlane.Add("""{"steps": [{"id": "a", "type": "delay", "config": {"duration_seconds": 3600}}, "b"]}""");
        await using var worker = await TestWorker.StartAsync(controlPlane);

        var parked = await controlPlane.UntilAsync(id, RunStatus.Paused);
        var (waiting, wakeAt) = (parked.Newest("a").Status, parked.WakeAt);
        controlPlane.Advance(TimeSpan.FromHours(1));
        var run = await controlPlane.UntilAsync(id, RunStatus.Succeeded);

        Assert.Equal(StepStatus.Waiting, waiting);
        Assert.InRange((wakeAt - started)!.Value.TotalSeconds, 3590, 3600);
        Assert.Equal("a:1:completed b:1:completed", run.States);
        Assert.InRange(Output(run, "a").GetProperty("waited_ms").GetInt64(), 3_599_000, 3_620_000);
    }

    [Fact]
    public async Task Delay_UntilThePast_ContinuesAtOnceAndSaysSo()
    {
        await using var controlPlane = await FakeControlPlane.StartAsync();
        var id = controlPlane.Add("""{"steps": [{"id": "a", "type": "delay", "config": {"until": "2029-12-31T12:00:00+02:00"}}]}""");
        await using var worker = await TestWorker.StartAsync(controlPlane);

        var run = await controlPlane.UntilAsync(id, RunStatus.Succeeded);

        Assert.True(Output(run, "a").GetProperty("late").GetBoolean());
    }

    [Fact]
    public async Task Delay_UntilATime_GoesByTheDatabasesClock()
    {
        await using var controlPlane = await FakeControlPlane.StartAsync();
        var id = controlPlane.Add("""{"steps": [{"id": "a", "type": "delay", "config": {"until": "2030-01-02T00:00:00Z"}}]}""");
        await using var worker = await TestWorker.StartAsync(controlPlane);

        var parked = await controlPlane.UntilAsync(id, RunStatus.Paused);

        Assert.Equal(new DateTimeOffset(2030, 1, 2, 0, 0, 0, TimeSpan.Zero), parked.WakeAt);
    }

    [Fact]
    public async Task Delay_UntilTheNextPlannedTime_WaitsInItsZone()
    {
        await using var controlPlane = await FakeControlPlane.StartAsync();
        var id = controlPlane.Add("""
            {"steps": [{"id": "a", "type": "delay", "config": {"until_next": {"cron": "30 9 * * 1-5", "timezone": "Europe/Berlin"}}}]}
            """);
        await using var worker = await TestWorker.StartAsync(controlPlane);

        var parked = await controlPlane.UntilAsync(id, RunStatus.Paused);
        controlPlane.Advance(TimeSpan.FromHours(9));
        var run = await controlPlane.UntilAsync(id, RunStatus.Succeeded);

        Assert.Equal(new DateTimeOffset(2030, 1, 1, 8, 30, 0, TimeSpan.Zero), parked.WakeAt ?? Output(run, "a").GetProperty("due_at").GetDateTimeOffset());
        Assert.Equal("2030-01-01T08:30:00+00:00", Output(run, "a").GetProperty("due_at").GetString());
    }

    [Theory]
    [InlineData("""{"until_next": {"cron": "61 * * * *"}}""")]
    [InlineData("""{"until_next": {"cron": "0 0 1 1 *", "timezone": "Mars"}}""")]
    [InlineData("""{"until_next": {"cron": "0 0 31 12 *"}}""")]
    [InlineData("""{"until_next": {}}""")]
    [InlineData("""{"duration": "P31D"}""")]
    [InlineData("""{"duration": "soon"}""")]
    [InlineData("""{"until": "2030-01-02T00:00:00"}""")]
    [InlineData("""{"until": "2030-01-02"}""")]
    [InlineData("{}")]
    public async Task Delay_WithABadConfig_Fails(string config)
    {
        await using var controlPlane = await FakeControlPlane.StartAsync();
        var id = controlPlane.Add($$"""{"steps": [{"id": "a", "type": "delay", "config": {{config}}}]}""");
        await using var worker = await TestWorker.StartAsync(controlPlane);

        var run = await controlPlane.UntilAsync(id, RunStatus.Failed);

        Assert.Equal("CONFIG", run.Newest("a").Error?.Code);
    }

    [Fact]
    public async Task Waiting_BesideARunningStep_LetsThatFinishBeforeTheRunIsParked()
    {
        await using var controlPlane = await FakeControlPlane.StartAsync();
        var probe = new ProbeStep();
        var id = controlPlane.Add("""
            {"steps": [{"id": "ask", "type": "probe", "needs": []}, {"id": "work", "type": "probe", "needs": []}]}
            """);
        await using var worker = await TestWorker.StartAsync(controlPlane, null, probe);

        await probe.StartedAsync("work");
        probe.End("ask", new StepResult.Waiting(WaitReason.Approval));
        var beside = await controlPlane.UntilStepAsync(id, "ask", StepStatus.Waiting);
        var statusBeside = beside.Status;
        probe.Complete("work");
        await controlPlane.UntilAsync(id, RunStatus.Paused);
        controlPlane.Resume(id, "ask", """{"approved": true}""");
        var run = await controlPlane.UntilAsync(id, RunStatus.Succeeded);

        Assert.Equal(RunStatus.Running, statusBeside);
        Assert.Equal(2, probe.Calls.Count);
        Assert.Equal(2, run.Epoch);
    }

    private static JsonElement Output(FakeRun run, string stepId) => run.Newest(stepId).Output!.Value;
}
