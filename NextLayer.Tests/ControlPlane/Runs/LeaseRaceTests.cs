using NextLayer.Contracts.Runs;
using NextLayer.Contracts.Workers;
using NextLayer.ControlPlane.Features.Runs;
using NextLayer.Tests.Support;

namespace NextLayer.Tests.ControlPlane.Runs;

/// <summary>Two writers, one run: whoever comes first decides, and the other changes nothing.</summary>
public sealed class LeaseRaceTests(Servers servers)
{
    private const int Rounds = 25;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Completion_BeforeTheReaper_Stands()
    {
        await using var queue = await TestQueue.CreateAsync(servers);
        var run = await queue.ClaimNewAsync();
        await queue.ExpireAsync(run.Run.Id);

        var result = await queue.ReportAsync(TestQueue.Report(run, completion: RunStatus.Succeeded));
        await queue.Reaper().RunOnceAsync(Ct);

        Assert.Equal(ReportVerdict.Accepted, result.Verdict);
        Assert.Equal("SUCCEEDED", await queue.StatusAsync(run.Run.Id));
    }

    [Fact]
    public async Task Completion_AfterTheReaper_ChangesNothing()
    {
        await using var queue = await TestQueue.CreateAsync(servers);
        var run = await queue.ClaimNewAsync();
        await queue.ReportAsync(TestQueue.Report(run, [TestQueue.Step("a", StepStatus.Running)]));
        await queue.ExpireAsync(run.Run.Id);
        await queue.Reaper().RunOnceAsync(Ct);

        var result = await queue.ReportAsync(TestQueue.Report(run, completion: RunStatus.Succeeded));

        Assert.Equal(ReportVerdict.LeaseLost, result.Verdict);
        Assert.Equal("QUEUED", await queue.StatusAsync(run.Run.Id));
        Assert.Equal(["run.queued", "run.started", "step.started", "run.requeued"], await queue.EventsAsync(run.Run.Id));
        Assert.Equal("abandoned", await queue.Database.AskAsync<string>("SELECT status FROM step_runs WHERE run_id = $1", run.Run.Id));
    }

    [Fact]
    public async Task Completion_AtTheSameMomentAsTheReaper_OneOfThemWins()
    {
        await using var queue = await TestQueue.CreateAsync(servers);
        var reaper = queue.Reaper();
        for (var round = 0; round < Rounds; round++)
        {
            var run = await queue.ClaimNewAsync();
            await queue.ExpireAsync(run.Run.Id);

            var reaping = reaper.RunOnceAsync(Ct);
            var result = await queue.ReportAsync(TestQueue.Report(run, completion: RunStatus.Succeeded));
            await reaping;

            var expected = result.Verdict == ReportVerdict.Accepted ? "SUCCEEDED" : "QUEUED";
            Assert.Equal(expected, await queue.StatusAsync(run.Run.Id));
            await queue.Database.ExecuteAsync("UPDATE pipeline_runs SET run_after = now() + interval '1 day' WHERE status = 'QUEUED'");
        }
    }

    [Fact]
    public async Task Report_TwiceAtTheSameMoment_IsAppliedOnce()
    {
        await using var queue = await TestQueue.CreateAsync(servers);
        for (var round = 0; round < Rounds; round++)
        {
            var run = await queue.ClaimNewAsync();
            var report = TestQueue.Report(run, [TestQueue.Step("a", StepStatus.Completed)], RunStatus.Succeeded);

            var results = await Task.WhenAll(queue.ReportAsync(report), queue.ReportAsync(report));

            Assert.Equal([ReportVerdict.Accepted, ReportVerdict.Replayed], results.Select(r => r.Verdict).Order());
            Assert.Equal(
                ["run.queued", "run.started", "step.started", "step.completed", "run.completed"],
                await queue.EventsAsync(run.Run.Id));
        }
    }

    [Fact]
    public async Task Progress_TwiceAtTheSameMoment_IsAppliedOnce()
    {
        await using var queue = await TestQueue.CreateAsync(servers);
        for (var round = 0; round < Rounds; round++)
        {
            var run = await queue.ClaimNewAsync();
            var report = TestQueue.Report(run, [TestQueue.Step("a", StepStatus.Running)]);

            var results = await Task.WhenAll(queue.ReportAsync(report), queue.ReportAsync(report));

            Assert.Equal([ReportVerdict.Accepted, ReportVerdict.Replayed], results.Select(r => r.Verdict).Order());
            Assert.Equal(["run.queued", "run.started", "step.started"], await queue.EventsAsync(run.Run.Id));
        }
    }

    [Fact]
    public async Task Heartbeat_BeforeTheReaper_KeepsAnExpiredLease()
    {
        await using var queue = await TestQueue.CreateAsync(servers);
        var run = await queue.ClaimNewAsync();
        await queue.ExpireAsync(run.Run.Id);

        var verdict = Assert.Single(await queue.Heartbeats.RenewAsync([new HeldRun { RunId = run.Run.Id, Lease = run.Lease }], Ct));
        await queue.Reaper().RunOnceAsync(Ct);

        Assert.Equal(HeartbeatVerdict.Continue, verdict.Verdict);
        Assert.Equal("RUNNING", await queue.StatusAsync(run.Run.Id));
    }

    [Fact]
    public async Task Heartbeat_AfterTheReaper_IsLost()
    {
        await using var queue = await TestQueue.CreateAsync(servers);
        var run = await queue.ClaimNewAsync();
        await queue.ExpireAsync(run.Run.Id);
        await queue.Reaper().RunOnceAsync(Ct);

        var verdict = Assert.Single(await queue.Heartbeats.RenewAsync([new HeldRun { RunId = run.Run.Id, Lease = run.Lease }], Ct));

        Assert.Equal(HeartbeatVerdict.Lost, verdict.Verdict);
    }

    [Fact]
    public async Task Heartbeat_AtTheSameMomentAsTheReaper_AgreesWithTheRow()
    {
        await using var queue = await TestQueue.CreateAsync(servers);
        var reaper = queue.Reaper(maxLosses: 100);
        for (var round = 0; round < Rounds; round++)
        {
            var run = await queue.ClaimNewAsync();
            await queue.ExpireAsync(run.Run.Id);

            var reaping = reaper.RunOnceAsync(Ct);
            var verdict = Assert.Single(await queue.Heartbeats.RenewAsync([new HeldRun { RunId = run.Run.Id, Lease = run.Lease }], Ct));
            await reaping;

            var expected = verdict.Verdict == HeartbeatVerdict.Continue ? "RUNNING" : "QUEUED";
            Assert.Equal(expected, await queue.StatusAsync(run.Run.Id));
            await queue.Database.ExecuteAsync("UPDATE pipeline_runs SET run_after = now() + interval '1 day' WHERE status = 'QUEUED'");
        }
    }

    [Fact]
    public async Task Reaper_ThirdLoss_FailsTheRunAsWorkerLost()
    {
        await using var queue = await TestQueue.CreateAsync(servers);
        var runId = await queue.AddRunAsync();
        for (var loss = 0; loss < 3; loss++)
        {
            await queue.Database.ExecuteAsync("UPDATE pipeline_runs SET run_after = now()");
            Assert.Single(await queue.ClaimAsync());
            await queue.ExpireAsync(runId);
            await queue.Reaper().RunOnceAsync(Ct);
        }

        Assert.Equal("FAILED", await queue.StatusAsync(runId));
        Assert.StartsWith("worker_lost", await queue.Database.AskAsync<string>("SELECT error_message FROM pipeline_runs"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Reaper_TwoReplicasAtOnce_TakeEachRunBackOnce()
    {
        await using var queue = await TestQueue.CreateAsync(servers);
        var runs = await queue.AddRunsAsync(50);
        await queue.ClaimAsync(maxRuns: 50);
        await queue.Database.ExecuteAsync("UPDATE pipeline_runs SET lease_expires_at = now() - interval '1 second'");

        await Task.WhenAll(queue.Reaper().RunOnceAsync(Ct), queue.Reaper().RunOnceAsync(Ct), queue.Reaper().RunOnceAsync(Ct));

        Assert.Equal(50L, await queue.Database.AskAsync<long>("SELECT count(*) FROM pipeline_runs WHERE status = 'QUEUED' AND lease_losses = 1"));
        Assert.Equal(50L, await queue.Database.AskAsync<long>("SELECT count(*) FROM run_events WHERE type = 'run.requeued'"));
        Assert.Equal(50, runs.Count);
    }

    [Fact]
    public async Task Cancel_AtTheSameMomentAsTheClaim_EndsCancelledOrIsPassedOn()
    {
        await using var queue = await TestQueue.CreateAsync(servers);
        for (var round = 0; round < Rounds; round++)
        {
            var runId = await queue.AddRunAsync();

            var claiming = queue.ClaimAsync();
            var (outcome, _) = await queue.Control.CancelAsync(runId, "race", Ct);
            var claimed = await claiming;

            Assert.Equal(ControlOutcome.Done, outcome);
            if (claimed.Count == 1)
            {
                var verdict = Assert.Single(await queue.Heartbeats.RenewAsync([new HeldRun { RunId = runId, Lease = claimed[0].Lease }], Ct));
                Assert.Equal(HeartbeatVerdict.Cancel, verdict.Verdict);
                await queue.ReportAsync(TestQueue.Report(claimed[0], completion: RunStatus.Cancelled));
            }

            Assert.Equal("CANCELLED", await queue.StatusAsync(runId));
        }
    }

    [Fact]
    public async Task Cancel_AtTheSameMomentAsTheCompletion_EndsOnceAndAgreesWithTheAnswers()
    {
        await using var queue = await TestQueue.CreateAsync(servers);
        for (var round = 0; round < Rounds; round++)
        {
            var run = await queue.ClaimNewAsync();

            var cancelling = queue.Control.CancelAsync(run.Run.Id, "race", Ct);
            var result = await queue.ReportAsync(TestQueue.Report(run, completion: RunStatus.Succeeded));
            var (outcome, _) = await cancelling;

            var expected = outcome == ControlOutcome.Done ? "CANCELLED" : "SUCCEEDED";
            Assert.Equal(expected, await queue.StatusAsync(run.Run.Id));
            Assert.Equal(ReportVerdict.Accepted, result.Verdict);
        }
    }

    [Fact]
    public async Task Report_OfASleeperWhoseRunWasTaken_IsLostAndHarmsNobody()
    {
        await using var queue = await TestQueue.CreateAsync(servers);
        var sleeper = await queue.ClaimNewAsync("sleeper");
        await queue.ReportAsync(TestQueue.Report(sleeper, [TestQueue.Step("a", StepStatus.Running)]));
        await queue.ExpireAsync(sleeper.Run.Id);
        await queue.Reaper().RunOnceAsync(Ct);
        await queue.Database.ExecuteAsync("UPDATE pipeline_runs SET run_after = now()");
        var successor = Assert.Single(await queue.ClaimAsync("successor"));

        var late = await queue.ReportAsync(TestQueue.Report(sleeper, [TestQueue.Step("a", StepStatus.Completed)], RunStatus.Succeeded));
        var fair = await queue.ReportAsync(TestQueue.Report(successor, [TestQueue.Step("a", StepStatus.Completed, attempt: 2)], RunStatus.Succeeded));

        Assert.Equal((ReportVerdict.LeaseLost, ReportVerdict.Accepted), (late.Verdict, fair.Verdict));
        Assert.Equal(2, successor.Lease.Epoch);
        Assert.Equal(
            ["abandoned", "completed"],
            await queue.Database.ListAsync<string>("SELECT status FROM step_runs WHERE run_id = $1 ORDER BY attempt", sleeper.Run.Id));
    }

    [Fact]
    public async Task Report_OneStaleLeaseAmongGoodOnes_ServesTheOthers()
    {
        await using var queue = await TestQueue.CreateAsync(servers);
        await queue.AddRunsAsync(5);
        var runs = await queue.ClaimAsync(maxRuns: 5);
        await queue.ExpireAsync(runs[2].Run.Id);
        await queue.Reaper().RunOnceAsync(Ct);

        var results = await queue.ReportAsync([.. runs.Select(r => TestQueue.Report(r, completion: RunStatus.Succeeded))]);

        Assert.Equal(
            [ReportVerdict.Accepted, ReportVerdict.Accepted, ReportVerdict.LeaseLost, ReportVerdict.Accepted, ReportVerdict.Accepted],
            results.Select(r => r.Verdict));
        Assert.Equal(4L, await queue.Database.AskAsync<long>("SELECT count(*) FROM pipeline_runs WHERE status = 'SUCCEEDED'"));
    }

    [Fact]
    public async Task Reports_InOppositeOrders_DoNotDeadlock()
    {
        await using var queue = await TestQueue.CreateAsync(servers);
        await queue.AddRunsAsync(100);
        var runs = await queue.ClaimAsync(maxRuns: 100);
        var reports = runs.Select(r => TestQueue.Report(r, [TestQueue.Step("a", StepStatus.Running)])).ToList();
        var held = runs.Select(r => new HeldRun { RunId = r.Run.Id, Lease = r.Lease }).ToList();

        await Task.WhenAll(
            queue.ReportAsync(reports),
            queue.ReportAsync([.. reports.AsEnumerable().Reverse()]),
            queue.Heartbeats.RenewAsync(held, Ct),
            queue.Heartbeats.RenewAsync([.. held.AsEnumerable().Reverse()], Ct));

        Assert.Equal(100L, await queue.Database.AskAsync<long>("SELECT count(*) FROM open_steps"));
    }

    [Fact]
    public async Task Retry_OfAFailedRun_OpensTheNextGenerationAndKeepsFinishedSteps()
    {
        await using var queue = await TestQueue.CreateAsync(servers);
        var run = await queue.ClaimNewAsync();
        await queue.ReportAsync(TestQueue.Report(run, [TestQueue.Step("a", StepStatus.Completed)], RunStatus.Failed));

        var (outcome, _) = await queue.Control.RetryAsync(run.Run.Id, Ct);
        var again = Assert.Single(await queue.ClaimAsync());

        Assert.Equal((ControlOutcome.Done, 2, true), (outcome, again.Run.Generation, again.HasSteps));
        Assert.Equal(
            ["run.queued", "run.started", "step.started", "step.completed", "run.failed", "run.retried", "run.started"],
            await queue.EventsAsync(run.Run.Id));
        await queue.ReportAsync(TestQueue.Report(again, completion: RunStatus.Succeeded));
    }

    [Fact]
    public async Task Waker_DueRun_IsQueuedAgainWithItsWaitingStep()
    {
        await using var queue = await TestQueue.CreateAsync(servers);
        var run = await queue.ClaimNewAsync();
        var timer = TestQueue.Step("t", StepStatus.Waiting) with { WaitReason = WaitReason.Timer, WakeInMs = 60_000 };
        await queue.ReportAsync(TestQueue.Report(run, [timer], RunStatus.Paused));
        await queue.Waker().RunOnceAsync(Ct);
        Assert.Equal("PAUSED", await queue.StatusAsync(run.Run.Id));

        await queue.Database.ExecuteAsync("UPDATE pipeline_runs SET wake_at = now() - interval '1 second'");
        await queue.Waker().RunOnceAsync(Ct);

        Assert.Equal("QUEUED", await queue.StatusAsync(run.Run.Id));
        Assert.Equal("waiting", await queue.Database.AskAsync<string>("SELECT status FROM open_steps"));
        Assert.Equal("run.requeued", (await queue.EventsAsync(run.Run.Id))[^1]);
    }
}
