using System.Diagnostics;
using System.Threading.Channels;
using Npgsql;

namespace NextLayer.ControlPlane.Platform.Batching;

/// <summary>
/// Turns concurrent single calls into set-based statements. An idle batcher handles a call at once; while a batch is
/// being written the next one gathers, so batches grow with the load and no timer delays anybody.
/// </summary>
/// <typeparam name="TItem">What one caller asks.</typeparam>
/// <typeparam name="TResult">What one caller is answered.</typeparam>
internal sealed class Batcher<TItem, TResult> : IAsyncDisposable
{
    private readonly Channel<Entry> queue;
    private readonly Func<IReadOnlyList<TItem>, CancellationToken, Task<IReadOnlyList<TResult>>> handle;
    private readonly int maxWeight;
    private readonly Func<TItem, int> weigh;
    private readonly Task[] loops;
    private readonly CancellationTokenSource stopping = new();

    /// <param name="handle">Writes a batch in one transaction and answers item by item, in order.</param>
    /// <param name="maxWeight">A batch is closed when its items weigh this much.</param>
    /// <param name="weigh">Weight of an item; 1 each when null.</param>
    /// <param name="writers">Batches in flight at once. Two let one be built while Postgres flushes the other.</param>
    public Batcher(
        Func<IReadOnlyList<TItem>, CancellationToken, Task<IReadOnlyList<TResult>>> handle,
        int maxWeight,
        Func<TItem, int>? weigh = null,
        int writers = 1)
    {
        this.handle = handle;
        this.maxWeight = maxWeight;
        this.weigh = weigh ?? (_ => 1);
        queue = Channel.CreateBounded<Entry>(new BoundedChannelOptions(10_000) { SingleReader = writers == 1 });
        loops = [.. Enumerable.Range(0, writers).Select(_ => RunAsync())];
    }

    /// <summary>Answers when the item's batch has committed; fails as the batch failed.</summary>
    /// <remarks>A caller that gives up early only stops waiting: the write may still happen.</remarks>
    public async Task<TResult> EnqueueAsync(TItem item, CancellationToken ct)
    {
        var entry = new Entry(item);
        await queue.Writer.WriteAsync(entry, ct);
        return await entry.Answer.Task.WaitAsync(ct);
    }

    private async Task RunAsync()
    {
        await Task.Yield();
        var batch = new List<Entry>();
        while (await queue.Reader.WaitToReadAsync())
        {
            Fill(batch);
            if (batch.Count == 0)
                continue; // The other writer was quicker.
            // The loop would otherwise write in the trace of whoever first needed the batcher, for ever.
            Activity.Current = batch[0].Caller;
            try
            {
                var results = await handle([.. batch.Select(e => e.Item)], stopping.Token);
                for (var i = 0; i < batch.Count; i++)
                    batch[i].Answer.TrySetResult(results[i]);
            }
            catch (PostgresException ex) when (batch.Count > 1 && !ex.IsTransient)
            {
                // Postgres refused the statement, so nothing was written: each alone, so that one bad item harms no other.
                foreach (var entry in batch)
                    await HandleAloneAsync(entry);
            }
            catch (Exception ex)
            {
                // A lost connection leaves open whether the batch committed; only the callers can ask again.
                foreach (var entry in batch)
                    entry.Answer.TrySetException(ex);
            }

            batch.Clear();
        }
    }

    private void Fill(List<Entry> batch)
    {
        var weight = 0;
        while (weight < maxWeight && queue.Reader.TryRead(out var entry))
        {
            batch.Add(entry);
            weight += weigh(entry.Item);
        }
    }

    private async Task HandleAloneAsync(Entry entry)
    {
        Activity.Current = entry.Caller;
        try
        {
            entry.Answer.TrySetResult((await handle([entry.Item], stopping.Token))[0]);
        }
        catch (Exception ex)
        {
            entry.Answer.TrySetException(ex);
        }
    }

    public async ValueTask DisposeAsync()
    {
        queue.Writer.TryComplete();
        stopping.CancelAfter(TimeSpan.FromSeconds(5)); // What was accepted is written out; a dead Postgres must not hold us.
        await Task.WhenAll(loops);
        stopping.Dispose();
    }

    private sealed class Entry(TItem item)
    {
        public TItem Item { get; } = item;

        /// <summary>The caller's span: a batch shows up in the trace of its first one.</summary>
        public Activity? Caller { get; } = Activity.Current;

        public TaskCompletionSource<TResult> Answer { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
