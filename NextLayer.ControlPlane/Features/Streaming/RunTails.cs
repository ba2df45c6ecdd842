using NextLayer.ControlPlane.Features.Events;

namespace NextLayer.ControlPlane.Features.Streaming;

/// <summary>Shares one <see cref="RunTail"/> among all who watch the same run, and ends it with the last of them.</summary>
internal sealed class RunTails(RunEventReader reader)
{
    private readonly Lock gate = new();
    private readonly Dictionary<Guid, (RunTail Tail, int Readers)> tails = [];

    /// <param name="afterSeq">Where a new tail begins; one that runs already may begin elsewhere.</param>
    public RunTail Join(Guid runId, int afterSeq)
    {
        lock (gate)
        {
            // A tail that failed is left to those who have it; whoever comes now gets a new one.
            var (tail, readers) = tails.TryGetValue(runId, out var known) && known.Tail.Failure is null
                ? known
                : (new RunTail(reader, runId, afterSeq), 0);
            tails[runId] = (tail, readers + 1);
            return tail;
        }
    }

    public async ValueTask LeaveAsync(RunTail tail)
    {
        lock (gate)
        {
            if (!tails.TryGetValue(tail.RunId, out var known) || known.Tail != tail)
            {
                // A failed tail that was replaced: its loop has ended already.
                return;
            }

            if (known.Readers > 1)
            {
                tails[tail.RunId] = (tail, known.Readers - 1);
                return;
            }

            tails.Remove(tail.RunId);
        }

        await tail.DisposeAsync();
    }
}
