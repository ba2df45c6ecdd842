using System.Collections.Concurrent;

namespace NextLayer.ControlPlane.Features.Events;

/// <summary>The last number heard of every other replica: notices that some of its news were lost on the way.</summary>
internal sealed class HeardReplicas(TimeProvider time)
{
    // A replica takes a new id at each start, so the old ones have to go some time.
    private static readonly TimeSpan Remembered = TimeSpan.FromMinutes(10);

    private readonly ConcurrentDictionary<Guid, (long Number, long At)> replicas = new();

    /// <summary>Takes note of a message.</summary>
    /// <param name="isBeat">The message brings nothing itself; its number is that of the newest before it.</param>
    /// <returns>False when something between the last message and this one was missed.</returns>
    public bool FollowsOn(Guid replica, long number, bool isBeat)
    {
        var now = time.GetTimestamp();
        var known = replicas.TryGetValue(replica, out var last);
        replicas[replica] = (number, now);
        if (!known)
        {
            foreach (var (other, heard) in replicas)
            {
                if (time.GetElapsedTime(heard.At, now) > Remembered)
                    replicas.TryRemove(other, out _);
            }
        }

        // Of a replica that was not heard before, all that came before its first message was missed.
        return last.Number >= (isBeat ? number : number - 1);
    }
}
