using System.Text.Json;
using NextLayer.Contracts.Json;
using NextLayer.Contracts.Runs;
using NextLayer.ControlPlane.Features.Events;

namespace NextLayer.ControlPlane.Features.Streaming;

/// <summary>One event as it goes over the wire, serialised once for all readers.</summary>
internal readonly record struct TailEvent(int Seq, ReadOnlyMemory<byte> Message)
{
    public static TailEvent Of(RunEvent runEvent) => new(
        runEvent.Seq,
        JsonSerializer.SerializeToUtf8Bytes(
            new RunStreamEvent
            {
                Event = runEvent.Event,
                Seq = runEvent.Seq,
                RunId = runEvent.RunId,
                StepId = runEvent.StepId,
                Timestamp = runEvent.Timestamp,
                Payload = runEvent.Payload,
            },
            NextLayerJson.Options));
}

/// <summary>
/// The newest events of one run, read once from Postgres for all who watch it here. Readers pull from it at their own
/// pace, so a slow one holds up nobody; what has left this memory they read from Postgres themselves.
/// </summary>
internal sealed class RunTail : IAsyncDisposable
{
    /// <summary>Events kept in memory.</summary>
    public const int Capacity = 1024;

    /// <summary>Bytes kept in memory; the newest event stays, whatever its size.</summary>
    public const int MaxBytes = 1024 * 1024;

    /// <summary>Events that a reader takes at a time: none holds the others up while it copies.</summary>
    public const int BatchSize = 256;

    private readonly RunEventReader reader;
    private readonly CancellationTokenSource stopping = new();
    private readonly Task following;
    private readonly Lock gate = new();

    // A ring: the event with number n lies at n % Capacity.
    private readonly TailEvent[] newest = new TailEvent[Capacity];
    private int first;
    private int last;
    private int bytes;

    /// <param name="afterSeq">Where the tail begins.</param>
    public RunTail(RunEventReader reader, Guid runId, int afterSeq)
    {
        this.reader = reader;
        RunId = runId;
        first = afterSeq + 1;
        last = afterSeq;
        following = FollowAsync(afterSeq);
    }

    public Guid RunId { get; }

    /// <summary>Number of the newest event that was read; where the tail began while there is none.</summary>
    public int LastSeq => Volatile.Read(ref last);

    /// <summary>Pulses when something was added, or the tail has ended by an error.</summary>
    public AsyncSignal Added { get; } = new();

    /// <summary>The error that ended the tail; null while it works.</summary>
    public Exception? Failure { get; private set; }

    /// <summary>
    /// The next events after the given number, oldest first and without a hole; empty when there are none yet, null when
    /// the next one is no longer in memory.
    /// </summary>
    public IReadOnlyList<TailEvent>? After(int seq)
    {
        lock (gate)
        {
            if (seq + 1 < first)
                return null;
            var batch = new TailEvent[Math.Clamp(last - seq, 0, BatchSize)];
            for (var i = 0; i < batch.Length; i++)
                batch[i] = newest[(seq + 1 + i) % Capacity];
            return batch;
        }
    }

    private void Add(RunEvent runEvent)
    {
        var next = TailEvent.Of(runEvent);
        lock (gate)
        {
            if (next.Seq - first == Capacity)
                Drop();
            newest[next.Seq % Capacity] = next;
            last = next.Seq;
            bytes += next.Message.Length;
            while (bytes > MaxBytes && first < last)
                Drop();
        }

        void Drop()
        {
            bytes -= newest[first % Capacity].Message.Length;
            newest[first++ % Capacity] = default;
        }
    }

    private async Task FollowAsync(int afterSeq)
    {
        await Task.Yield();
        try
        {
            await foreach (var page in reader.FollowPagesAsync(RunId, afterSeq, stopping.Token))
            {
                foreach (var runEvent in page)
                    Add(runEvent);
                Added.Pulse();
            }
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            // The last reader left.
        }
        catch (Exception ex)
        {
            Failure = ex; // Postgres is away: the readers are told to come back.
            Added.Pulse();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await stopping.CancelAsync();
        await following;
        stopping.Dispose();
    }
}
