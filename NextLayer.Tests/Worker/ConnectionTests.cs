using Microsoft.Extensions.DependencyInjection;
using NextLayer.Contracts.Runs;
using NextLayer.Tests.Worker.Support;
using NextLayer.Worker.Claiming;

namespace NextLayer.Tests.Worker;

/// <summary>A control plane that cannot be reached, loses answers or refuses calls.</summary>
public sealed class ConnectionTests
{
    [Fact]
    public async Task Report_WhoseAnswerWasLost_IsSentAgainAndCountsOnce()
    {
        await using var controlPlane = await FakeControlPlane.StartAsync();
        controlPlane.Break("report", Fault.AnswerLost, Fault.AnswerLost);
        var id = controlPlane.Add("""{"steps": ["a"]}""");
        var worker = await TestWorker.StartAsync(controlPlane);

        var run = await controlPlane.UntilAsync(id, RunStatus.Succeeded);
        await controlPlane.UntilAsync(() => controlPlane.ReportCalls.Count == 3, "the report was repeated twice");
        await worker.DisposeAsync();

        Assert.Single(run.Reports);
        Assert.All(controlPlane.ReportCalls, c => Assert.Equal(1, Assert.Single(c.Reports).Seq));
        Assert.Contains($"Completed run {id} -> SUCCEEDED", worker.Lines.All);
    }

    [Fact]
    public async Task Report_InMidRunWhoseAnswerWasLost_KeepsOrderAndLosesNothing()
    {
        await using var controlPlane = await FakeControlPlane.StartAsync();
        var probe = new ProbeStep();
        controlPlane.Break("report", Fault.AnswerLost, Fault.Unavailable, Fault.AnswerLost, Fault.AnswerLost);
        var id = controlPlane.Add("""{"steps": [{"id": "a", "type": "probe"}, {"id": "b", "type": "probe"}]}""");
        await using var worker = await TestWorker.StartAsync(controlPlane, null, probe);

        var context = await probe.StartedAsync("a");
        context.Log.Info("half way");
        probe.Complete("a");
        probe.Complete("b");
        var run = await controlPlane.UntilAsync(id, RunStatus.Succeeded);

        Assert.Equal("a:1:completed b:1:completed", run.States);
        Assert.Equal("half way", Assert.Single(run.Logs).Message);
        Assert.Equal(Enumerable.Range(1, run.Reports.Count), run.Reports.Select(r => r.Seq ?? 0));
    }

    [Fact]
    public async Task Report_RefusedAsAWhole_IsSentRunByRun()
    {
        await using var controlPlane = await FakeControlPlane.StartAsync();
        var ids = Enumerable.Range(0, 20).Select(_ => controlPlane.Add("""{"steps": ["a"]}""")).ToList();
        controlPlane.Break("report", Fault.Refused);
        await using var worker = await TestWorker.StartAsync(controlPlane);

        foreach (var id in ids)
            await controlPlane.UntilAsync(id, r => r.Status is RunStatus.Succeeded or RunStatus.Failed, "an end");
    }

    [Fact]
    public async Task Report_OfOneRunRefused_FailsThatRunWithTheReason()
    {
        await using var controlPlane = await FakeControlPlane.StartAsync();
        var id = controlPlane.Add("""{"steps": ["a"]}""");
        controlPlane.Break("report", Fault.Refused);
        await using var worker = await TestWorker.StartAsync(controlPlane);

        var run = await controlPlane.UntilAsync(id, RunStatus.Failed);

        Assert.StartsWith("REPORT_REJECTED: ", run.ErrorMessage, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Claim_WhoseAnswerWasLost_IsRepeatedWithItsIdAndGetsTheSameRuns()
    {
        await using var controlPlane = await FakeControlPlane.StartAsync();
        controlPlane.Break("claim", Fault.AnswerLost);
        var id = controlPlane.Add("""{"steps": ["a"]}""");
        await using var worker = await TestWorker.StartAsync(controlPlane);

        var run = await controlPlane.UntilAsync(id, RunStatus.Succeeded);

        Assert.Equal(1, run.Epoch);
        var claims = controlPlane.Claims.Take(2).Select(c => c.ClaimRequestId).ToList();
        Assert.Equal(claims[0], claims[1]);
        Assert.NotNull(claims[0]);
    }

    [Fact]
    public async Task Outage_IsToldOnceAndSoIsItsEnd()
    {
        var controlPlane = await FakeControlPlane.StartAsync();
        var address = controlPlane.Address;
        var worker = await TestWorker.StartAsync(controlPlane);
        await controlPlane.UntilAsync(() => !controlPlane.Heartbeats.IsEmpty, "the worker is listed");
        await controlPlane.DisposeAsync();
        await Eventually(() => worker.Lines.Count("Control plane") == 1);

        await using var again = await FakeControlPlane.StartAsync(address.Port);
        var id = again.Add("""{"steps": ["a"]}""");
        await again.UntilAsync(id, RunStatus.Succeeded);
        await Eventually(() => worker.Lines.Count("Control plane can be used again") == 1);
        await worker.DisposeAsync();

        Assert.Equal(1, worker.Lines.Count("Control plane http"));
    }

    [Fact]
    public async Task SeveralControlPlanes_OneOfThemDead_TheOtherIsUsed()
    {
        await using var alive = await FakeControlPlane.StartAsync();
        var dead = await FakeControlPlane.StartAsync();
        var deadAddress = dead.Address;
        await dead.DisposeAsync();
        var id = alive.Add("""{"steps": ["a"]}""");

        await using var worker = await TestWorker.StartAsync($"{deadAddress}, {alive.Address}");

        await alive.UntilAsync(id, RunStatus.Succeeded);
    }

    [Fact]
    public async Task Heartbeats_RefusedForMostOfTheLease_StartNoNewStep()
    {
        await using var controlPlane = await FakeControlPlane.StartAsync();
        var probe = new ProbeStep();
        controlPlane.Break("heartbeat", [.. Enumerable.Repeat(Fault.Unavailable, 100_000)]);
        var id = controlPlane.Add("""{"steps": [{"id": "a", "type": "probe"}, {"id": "b", "type": "probe"}]}""");
        await using var worker = await TestWorker.StartAsync(controlPlane, [("LEASE_SECONDS", "2"), ("HEARTBEAT_SECONDS", "0.5")], probe);

        await probe.StartedAsync("a");
        var held = worker.Services.GetRequiredService<HeldRuns>().Find(id);
        await Eventually(() => held is { MayStartSideEffects: false });
        probe.Complete("a");
        await controlPlane.UntilStepAsync(id, "a", StepStatus.Completed);
        var whileStale = probe.Calls.Count;
        controlPlane.Break("heartbeat");
        await probe.StartedAsync("b");
        probe.Complete("b");
        await controlPlane.UntilAsync(id, RunStatus.Succeeded);

        Assert.Equal(1, whileStale);
    }

    private static async Task Eventually(Func<bool> isSo)
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        while (!isSo())
            await Task.Delay(10, deadline.Token);
    }
}
