using System.Threading.Channels;
using NextLayer.Contracts.Runs;
using NextLayer.Contracts.Workers;
using NextLayer.Worker.Execution;
using NextLayer.Worker.Platform;
using NextLayer.Worker.Reporting;

namespace NextLayer.Worker.Claiming;

/// <summary>
/// Starts claimed runs as slots come free. The part of a run that needs no waiting is executed right here, so that a
/// trivial run costs no task switch and its slot is free again at once.
/// </summary>
internal sealed class RunQueue(RunExecutor executor, Reporter reporter, WorkerOptions options) : IDisposable
{
    /// <summary>A run that found no slot for so long goes back, for another worker to start it.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    private readonly Channel<ActiveRun> waiting = Channel.CreateUnbounded<ActiveRun>();
    private readonly SemaphoreSlim slots = new(options.Slots);
    private readonly AsyncSignal ended = new();
    private readonly int pumps = Math.Clamp(Environment.ProcessorCount, 1, 4);
    private int executing;

    public void Add(ActiveRun run) => waiting.Writer.TryWrite(run); // Bounded by what a claim may ask for.

    public Task RunAsync(CancellationToken ct) =>
        Loops.FirstToEndAsync([.. Enumerable.Range(0, pumps).Select(_ => PumpAsync(ct))]);

    /// <summary>Ends when nothing is executed any more; for the way out, when nothing new is added.</summary>
    public async Task IdleAsync(CancellationToken ct)
    {
        while (Volatile.Read(ref executing) > 0)
            await ended.WaitAsync(ct);
    }

    private async Task PumpAsync(CancellationToken ct)
    {
        await Task.Yield(); // The host goes on starting.
        await foreach (var run in waiting.Reader.ReadAllAsync(ct))
        {
            if (await slots.WaitAsync(Patience, ct))
                Start(run);
            else
                HandBackWaiting(run);
        }
    }

    private void Start(ActiveRun run)
    {
        Interlocked.Increment(ref executing);
        run.Execution = ExecuteAsync(run);
    }

    private async Task ExecuteAsync(ActiveRun run)
    {
        try
        {
            await executor.ExecuteAsync(run);
        }
        finally
        {
            slots.Release();
            if (Interlocked.Decrement(ref executing) == 0)
                ended.Set();
        }
    }

    private void HandBackWaiting(ActiveRun first)
    {
        for (var run = first; run is not null; run = waiting.Reader.TryRead(out var next) ? next : null)
        {
            run.Outbox.Complete(new RunCompletion { Status = RunStatus.Queued });
            reporter.Send(run);
        }
    }

    public void Dispose() => slots.Dispose();
}
