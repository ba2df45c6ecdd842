using NextLayer.ControlPlane.Features.Events;

namespace NextLayer.ControlPlane.Features.Streaming.Lists;

/// <summary>
/// What one list has still to be told: the latest of each run, the longest waiting first. It never holds more than the
/// list can take in two seconds; beyond that it only remembers that the list must read its page again.
/// </summary>
internal sealed class ListMailbox(ListFilter filter, int capacity)
{
    private readonly Lock gate = new();
    private readonly OrderedDictionary<Guid, byte[]> waiting = [];
    private string? missed;
    private bool overflowed;

    public ListFilter Filter => filter;

    /// <summary>Pulses when there is something to take.</summary>
    public AsyncSignal Added { get; } = new();

    /// <summary>Runs that may still be put in.</summary>
    public int Free
    {
        get
        {
            lock (gate)
                return capacity - waiting.Count;
        }
    }

    public void Put(IEnumerable<ListMessages> changed)
    {
        lock (gate)
        {
            if (overflowed)
                return; // The page that is going to be read shows it all.
            foreach (var run in changed)
            {
                if (run.For(filter) is { } message)
                    waiting[run.RunId] = message;
            }

            if (waiting.Count == 0)
                return;
            if (waiting.Count > capacity)
                Forget();
        }

        Added.Pulse();
    }

    /// <summary>The list must read its page again, since it was not told of everything; what waits is still told.</summary>
    public void Miss(string reason)
    {
        lock (gate)
            missed ??= reason;
        Added.Pulse();
    }

    /// <summary>There is more than the list can take: nothing of it is told until it knows that it must read its page again.</summary>
    public void Overflow()
    {
        lock (gate)
            Forget();
        Added.Pulse();
    }

    /// <param name="most">Messages to take at most.</param>
    /// <param name="maySayMissed">False while the list was told only just now; then that has to wait.</param>
    public (string? Missed, IReadOnlyList<byte[]> Messages, bool MoreWaits) Take(int most, bool maySayMissed)
    {
        lock (gate)
        {
            var told = maySayMissed ? missed : null;
            if (told is not null)
                (missed, overflowed) = (null, false);
            var taken = waiting.Values.Take(most).ToArray();
            for (var i = taken.Length - 1; i >= 0; i--)
                waiting.RemoveAt(i);
            return (told, taken, waiting.Count > 0 || missed is not null);
        }
    }

    private void Forget()
    {
        missed = MissReason.TooMany;
        overflowed = true;
        waiting.Clear();
    }
}
