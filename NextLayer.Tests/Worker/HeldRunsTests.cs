using NextLayer.Contracts.Runs;
using NextLayer.Tests.Worker.Support;
using NextLayer.Worker.Claiming;
using NextLayer.Worker.Execution;
using NextLayer.Worker.Platform;

namespace NextLayer.Tests.Worker;

public sealed class HeldRunsTests
{
    private readonly ManualTime time = new();
    private readonly HeldRuns held;

    public HeldRunsTests() => held = new HeldRuns(new WorkerOptions { Slots = 10 }, time);

    [Fact]
    public void Room_OfAnIdleWorker_IsItsSlots() => Assert.Equal(10, held.Room());

    [Fact]
    public void Room_WithAllSlotsTaken_IsNothing()
    {
        Hold(10);

        Assert.Equal(0, held.Room());
    }

    [Fact]
    public void Room_AfterManyQuickRuns_GrowsByWhatWasFinishedInATenthOfASecond()
    {
        foreach (var run in Hold(10))
            held.Release(run);

        Assert.Equal(20, held.Room());
    }

    [Fact]
    public void Room_WhenNothingFinishesAnyMore_ShrinksToTheSlots()
    {
        foreach (var run in Hold(10))
            held.Release(run);
        time.Advance(TimeSpan.FromMilliseconds(250));

        Assert.Equal(10, held.Room());
    }

    [Fact]
    public void Room_OfABusyWorker_WaitsUntilAClaimIsWorthIt()
    {
        foreach (var run in Hold(400))
            held.Release(run);
        Hold(400);

        Assert.Equal(0, held.Room());
    }

    [Fact]
    public void Add_OfTheSameLeaseTwice_IsRefused()
    {
        var run = Run(Guid.NewGuid(), epoch: 1);

        Assert.True(held.Add(run));
        Assert.False(held.Add(Run(run.Id, epoch: 1)));
        Assert.Same(run, held.Find(run.Id));
    }

    [Fact]
    public void Add_OfANewerLease_DropsTheOlderHolder()
    {
        var older = Run(Guid.NewGuid(), epoch: 1);
        var newer = Run(older.Id, epoch: 2);
        held.Add(older);

        Assert.True(held.Add(newer));
        held.Release(older);

        Assert.Equal(StopRequest.Lost, older.Stop);
        Assert.Same(newer, held.Find(older.Id));
    }

    [Fact]
    public void MayStartSideEffects_EndsAtEightyPercentOfTheLease()
    {
        var run = Run(Guid.NewGuid(), epoch: 1);

        time.Advance(TimeSpan.FromSeconds(23.9));
        var before = run.MayStartSideEffects;
        time.Advance(TimeSpan.FromSeconds(0.2));
        var after = run.MayStartSideEffects;
        run.Renewed(time.GetTimestamp());

        Assert.Equal((true, false, true), (before, after, run.MayStartSideEffects));
    }

    [Fact]
    public void RequestStop_OnlyEverGrowsMoreUrgent()
    {
        var run = Run(Guid.NewGuid(), epoch: 1);
        var token = run.Interruption;

        run.RequestStop(StopRequest.HandBack);
        var interruptedByHandBack = token.IsCancellationRequested;
        run.RequestStop(StopRequest.Cancel);
        run.RequestStop(StopRequest.HandBackNow);

        Assert.False(interruptedByHandBack);
        Assert.True(token.IsCancellationRequested);
        Assert.Equal(StopRequest.Cancel, run.Stop);
    }

    private List<ActiveRun> Hold(int count)
    {
        var runs = Enumerable.Range(0, count).Select(_ => Run(Guid.NewGuid(), epoch: 1)).ToList();
        Assert.All(runs, r => Assert.True(held.Add(r)));
        return runs;
    }

    private ActiveRun Run(Guid id, int epoch) => new(
        new ClaimedRun
        {
            Run = new Run
            {
                Id = id,
                TenantId = Guid.Empty,
                PipelineId = Guid.Empty,
                PipelineVersionId = Guid.Empty,
                Status = RunStatus.Running,
                TriggerType = "manual",
                Parameters = default,
                CreatedAt = default,
                UpdatedAt = default,
                Generation = 1,
                Priority = 0,
                RunAfter = default,
                CancelRequested = false,
                LeaseLosses = 0,
                LastEventSeq = 1,
            },
            PipelineVersion = new ClaimedVersion { Id = Guid.Empty, Status = "APPROVED", DagSpec = default },
            Lease = new Lease { Epoch = epoch, Token = Guid.NewGuid(), Seconds = 30 },
        },
        time.GetTimestamp(),
        time);
}
