using NextLayer.ControlPlane.Platform.Database;
using Npgsql;
using NpgsqlTypes;

namespace NextLayer.ControlPlane.Features.Runs.Changes;

/// <summary>Locks runs and reads what a change needs to know. Always in the order of their ids, so nobody deadlocks.</summary>
internal static class RunLocks
{
    private const string Columns = """
        id, tenant_id, status, generation, lease_epoch, lease_token, last_lease_token, last_report_seq, lease_losses,
        cancel_requested, last_event_seq, last_log_line, steps_recorded, error_message, wait_reason, wake_at, run_after,
        created_at, started_at, claimed_by, traceparent, settled_outside, parent_run_id, parent_step_id, child_index
        """;

    // The lock comes first and alone. What depends on it is read by the next statements: under READ COMMITTED a
    // statement that had to wait for the lock would see its other tables as they were before the wait.
    private const string LockByIdSql = $"SELECT {Columns} FROM pipeline_runs WHERE id = ANY($1) ORDER BY id FOR UPDATE";

    private const string ClockSql = "SELECT clock_timestamp()";

    private const string OpenStepsSql = """
        SELECT run_id, step_id, attempt, step_type, status, worker_id, wait_reason, wake_at, started_at
        FROM open_steps WHERE run_id = ANY($1)
        """;

    /// <summary>Locks the given runs; those that do not exist are missing from the answer.</summary>
    public static Task<List<RunChange>> ByIdAsync(NpgsqlConnection connection, Guid[] ids, CancellationToken ct) =>
        LockAsync(connection, LockByIdSql, [new NpgsqlParameter<Guid[]> { TypedValue = ids }], ct);

    /// <summary>Locks the rows that <paramref name="where"/> finds, leaving out those that others hold.</summary>
    /// <param name="where">A condition, order and limit over <c>pipeline_runs</c>; constant text, values in parameters.</param>
    public static Task<List<RunChange>> FindAsync(
        NpgsqlConnection connection, string where, NpgsqlParameter[] parameters, CancellationToken ct) =>
        LockAsync(connection, $"SELECT {Columns} FROM pipeline_runs WHERE {where} FOR UPDATE SKIP LOCKED", parameters, ct);

    private static async Task<List<RunChange>> LockAsync(
        NpgsqlConnection connection, string sql, NpgsqlParameter[] parameters, CancellationToken ct)
    {
        var (runs, now) = await LockRowsAsync(connection, sql, parameters, ct);
        var open = await ReadOpenStepsAsync(connection, runs, ct);
        return [.. runs.Select(run => new RunChange(run, now, open[run.Id]))];
    }

    private static async Task<(List<LockedRun> Runs, DateTimeOffset Now)> LockRowsAsync(
        NpgsqlConnection connection, string sql, NpgsqlParameter[] parameters, CancellationToken ct)
    {
        await using var batch = new NpgsqlBatch(connection);
        var locking = new NpgsqlBatchCommand(sql);
        locking.Parameters.AddRange(parameters);
        batch.BatchCommands.Add(locking);
        batch.BatchCommands.Add(new NpgsqlBatchCommand(ClockSql));
        await using var rows = await batch.ExecuteReaderAsync(ct);
        var runs = new List<LockedRun>();
        while (await rows.ReadAsync(ct))
            runs.Add(Read(rows));
        await rows.NextResultAsync(ct);
        await rows.ReadAsync(ct);
        return (runs, rows.GetFieldValue<DateTimeOffset>(0));
    }

    private static async Task<ILookup<Guid, OpenStep>> ReadOpenStepsAsync(
        NpgsqlConnection connection, List<LockedRun> runs, CancellationToken ct)
    {
        var touched = runs.Where(r => r.StepsRecorded > 0).Select(r => r.Id).ToArray();
        var open = new List<(Guid RunId, OpenStep Step)>();
        if (touched.Length > 0)
        {
            await using var command = new NpgsqlCommand(OpenStepsSql, connection);
            command.Parameters.Add(new NpgsqlParameter<Guid[]> { TypedValue = touched, NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Uuid });
            await using var rows = await command.ExecuteReaderAsync(ct);
            while (await rows.ReadAsync(ct))
                open.Add((rows.GetGuid(0), new OpenStep
                {
                    StepId = rows.GetString(1),
                    Attempt = rows.GetInt32(2),
                    StepType = rows.GetString(3),
                    Status = Names.ParseStepStatus(rows.GetString(4)),
                    WorkerId = rows.GetText(5),
                    WaitReason = rows.IsDBNull(6) ? null : Names.ParseWaitReason(rows.GetString(6)),
                    WakeAt = rows.GetTime(7),
                    StartedAt = rows.GetFieldValue<DateTimeOffset>(8),
                }));
        }

        return open.ToLookup(o => o.RunId, o => o.Step);
    }

    private static LockedRun Read(NpgsqlDataReader row) => new()
    {
        Id = row.GetGuid(0),
        TenantId = row.GetGuid(1),
        Status = RunRows.Parse(row.GetString(2)),
        Generation = row.GetInt32(3),
        LeaseEpoch = row.GetInt32(4),
        LeaseToken = row.GetId(5),
        LastLeaseToken = row.GetId(6),
        LastReportSeq = row.GetInt32(7),
        LeaseLosses = row.GetInt16(8),
        CancelRequested = row.GetBoolean(9),
        LastEventSeq = row.GetInt32(10),
        LastLogLine = row.GetInt32(11),
        StepsRecorded = row.GetInt32(12),
        ErrorMessage = row.GetText(13),
        WaitReason = row.IsDBNull(14) ? null : Names.ParseWaitReason(row.GetString(14)),
        WakeAt = row.GetTime(15),
        RunAfter = row.GetFieldValue<DateTimeOffset>(16),
        CreatedAt = row.GetFieldValue<DateTimeOffset>(17),
        StartedAt = row.GetTime(18),
        ClaimedBy = row.GetText(19),
        TraceParent = row.GetText(20),
        SettledOutside = row.GetInt32(21),
        Child = row.IsDBNull(22) ? null : new ChildPlace(row.GetGuid(22), row.GetString(23), row.GetInt32(24)),
    };
}
