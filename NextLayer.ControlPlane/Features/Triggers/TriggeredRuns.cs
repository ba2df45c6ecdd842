using NextLayer.Contracts.Runs;
using NextLayer.ControlPlane.Features.Events;
using NextLayer.ControlPlane.Features.Runs.Creating;
using NextLayer.ControlPlane.Platform;
using NextLayer.ControlPlane.Platform.Database;
using Npgsql;

namespace NextLayer.ControlPlane.Features.Triggers;

/// <summary>A run that a trigger makes.</summary>
/// <param name="TriggerId">A schedule's id; for a webhook its pipeline's.</param>
/// <param name="PlannedAt">The planned time of a schedule.</param>
internal sealed record TriggeredRun(NewRun Run, Guid TriggerId, DateTimeOffset? PlannedAt = null);

/// <summary>Makes runs in a trigger's own transaction, and notes which trigger it was.</summary>
internal sealed class TriggeredRuns(NewsPublisher news, Telemetry telemetry)
{
    private const string NoteSql = """
        INSERT INTO run_triggers (run_id, trigger_id, planned_at)
        SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::timestamptz[])
        """;

    // The rows are this transaction's own, and no index holds the column: the new version stands beside the old.
    private const string PlanSql = """
        UPDATE pipeline_runs r SET planned_at = p.at FROM unnest($1::uuid[], $2::timestamptz[]) AS p (id, at) WHERE r.id = p.id
        """;

    /// <returns>Which were made; a version that has just ceased to be approved makes none, nor does a spent quota.</returns>
    public static async Task<InsertedRuns> InsertAsync(NpgsqlConnection connection, IReadOnlyList<TriggeredRun> runs, CancellationToken ct)
    {
        if (runs.Count == 0)
            return InsertedRuns.WithoutLimit(new Dictionary<Guid, DateTimeOffset>());
        var inserted = await RunCreateStore.InsertAsync(connection, [.. runs.Select(r => r.Run)], ct);
        var made = runs.Where(r => inserted.Has(r.Run)).ToList();
        await using var batch = new NpgsqlBatch(connection);
        batch.Add(NoteSql).Ids(made, r => r.Run.Id).Ids(made, r => r.TriggerId).Times(made, r => r.PlannedAt);
        var planned = made.Where(r => r.PlannedAt is not null).ToList();
        if (planned.Count > 0)
            batch.Add(PlanSql).Ids(planned, r => r.Run.Id).Times(planned, r => r.PlannedAt);
        await batch.ExecuteNonQueryAsync(ct);
        return inserted;
    }

    /// <summary>Tells of runs whose transaction has committed.</summary>
    public void Announce(IReadOnlyList<TriggeredRun> runs)
    {
        telemetry.EventsWritten(runs.Count);
        news.Publish([.. runs.Select(r => new RunHint(r.Run.Id, r.Run.TenantId, 1, RunStatus.Queued))]);
    }
}
