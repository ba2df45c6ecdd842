using NextLayer.Contracts.Triggers;
using NextLayer.ControlPlane.Platform.Database;
using NextLayer.ControlPlane.Platform.Registry;
using Npgsql;
using NpgsqlTypes;

namespace NextLayer.ControlPlane.Features.Triggers.Schedules;

/// <summary>The statements of one backfill, in the order they run within its transaction.</summary>
internal static class BackfillStore
{
    private const string FindSql = $"""
        SELECT {DueScheduleStore.Columns} FROM schedules WHERE id = $1 AND tenant_id = $2
        """;

    /// <param name="isLocked">Keeps schedulers and other backfills away from the schedule until the caller's transaction ends.</param>
    /// <returns>Null when the tenant has no such schedule.</returns>
    public static async Task<DueSchedule?> FindAsync(NpgsqlConnection connection, Guid id, Guid tenantId, bool isLocked, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand(isLocked ? $"{FindSql} FOR UPDATE" : FindSql, connection);
        command.Parameters.AddWithValue(id);
        command.Parameters.AddWithValue(tenantId);
        await using var row = await command.ExecuteReaderAsync(ct);
        return await row.ReadAsync(ct)
            ? DueScheduleStore.Read(row)
            : null;
    }

    // A time may be made up for once, so the newest run is the only one.
    private const string RunsSql = """
        SELECT p.at, t.run_id, r.status
        FROM unnest($2::timestamptz[]) AS p (at)
        CROSS JOIN LATERAL (SELECT run_id FROM run_triggers WHERE trigger_id = $1 AND planned_at = p.at ORDER BY run_id DESC LIMIT 1) t
        LEFT JOIN pipeline_runs r ON r.id = t.run_id
        """;

    /// <summary>Those of the times that have a run, with it and its state.</summary>
    public static async Task<Dictionary<DateTimeOffset, (Guid RunId, string? Status)>> RunsAsync(
        NpgsqlConnection connection, Guid scheduleId, IReadOnlyList<DateTimeOffset> times, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand(RunsSql, connection);
        command.Parameters.AddWithValue(scheduleId);
        command.Parameters.Add(Times(times));
        await using var row = await command.ExecuteReaderAsync(ct);
        var runs = new Dictionary<DateTimeOffset, (Guid, string?)>();
        while (await row.ReadAsync(ct))
            runs.Add(row.GetFieldValue<DateTimeOffset>(0), (row.GetGuid(1), row.GetText(2)));
        return runs;
    }

    private const string NoteSql = """
        INSERT INTO schedule_fires (schedule_id, planned_at, fired_at, outcome, run_id)
        SELECT $1, b.at, clock_timestamp(), 'backfilled', b.run_id FROM unnest($2::timestamptz[], $3::uuid[]) AS b (at, run_id)
        ON CONFLICT (schedule_id, planned_at) DO UPDATE
        SET fired_at = excluded.fired_at, outcome = excluded.outcome, run_id = excluded.run_id, missed = NULL
        """;

    /// <summary>Notes in the schedule's history what was made up for. A reason of before stays.</summary>
    public static async Task NoteAsync(NpgsqlConnection connection, Guid scheduleId, IReadOnlyList<TriggeredRun> runs, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand(NoteSql, connection);
        command.Parameters.AddWithValue(scheduleId);
        command.Parameters.Add(Times([.. runs.Select(run => run.Run.PlannedAt!.Value)])); // A backfill plans each.
        command.Parameters.AddWithValue(runs.Select(run => run.Run.Id).ToArray());
        await command.ExecuteNonQueryAsync(ct);
    }

    private static NpgsqlParameter Times(IReadOnlyList<DateTimeOffset> times) =>
        new() { NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.TimestampTz, Value = times.Select(at => at.ToUniversalTime()).ToArray() };
}
