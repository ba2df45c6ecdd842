using System.Threading.Channels;
using NextLayer.ControlPlane.Features.Runs.Changes;

namespace NextLayer.ControlPlane.Features.Events;

/// <summary>
/// Tells of committed changes: this replica's waiters at once, the other replicas through <see cref="RedisNews"/>.
/// Never waits; when Redis is slow the oldest hints are dropped, since they are only hints.
/// </summary>
internal sealed class NewsPublisher(NewsHub hub)
{
    private readonly Channel<IReadOnlyList<RunHint>> outbox = Channel.CreateBounded<IReadOnlyList<RunHint>>(
        new BoundedChannelOptions(1000) { FullMode = BoundedChannelFullMode.DropOldest, SingleReader = true });

    /// <summary>What is still to be sent to the other replicas.</summary>
    public ChannelReader<IReadOnlyList<RunHint>> Outbox => outbox.Reader;

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
        outbox.Writer.TryWrite(hints);
    }

    private static RunHint HintOf(RunChange run) => new(run.Id, run.Before.TenantId, run.Seq, run.Status, run.WorkerToTell);
}
