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

    private readonly RunEventReader reader;
    private readonly Guid runId;
    private readonly CancellationTokenSource stopping = new();
    private readonly Task following;
    private readonly Lock gate = new();
    private readonly Queue<TailEvent> newest = new();

    /// <param name="afterSeq">Where the tail begins.</param>
    public RunTail(RunEventReader reader, Guid runId, int afterSeq)
    {
        this.reader = reader;
        this.runId = runId;
        LastSeq = afterSeq;
        following = FollowAsync(afterSeq);
    }

    /// <summary>Number of the newest event that was read; where the tail began while there is none.</summary>
    public int LastSeq { get; private set; }

    /// <summary>Pulses when something was added, or the tail has ended by an error.</summary>
    public AsyncSignal Added { get; } = new();

    /// <summary>The error that ended the tail; null while it works.</summary>
    public Exception? Failure { get; private set; }

    /// <summary>
    /// Events after the given number, oldest first and without a hole; empty when there are none yet, null when the
    /// next one is no longer in memory.
    /// </summary>
    public IReadOnlyList<TailEvent>? After(int seq)
    {
        lock (gate)
        {
            var first = newest.Count > 0 ? newest.Peek().Seq : LastSeq + 1;
            return seq + 1 < first ? null : [.. newest.Skip(Math.Max(0, seq + 1 - first))];
        }
    }

    private async Task FollowAsync(int afterSeq)
    {
        await Task.Yield();
        try
        {
            await foreach (var runEvent in reader.FollowAsync(runId, afterSeq, stopping.Token))
            {
                lock (gate)
                {
                    newest.Enqueue(TailEvent.Of(runEvent));
                    LastSeq = runEvent.Seq;
                    if (newest.Count > Capacity)
                        newest.Dequeue();
                }

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
