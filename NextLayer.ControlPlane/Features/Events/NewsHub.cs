using System.Collections.Concurrent;
using NextLayer.Contracts.Runs;

namespace NextLayer.ControlPlane.Features.Events;

/// <summary>
/// Where the waiting parts of this replica hear of changes: long-polling claims (work was queued), readers of a run's
/// events, heartbeats (cancel this). Fed by this replica's own commits and by the other replicas' hints over Redis.
/// </summary>
internal sealed class NewsHub
{
    private readonly ConcurrentDictionary<Guid, Topic> runs = new();
    private readonly ConcurrentDictionary<string, Topic> workers = new();

    /// <summary>Raised with all news, for those who watch every run.</summary>
    public event Action<IReadOnlyList<RunHint>>? Delivered;

    /// <summary>Raised when news were missed that nobody will repeat.</summary>
    public event Action? Missed;

    /// <summary>Pulses when a run may have become claimable.</summary>
    public AsyncSignal Queue { get; } = new();

    /// <summary>Pulses when this replica wrote something that may begin or end a wait: an event, a waiting step, the end of a child.</summary>
    public AsyncSignal Waits { get; } = new();

    /// <summary>Pulses at every change of the run until the subscription is disposed.</summary>
    public Subscription OfRun(Guid runId) => Subscribe(runs, runId);

    /// <summary>Pulses when the worker must hear of one of its runs.</summary>
    public Subscription OfWorker(string workerId) => Subscribe(workers, workerId);

    /// <summary>Passes hints on to whoever waits here.</summary>
    public void Deliver(IReadOnlyList<RunHint> hints)
    {
        var queued = false;
        foreach (var hint in hints)
        {
            queued |= hint.Status == RunStatus.Queued;
            if (!runs.IsEmpty && runs.TryGetValue(hint.RunId, out var run))
                run.Signal.Pulse();
            if (hint.Worker is { } workerId && workers.TryGetValue(workerId, out var worker))
                worker.Signal.Pulse();
        }

        if (queued)
            Queue.Pulse();
        Delivered?.Invoke(hints);
    }

    /// <summary>Wakes who waits for news of this worker.</summary>
    public void Tell(string workerId)
    {
        if (workers.TryGetValue(workerId, out var worker))
            worker.Signal.Pulse();
    }

    /// <summary>Wakes everybody: after a gap in the news nobody can tell what was missed.</summary>
    public void DeliverAll()
    {
        Queue.Pulse();
        foreach (var topic in runs.Values.Concat(workers.Values))
            topic.Signal.Pulse();
        Missed?.Invoke();
    }

    private static Subscription Subscribe<TKey>(ConcurrentDictionary<TKey, Topic> topics, TKey key)
        where TKey : notnull
    {
        while (true)
        {
            var topic = topics.GetOrAdd(key, _ => new Topic());
            lock (topic)
            {
                if (topic.Gone)
                    continue; // Its last subscriber left between the look-up and the lock.
                topic.Subscribers++;
            }

            return new Subscription(topic.Signal, () => Leave(topics, key, topic));
        }
    }

    private static void Leave<TKey>(ConcurrentDictionary<TKey, Topic> topics, TKey key, Topic topic)
        where TKey : notnull
    {
        lock (topic)
        {
            if (--topic.Subscribers > 0)
                return;
            topic.Gone = true;
            topics.TryRemove(key, out _);
        }
    }

    private sealed class Topic
    {
        public AsyncSignal Signal { get; } = new();
        public int Subscribers { get; set; }
        public bool Gone { get; set; }
    }

    /// <summary>A place in the audience of one topic.</summary>
    internal sealed class Subscription(AsyncSignal signal, Action leave) : IDisposable
    {
        private Action? leave = leave;

        /// <summary>See <see cref="AsyncSignal.Next"/>.</summary>
        public Task Next => signal.Next;

        public void Dispose() => Interlocked.Exchange(ref leave, null)?.Invoke();
    }
}
