using System.Collections.Immutable;
using Microsoft.Extensions.Options;
using NextLayer.ControlPlane.Features.Events;
using NextLayer.ControlPlane.Platform.Background;
using NextLayer.ControlPlane.Platform.Redis;

namespace NextLayer.ControlPlane.Features.Streaming.Lists;

/// <summary>
/// Tells the lists of this replica which runs have changed. News say which; every tick those that some list shows are read
/// in one statement, whatever the number of lists. While news of the other replicas cannot come, lists are told to read
/// their pages again instead.
/// </summary>
internal sealed class ListFeed(
    ListFeedStore store, NewsHub hub, RedisConnection redis, IOptions<StreamOptions> options, TimeProvider time, ILogger<ListFeed> logger)
    : PeriodicService(time, logger)
{
    /// <summary>Time between looks for what the other replicas did, while they cannot tell.</summary>
    public static readonly TimeSpan PollInterval = TimeSpan.FromSeconds(1.5);

    private const int RunsPerRead = 1000;

    private readonly ChangedRuns changes = new();
    private readonly AsyncSignal joined = new();
    private readonly TimeProvider time = time;
    private ImmutableList<ListMailbox> mailboxes = [];
    private string? seen;
    private long lookedAt;

    protected override TimeSpan Interval => TimeSpan.FromMilliseconds(options.Value.ListTickMilliseconds);

    /// <summary>What the list shall be told from now on, until <see cref="Leave"/>.</summary>
    public ListMailbox Join(ListFilter filter)
    {
        var mailbox = new ListMailbox(filter, capacity: 2 * options.Value.ListRunsPerSecond);
        ImmutableInterlocked.Update(ref mailboxes, all => all.Add(mailbox));
        joined.Pulse();
        return mailbox;
    }

    public void Leave(ListMailbox mailbox) => ImmutableInterlocked.Update(ref mailboxes, all => all.Remove(mailbox));

    public override async Task<bool> RunOnceAsync(CancellationToken ct)
    {
        var othersWrote = await HaveOthersWrittenAsync(ct);
        var (changed, missed) = changes.Take();
        var all = mailboxes;
        if (othersWrote)
            all.ForEach(mailbox => mailbox.Miss(MissReason.Polling));
        if (missed is not null)
            all.ForEach(mailbox => mailbox.Miss(missed));
        else if (changed.Count > 0)
            await TellAsync(all, changed, ct);
        return false;
    }

    private async Task TellAsync(ImmutableList<ListMailbox> all, IReadOnlyCollection<ChangedRun> changed, CancellationToken ct)
    {
        var told = new List<ListMailbox>(all.Count);
        var wanted = new HashSet<Guid>();
        foreach (var mailbox in all)
        {
            var shown = changed.Where(mailbox.Filter.MayShow).Select(run => run.RunId).ToList();
            // What the list could not take anyway is not even read.
            if (!mailbox.Filter.LooksAtRows && shown.Count > mailbox.Free)
            {
                mailbox.Overflow();
                continue;
            }

            told.Add(mailbox);
            wanted.UnionWith(shown);
        }

        var byRun = changed.ToDictionary(run => run.RunId);
        foreach (var ids in wanted.Chunk(RunsPerRead))
        {
            var runs = await store.ReadAsync(ids, ct);
            var messages = runs.Select(run => new ListMessages(run, byRun[run.Id])).ToList();
            told.ForEach(mailbox => mailbox.Put(messages));
        }
    }

    /// <returns>True when other replicas, which cannot tell just now, may have changed runs since the last look.</returns>
    private async Task<bool> HaveOthersWrittenAsync(CancellationToken ct)
    {
        if (redis.State == RedisState.Connected)
        {
            seen = null;
            return false;
        }

        if (seen is not null && time.GetElapsedTime(lookedAt) < PollInterval)
            return false;
        lookedAt = time.GetTimestamp();
        var before = seen;
        seen = await store.SeenAsync(ct);
        return seen != before;
    }

    // What was taken and could not be read is told by nobody any more.
    protected override void OnFailure() => changes.Miss(MissReason.MissedNews);

    protected override async Task WaitAsync(TimeSpan delay, CancellationToken ct)
    {
        var (anybody, anything) = (joined.Next, changes.Added.Next);
        if (mailboxes.IsEmpty)
        {
            seen = null;
            await anybody.WaitAsync(ct);
        }
        else if (!changes.HasAny)
        {
            await anything.OrTimeoutAsync(PollInterval, time, ct);
        }

        await Task.Delay(delay, time, ct); // What comes meanwhile is read with it.
    }

    public override Task StartAsync(CancellationToken cancellationToken)
    {
        hub.Delivered += Hear;
        hub.Missed += HearOfLoss;
        return base.StartAsync(cancellationToken);
    }

    public override Task StopAsync(CancellationToken cancellationToken)
    {
        hub.Delivered -= Hear;
        hub.Missed -= HearOfLoss;
        return base.StopAsync(cancellationToken);
    }

    private void Hear(IReadOnlyList<RunHint> hints)
    {
        if (!mailboxes.IsEmpty)
            changes.Add(hints);
    }

    private void HearOfLoss()
    {
        if (!mailboxes.IsEmpty)
            changes.Miss(MissReason.MissedNews);
    }
}
