using NextLayer.Contracts.Runs;
using NextLayer.ControlPlane.Features.Events;
using NextLayer.ControlPlane.Features.Runs.Creating;
using NextLayer.ControlPlane.Platform;
using NextLayer.ControlPlane.Platform.Database;
using Npgsql;

namespace NextLayer.ControlPlane.Features.Triggers;

/// <summary>A run that a trigger makes.</summary>
/// <param name="TriggerId">A schedule's id; for a webhook its pipeline's.</param>
internal sealed record TriggeredRun(NewRun Run, Guid TriggerId);

/// <summary>Makes runs in a trigger's own transaction, and notes which trigger it was.</summary>
internal sealed class TriggeredRuns(NewsPublisher news, Telemetry telemetry)
{
    private const string NoteSql = """
        INSERT INTO run_triggers (run_id, trigger_id, planned_at)
        SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::timestamptz[])
        """;

    /// <returns>Which were made; a version that has just ceased to be approved makes none, nor does a spent quota.</returns>
    public static async Task<InsertedRuns> InsertAsync(NpgsqlConnection connection, IReadOnlyList<TriggeredRun> runs, CancellationToken ct)
    {
        if (runs.Count == 0)
            return InsertedRuns.WithoutLimit(new Dictionary<Guid, DateTimeOffset>());
        var inserted = await RunCreateStore.InsertAsync(connection, [.. runs.Select(r => r.Run)], ct);
        var made = runs.Where(r => inserted.Has(r.Run)).ToList();
        await using var batch = new NpgsqlBatch(connection);
        batch.Add(NoteSql).Ids(made, r => r.Run.Id).Ids(made, r => r.TriggerId).Times(made, r => r.Run.PlannedAt);
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
