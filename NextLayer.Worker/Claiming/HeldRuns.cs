using System.Collections.Concurrent;
using NextLayer.Worker.Execution;
using NextLayer.Worker.Platform;

namespace NextLayer.Worker.Claiming;

/// <summary>
/// All runs this worker holds, from claim to acknowledged end, and how many more it may take.
/// </summary>
/// <remarks>
/// Beyond its slots a worker takes as many runs as it finished in the last tenth of a second: tiny runs keep it busy
/// while claims and reports are on their way, and of long runs it never takes one that another worker could start.
/// </remarks>
internal sealed class HeldRuns(WorkerOptions options, TimeProvider time)
{
    /// <summary>Largest number of runs beyond the slots.</summary>
    public const int MaxPrefetch = 1000;

    private static readonly TimeSpan Window = TimeSpan.FromMilliseconds(100);

    private readonly ConcurrentDictionary<Guid, ActiveRun> runs = new();
    private readonly AsyncSignal changed = new();
    private readonly Lock gate = new();
    private long windowStart = time.GetTimestamp();
    private int released;
    private int releasedBefore;

    public int Count => runs.Count;

    public ICollection<ActiveRun> All => runs.Values;

    /// <summary>Fires after a run was let go.</summary>
    public AsyncSignal Changed => changed;

    /// <returns>False when the run is held already under this very lease (the answer to a claim came twice).</returns>
    public bool Add(ActiveRun run)
    {
        if (runs.TryGetValue(run.Id, out var older))
        {
            if (older.Lease.Epoch >= run.Lease.Epoch)
                return false;
            older.RequestStop(StopRequest.Lost); // We got our own lost run again.
        }

        runs[run.Id] = run;
        return true;
    }

    public ActiveRun? Find(Guid runId) => runs.GetValueOrDefault(runId);

    /// <summary>Lets a run go; its slot is free.</summary>
    public void Release(ActiveRun run)
    {
        if (!runs.TryRemove(KeyValuePair.Create(run.Id, run)))
            return;
        lock (gate)
        {
            Roll();
            released++;
        }

        changed.Set();
    }

    /// <summary>Runs let go in about the last tenth of a second.</summary>
    public int RecentlyFinished
    {
        get
        {
            lock (gate)
            {
                Roll();
                return Math.Max(released, releasedBefore);
            }
        }
    }

    /// <summary>Ends when no run is held; for the way out, when nothing else waits for changes.</summary>
    public async Task EmptyAsync(CancellationToken ct)
    {
        while (!runs.IsEmpty)
            await changed.WaitAsync(ct);
    }

    /// <summary>Runs that the next claim may ask for, 0 when it should wait.</summary>
    public int Room()
    {
        var prefetch = Math.Min(RecentlyFinished, MaxPrefetch);
        var room = Math.Min(options.Slots + prefetch - runs.Count, 1000);
        // Under load a claim of a few runs costs as much as one of many.
        return room >= Math.Max(1, prefetch / 4) ? room : 0;
    }

    private void Roll()
    {
        var elapsed = time.GetElapsedTime(windowStart);
        if (elapsed < Window)
            return;
        releasedBefore = elapsed < Window * 2 ? released : 0;
        released = 0;
        windowStart = time.GetTimestamp();
    }
}
