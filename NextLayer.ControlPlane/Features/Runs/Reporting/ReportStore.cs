using NextLayer.Contracts.Runs;
using NextLayer.Contracts.Workers;
using NextLayer.ControlPlane.Features.Runs.Changes;
using NextLayer.ControlPlane.Platform.Database;
using Npgsql;

namespace NextLayer.ControlPlane.Features.Runs.Reporting;

/// <summary>One worker's report of one run, or a completion by hand (<see cref="Lease"/> null).</summary>
internal sealed record ReportItem(string WorkerId, Guid RunId, RunReport? Report, RunCompletion? ByHand);

/// <summary>Applies many reports in one transaction: lock the runs, read what the rules need, decide, write.</summary>
internal sealed class ReportStore(Databases databases)
{
    // Only the attempts that the reports speak of; a long run is not read again with each of its steps.
    private const string ClosedStepsSql = """
        SELECT s.run_id, s.step_id, s.attempt, s.status = 'completed'
        FROM unnest($1::uuid[], $2::integer[], $3::text[]) AS asked (run_id, generation, step_id)
        JOIN step_runs s ON s.run_id = asked.run_id AND s.generation = asked.generation AND s.step_id = asked.step_id
        """;

    public async Task<(IReadOnlyList<RunReportResult> Results, IReadOnlyList<RunChange> Changes)> ApplyAsync(
        IReadOnlyList<ReportItem> items, CancellationToken ct)
    {
        await using var connection = await databases.Hot.OpenConnectionAsync(ct);
        await using var transaction = await connection.BeginTransactionAsync(ct);
        var ids = items.Select(i => i.RunId).Distinct().ToArray();
        var runs = (await RunLocks.ByIdAsync(connection, ids, ct)).ToDictionary(r => r.Id);
        await ReadClosedStepsAsync(connection, items, runs, ct);
        var results = items.Select(item => Apply(runs, item)).ToList();
        await RunWriter.WriteAsync(connection, runs.Values, ct);
        await transaction.CommitAsync(ct);
        return (results, [.. runs.Values.Where(r => r.IsChanged)]);
    }

    private static RunReportResult Apply(Dictionary<Guid, RunChange> runs, ReportItem item)
    {
        if (!runs.TryGetValue(item.RunId, out var run))
            return new RunReportResult { RunId = item.RunId, Verdict = ReportVerdict.NotFound };
        return item.Report is { } report
            ? RunReportRules.Apply(run, item.WorkerId, report)
            : RunReportRules.CompleteByHand(run, item.ByHand!); // One of the two is always there.
    }

    private static async Task ReadClosedStepsAsync(
        NpgsqlConnection connection, IReadOnlyList<ReportItem> items, Dictionary<Guid, RunChange> runs, CancellationToken ct)
    {
        var asked = new List<(Guid RunId, int Generation, string StepId)>();
        foreach (var item in items)
        {
            if (item.Report is { Steps.Count: > 0 } report && runs.TryGetValue(item.RunId, out var run) && run.StepsRecorded > 0)
                asked.AddRange(report.Steps.Select(s => s.StepId).Distinct().Select(id => (run.Id, run.Generation, id)));
        }

        if (asked.Count == 0)
            return;
        await using var batch = new NpgsqlBatch(connection);
        batch.Add(ClosedStepsSql).Ids(asked, a => a.RunId).Integers(asked, a => a.Generation).Texts(asked, a => a.StepId);
        await using var rows = await batch.ExecuteReaderAsync(ct);
        while (await rows.ReadAsync(ct))
            runs[rows.GetGuid(0)].KnowClosed(rows.GetString(1), rows.GetInt32(2), rows.GetBoolean(3));
    }
}
