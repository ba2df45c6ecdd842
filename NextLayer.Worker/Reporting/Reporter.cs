using System.Threading.Channels;
using NextLayer.Contracts.Runs;
using NextLayer.Contracts.Workers;
using NextLayer.Worker.Claiming;
using NextLayer.Worker.Execution;
using NextLayer.Worker.Platform;

namespace NextLayer.Worker.Reporting;

/// <summary>
/// Sends the news of all runs in few calls. Each run is in the queue at most once and in one call at most, which keeps
/// its news in order; several calls with different runs are under way side by side.
/// </summary>
internal sealed class Reporter(
    ControlPlaneClient controlPlane,
    HeldRuns held,
    ReportAnswers answers,
    TimeProvider time)
{
    public const int MaxRuns = 256;

    /// <summary>Enough to hide the way to the control plane and back; more would only make batches smaller.</summary>
    private const int Senders = 3;

    /// <summary>So many runs finished in a tenth of a second say that more are coming: worth waiting <see cref="Linger"/> for.</summary>
    private const int BusyRuns = 32;

    private static readonly TimeSpan Linger = TimeSpan.FromMilliseconds(2);
    private static readonly TimeSpan FirstRetry = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LastRetry = TimeSpan.FromSeconds(5);

    private readonly Channel<ActiveRun> queue = Channel.CreateUnbounded<ActiveRun>();

    /// <summary>Sends what is in the run's outbox as soon as a call is free.</summary>
    public void Send(ActiveRun run)
    {
        if (run.Outbox.Schedule())
            queue.Writer.TryWrite(run); // Holds each run once, so the runs in hand bound it.
    }

    public Task RunAsync(CancellationToken ct) =>
        Loops.FirstToEndAsync([.. Enumerable.Range(0, Senders).Select(_ => RunSenderAsync(ct))]);

    private async Task RunSenderAsync(CancellationToken ct)
    {
        var batch = new List<Entry>(MaxRuns);
        while (await queue.Reader.WaitToReadAsync(ct))
        {
            if (queue.Reader.Count < MaxRuns && held.RecentlyFinished >= BusyRuns)
                await Task.Delay(Linger, time, ct);
            Fill(batch);
            if (batch.Count > 0)
                await SendAsync(batch, ct);
            batch.Clear();
        }
    }

    private void Fill(List<Entry> batch)
    {
        var bytes = 0;
        while (batch.Count < MaxRuns && bytes < Outbox.MaxBytes && queue.Reader.TryRead(out var run))
        {
            batch.Add(new Entry(run, run.Outbox.Take(Outbox.MaxBytes - bytes, out var size)));
            bytes += size;
        }
    }

    /// <summary>Repeats the call until it was answered: a run's news are never given up while the worker lives.</summary>
    private async Task SendAsync(List<Entry> batch, CancellationToken ct)
    {
        for (var failures = 0; ;)
        {
            try
            {
                await SendOnceAsync(batch, ct);
                return;
            }
            catch (ControlPlaneUnavailableException)
            {
                await Task.Delay(Backoff.Next(++failures, FirstRetry, LastRetry), time, ct);
            }
            catch (ControlPlaneRefusedException ex)
            {
                await ApartAsync(batch, ex, ct);
                return;
            }
        }
    }

    private async Task SendOnceAsync(List<Entry> batch, CancellationToken ct)
    {
        using var activity = Telemetry.StartReport(batch.Count);
        var request = new WorkerReportsRequest
        {
            Reports = [.. batch.Select(e => e.Report.Build(e.Run.Id, e.Run.Lease, time))],
        };
        var answer = await controlPlane.ReportAsync(request, ct);
        if (answer.Results.Count != batch.Count)
            throw new ControlPlaneUnavailableException($"{answer.Results.Count} answers to {batch.Count} reports");
        for (var i = 0; i < batch.Count; i++)
            Apply(batch[i], answer.Results[i]);
        answers.EngineState(answer.EngineState);
    }

    /// <summary>The call was refused as a whole: one of its reports is to blame, and the others must get through.</summary>
    private async Task ApartAsync(List<Entry> batch, ControlPlaneRefusedException refusal, CancellationToken ct)
    {
        if (batch.Count == 1)
        {
            var result = new RunReportResult { RunId = batch[0].Run.Id, Verdict = ReportVerdict.Rejected, Detail = refusal.Message };
            Apply(batch[0], result);
            return;
        }

        foreach (var entry in batch.ToArray())
            await SendAsync([entry], ct);
    }

    private void Apply(Entry entry, RunReportResult result)
    {
        if (answers.IsEnd(entry.Run, entry.Report.Completion, result))
        {
            held.Release(entry.Run);
            return;
        }

        if (entry.Run.Outbox.Answered())
            queue.Writer.TryWrite(entry.Run);
    }

    private readonly record struct Entry(ActiveRun Run, PendingReport Report);
}
