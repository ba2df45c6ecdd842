using System.Threading.Channels;
using NextLayer.ControlPlane.Features.Runs.Changes;

namespace NextLayer.ControlPlane.Features.Events;

/// <summary>
/// Tells of committed changes: this replica's waiters at once, the other replicas through <see cref="RedisNews"/>.
/// Never waits; when Redis is slow the oldest hints are dropped, since they are only hints.
/// </summary>
internal sealed class NewsPublisher(NewsHub hub)
{
    private readonly Lock gate = new();
    private readonly Channel<NumberedHints> outbox = Channel.CreateBounded<NumberedHints>(
        new BoundedChannelOptions(1000) { FullMode = BoundedChannelFullMode.DropOldest, SingleReader = true });
    private long last;

    /// <summary>What is still to be sent to the other replicas. A hole in the numbers is what was dropped.</summary>
    public ChannelReader<NumberedHints> Outbox => outbox.Reader;

    public void Publish(IReadOnlyCollection<RunChange> runs)
    {
        var changed = runs.Where(r => r.IsChanged).Select(HintOf).ToList();
        if (changed.Count > 0)
            Publish(changed);
        if (runs.Any(r => r.BegunWaits.Count > 0 || r.EndedWaits.Count > 0 || (r.Ended && r.Before.Child is not null)))
            hub.Waits.Pulse();
    }

    public void Publish(IReadOnlyList<RunHint> hints)
    {
        if (hints.Count == 0)
            return;
        hub.Deliver(hints);
        lock (gate) // The numbers must enter the outbox in their order.
            outbox.Writer.TryWrite(new NumberedHints(++last, hints));
    }

    private static RunHint HintOf(RunChange run) =>
        new(run.Id, run.Before.TenantId, run.Seq, run.Status, run.WorkerToTell, run.Before.Status, run.LostLabels);
}

/// <param name="Number">1, 2, 3 … of one replica, so that the others notice what they have missed.</param>
internal sealed record NumberedHints(long Number, IReadOnlyList<RunHint> Hints);
