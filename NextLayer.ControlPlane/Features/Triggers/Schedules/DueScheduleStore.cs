using NextLayer.Contracts.Triggers;
using NextLayer.ControlPlane.Platform.Database;
using NextLayer.ControlPlane.Platform.Registry;
using Npgsql;

namespace NextLayer.ControlPlane.Features.Triggers.Schedules;

/// <summary>The statements of one firing, in the order they run within its transaction.</summary>
internal static class DueScheduleStore
{
    /// <summary>Schedules of one pass.</summary>
    public const int PageSize = 50;

    /// <summary>Of <c>schedules</c>, for <see cref="Read"/>; one that is paused is due at no time, and said to be now.</summary>
    public const string Columns =
        "id, tenant_id, pipeline_id, cron, timezone, input::text, catch_up, overlap, coalesce(next_fire_at, now()), now()";

    // now() and not clock_timestamp(), which no index can be searched by. SKIP LOCKED: what another replica is at need
    // not be waited for; if it dies, its locks go with its connection and the next pass finds the schedule still due.
    private const string LockSql = $"""
        SELECT {Columns} FROM schedules WHERE next_fire_at <= now()
        ORDER BY next_fire_at, id LIMIT 50
        FOR UPDATE SKIP LOCKED
        """;

    public static async Task<List<DueSchedule>> LockAsync(NpgsqlConnection connection, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand(LockSql, connection);
        await using var row = await command.ExecuteReaderAsync(ct);
        var due = new List<DueSchedule>();
        while (await row.ReadAsync(ct))
        {
            due.Add(Read(row));
        }

        return due;
    }

    /// <summary>Reads a row of <see cref="Columns"/>.</summary>
    public static DueSchedule Read(NpgsqlDataReader row) => new()
    {
        Id = row.GetGuid(0),
        TenantId = row.GetGuid(1),
        PipelineId = row.GetGuid(2),
        Cron = row.GetString(3),
        Timezone = row.GetString(4),
        Input = row.GetString(5),
        CatchUp = EnumText.Parse<CatchUp>(row.GetString(6)),
        Overlap = EnumText.Parse<Overlap>(row.GetString(7)),
        DueAt = row.GetFieldValue<DateTimeOffset>(8),
        Now = row.GetFieldValue<DateTimeOffset>(9),
    };

    // A statement of its own: the locking one may have waited for nothing but still have an older view of the runs.
    // A hundred runs back is far enough: with overlap 'skip' hardly more than one is open at a time.
    private const string LookSql = $"""
        SELECT p.id, c.id, EXISTS (
                   SELECT FROM (SELECT run_id FROM run_triggers WHERE trigger_id = p.id ORDER BY run_id DESC LIMIT 100) t
                   JOIN pipeline_runs r ON r.id = t.run_id
                   WHERE r.status IN ('QUEUED', 'RUNNING', 'PAUSED'))
        FROM unnest($1::uuid[], $2::uuid[]) AS p (id, pipeline_id) LEFT JOIN {TriggerTargets.CurrentVersion}
        """;

    public static async Task<Dictionary<Guid, DueState>> LookAsync(
        NpgsqlConnection connection, IReadOnlyList<DueSchedule> due, CancellationToken ct)
    {
        await using var batch = new NpgsqlBatch(connection);
        batch.Add(LookSql).Ids(due, s => s.Id).Ids(due, s => s.PipelineId);
        await using var row = await batch.ExecuteReaderAsync(ct);
        var states = new Dictionary<Guid, DueState>();
        while (await row.ReadAsync(ct))
            states.Add(row.GetGuid(0), new DueState(row.GetId(1), row.GetBoolean(2)));
        return states;
    }

    // Whoever inserts the row makes the run. A conflict is a planned time that was dealt with and has come again, as
    // after the database's clock was set back: it stays as it was.
    private const string FireSql = """
        INSERT INTO schedule_fires (schedule_id, planned_at, fired_at, outcome, run_id, reason, missed)
        SELECT f.schedule_id, f.planned_at, clock_timestamp(), f.outcome, f.run_id, f.reason, f.missed
        FROM unnest($1::uuid[], $2::timestamptz[], $3::text[], $4::uuid[], $5::text[], $6::integer[])
             AS f (schedule_id, planned_at, outcome, run_id, reason, missed)
        ON CONFLICT DO NOTHING
        RETURNING schedule_id, planned_at
        """;

    /// <returns>Those that were not there before.</returns>
    public static async Task<List<NewFire>> FireAsync(NpgsqlConnection connection, IReadOnlyList<NewFire> fires, CancellationToken ct)
    {
        await using var batch = new NpgsqlBatch(connection);
        batch.Add(FireSql)
            .Ids(fires, f => f.ScheduleId)
            .Times(fires, f => f.PlannedAt)
            .Texts(fires, f => EnumText.Of(f.Outcome))
            .Ids(fires, f => f.Run?.Run.Id)
            .Texts(fires, f => f.Reason)
            .Integers(fires, f => f.Missed);
        await using var row = await batch.ExecuteReaderAsync(ct);
        var inserted = new HashSet<(Guid, DateTimeOffset)>();
        while (await row.ReadAsync(ct))
            inserted.Add((row.GetGuid(0), row.GetFieldValue<DateTimeOffset>(1)));
        return [.. fires.Where(f => inserted.Contains((f.ScheduleId, f.PlannedAt)))];
    }

    private const string AdvanceSql = """
        UPDATE schedules SET next_fire_at = n.next_fire_at
        FROM unnest($1::uuid[], $2::timestamptz[]) AS n (id, next_fire_at)
        WHERE schedules.id = n.id
        """;

    // History for people: the newest thousand. Under the schedule's lock, so that two replicas never delete the same rows.
    private const string TrimSql = """
        DELETE FROM schedule_fires f
        USING (SELECT id, (SELECT planned_at FROM schedule_fires o WHERE o.schedule_id = s.id
                           ORDER BY planned_at DESC OFFSET 1000 LIMIT 1) AS last
               FROM unnest($1::uuid[]) AS s (id)) old
        WHERE f.schedule_id = old.id AND f.planned_at <= old.last
        """;

    public static async Task AdvanceAsync(
        NpgsqlConnection connection, IReadOnlyList<(Guid Id, DateTimeOffset? Next)> schedules, CancellationToken ct)
    {
        await using var batch = new NpgsqlBatch(connection);
        batch.Add(AdvanceSql).Ids(schedules, s => s.Id).Times(schedules, s => s.Next);
        batch.Add(TrimSql).Ids(schedules, s => s.Id);
        await batch.ExecuteNonQueryAsync(ct);
    }

    private const string UntilNextSql = """
        SELECT extract(epoch FROM min(next_fire_at) - clock_timestamp())::double precision
        FROM schedules WHERE next_fire_at IS NOT NULL
        """;

    /// <returns>Time until the first schedule is due, negative when it is overdue; null when nothing is planned.</returns>
    public static async Task<TimeSpan?> UntilNextAsync(NpgsqlConnection connection, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand(UntilNextSql, connection);
        return await command.ExecuteScalarAsync(ct) is double seconds ? TimeSpan.FromSeconds(seconds) : null;
    }
}
