using NextLayer.Contracts.Runs;
using NextLayer.ControlPlane.Features.Events;
using NextLayer.ControlPlane.Features.Streaming.Lists;

namespace NextLayer.Tests.ControlPlane.Streaming;

/// <summary>What the list's stream keeps in memory, and what it forgets.</summary>
public sealed class ListBoundsTests
{
    private static readonly Guid Tenant = Guid.CreateVersion7();
    private static readonly ListFilter All = new(null, StatusSet.All, null, null);

    [Fact]
    public void ChangedRuns_MoreThanItKeeps_ForgetsThemAndSaysSoOnce()
    {
        var changes = new ChangedRuns();

        changes.Add([.. Enumerable.Range(0, ChangedRuns.Capacity + 1).Select(_ => Hint(Guid.NewGuid(), RunStatus.Queued))]);
        changes.Add([Hint(Guid.NewGuid(), RunStatus.Queued)]);
        var overflowed = changes.Take();
        var after = changes.Take();

        Assert.Equal((0, MissReason.TooMany), (overflowed.Runs.Count, overflowed.Missed));
        Assert.Equal((0, null), (after.Runs.Count, after.Missed));
    }

    [Fact]
    public void ChangedRuns_ManyChangesOfOneRun_AreOneWithEveryStatusItHad()
    {
        var changes = new ChangedRuns();
        var run = Guid.NewGuid();

        changes.Add([Hint(run, RunStatus.Running, was: RunStatus.Queued), Hint(run, RunStatus.Running), Hint(run, RunStatus.Succeeded, was: RunStatus.Running)]);

        var passed = Assert.Single(changes.Take().Runs).Passed;
        Assert.Equal([RunStatus.Queued, RunStatus.Running, RunStatus.Succeeded], Enum.GetValues<RunStatus>().Where(passed.Has));
    }

    [Fact]
    public void Mailbox_LatestOfARun_TakesThePlaceOfTheEarlier()
    {
        var mailbox = new ListMailbox(All, capacity: 10);
        var (first, second) = (Run(RunStatus.Queued), Run(RunStatus.Queued));

        mailbox.Put([Changed(first), Changed(second)]);
        mailbox.Put([Changed(first with { Status = RunStatus.Running, LastEventSeq = 2 })]);
        var (_, messages, more) = mailbox.Take(most: 1, maySayMissed: true);

        var message = System.Text.Json.JsonElement.Parse(Assert.Single(messages));
        Assert.Equal((first.Id, "RUNNING", 2, true), (message.GetProperty("run").GetProperty("id").GetGuid(), message.GetProperty("run").GetProperty("status").GetString(), message.GetProperty("seq").GetInt32(), more));
    }

    [Fact]
    public void Mailbox_MoreThanItsListCanTake_BecomesOneResync()
    {
        var mailbox = new ListMailbox(All, capacity: 3);

        mailbox.Put([.. Enumerable.Range(0, 4).Select(_ => Changed(Run(RunStatus.Queued)))]);
        mailbox.Put([Changed(Run(RunStatus.Queued))]); // The page that will be read shows it.
        var tooSoon = mailbox.Take(most: 10, maySayMissed: false);
        var told = mailbox.Take(most: 10, maySayMissed: true);
        mailbox.Put([Changed(Run(RunStatus.Queued))]);
        var after = mailbox.Take(most: 10, maySayMissed: false);

        Assert.Equal((null, 0, true), (tooSoon.Missed, tooSoon.Messages.Count, tooSoon.MoreWaits));
        Assert.Equal((MissReason.TooMany, 0, false), (told.Missed, told.Messages.Count, told.MoreWaits));
        Assert.Equal((null, 1, false), (after.Missed, after.Messages.Count, after.MoreWaits));
    }

    [Fact]
    public void Mailbox_SomethingElseWasMissed_StillTellsWhatWaits()
    {
        var mailbox = new ListMailbox(All, capacity: 3);

        mailbox.Miss(MissReason.Polling);
        mailbox.Put([Changed(Run(RunStatus.Queued))]);
        var tooSoon = mailbox.Take(most: 10, maySayMissed: false);
        mailbox.Put([Changed(Run(RunStatus.Queued))]);
        var told = mailbox.Take(most: 10, maySayMissed: true);

        Assert.Equal((null, 1, true), (tooSoon.Missed, tooSoon.Messages.Count, tooSoon.MoreWaits));
        Assert.Equal((MissReason.Polling, 1, false), (told.Missed, told.Messages.Count, told.MoreWaits));
    }

    private static RunHint Hint(Guid run, RunStatus status, RunStatus? was = null) => new(run, Tenant, 1, status, Was: was);

    private static ListMessages Changed(Run run) => new(run, new ChangedRun(run.Id, run.TenantId, default(StatusSet).With(run.Status)));

    private static Run Run(RunStatus status) => new()
    {
        Id = Guid.CreateVersion7(),
        TenantId = Tenant,
        PipelineId = Guid.NewGuid(),
        PipelineVersionId = Guid.NewGuid(),
        Status = status,
        TriggerType = "manual",
        Parameters = System.Text.Json.JsonElement.Parse("{}"),
        CreatedAt = DateTimeOffset.UnixEpoch,
        UpdatedAt = DateTimeOffset.UnixEpoch,
        RunAfter = DateTimeOffset.UnixEpoch,
        Generation = 1,
        Priority = 0,
        CancelRequested = false,
        LeaseLosses = 0,
        LastEventSeq = 1,
    };
}
