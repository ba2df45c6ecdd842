using NextLayer.Contracts.Runs;
using NextLayer.Contracts.Workers;
using NextLayer.ControlPlane.Features.Events;
using NextLayer.ControlPlane.Features.Runs.Changes;
using NextLayer.ControlPlane.Platform;
using NextLayer.ControlPlane.Platform.Batching;

namespace NextLayer.ControlPlane.Features.Runs.Reporting;

/// <summary>Takes reports from any number of workers at once and writes them in shared batches.</summary>
internal sealed class RunReporter : IAsyncDisposable
{
    /// <summary>Runs per transaction. Larger batches gain little and hold locks longer.</summary>
    private const int BatchSize = 512;

    private readonly ReportStore store;
    private readonly NewsPublisher news;
    private readonly Telemetry telemetry;
    private readonly TimeProvider time;
    private readonly Batcher<IReadOnlyList<ReportItem>, IReadOnlyList<RunReportResult>> batcher;

    public RunReporter(ReportStore store, NewsPublisher news, Telemetry telemetry, TimeProvider time)
    {
        this.store = store;
        this.news = news;
        this.telemetry = telemetry;
        this.time = time;
        batcher = new(ApplyAsync, BatchSize, items => items.Count, writers: 2);
    }

    public Task<IReadOnlyList<RunReportResult>> ReportAsync(
        string workerId, IReadOnlyList<RunReport> reports, CancellationToken ct) =>
        batcher.EnqueueAsync([.. reports.Select(r => new ReportItem(workerId, r.RunId, r, ByHand: null))], ct);

    /// <summary>Completion of one run, with a lease or by hand.</summary>
    public async Task<RunReportResult> CompleteAsync(Guid runId, Lease? lease, RunCompletion completion, CancellationToken ct)
    {
        var report = lease is null ? null : new RunReport { RunId = runId, Lease = lease, Completion = completion };
        var results = await batcher.EnqueueAsync([new ReportItem("", runId, report, report is null ? completion : null)], ct);
        return results[0];
    }

    private async Task<IReadOnlyList<IReadOnlyList<RunReportResult>>> ApplyAsync(
        IReadOnlyList<IReadOnlyList<ReportItem>> calls, CancellationToken ct)
    {
        var started = time.GetTimestamp();
        var (results, changes) = await store.ApplyAsync([.. calls.SelectMany(c => c)], ct);
        news.Publish(changes);
        telemetry.BatchWritten("report", results.Count, time.GetElapsedTime(started));
        telemetry.RunsChanged(changes, time.GetElapsedTime(started));
        var answers = new List<IReadOnlyList<RunReportResult>>(calls.Count);
        var taken = 0;
        foreach (var call in calls)
        {
            answers.Add([.. results.Skip(taken).Take(call.Count)]);
            taken += call.Count;
        }

        return answers;
    }

    public ValueTask DisposeAsync() => batcher.DisposeAsync();
}
