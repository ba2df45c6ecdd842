using System.Data;
using System.Text.Json;
using NextLayer.Contracts.Json;
using NextLayer.Contracts.Runs;
using NextLayer.Contracts.Workers;
using NextLayer.ControlPlane.Features.Runs;
using NextLayer.ControlPlane.Features.Workers;
using NextLayer.ControlPlane.Platform.Database;
using Npgsql;

namespace NextLayer.ControlPlane.Features.Workflows.Explaining;

/// <summary>Finds out all that bears on where a run is.</summary>
internal sealed class RunFactStore(Databases databases)
{
    /// <summary>Runs ahead in the queue are counted up to here.</summary>
    public const int MaxAhead = 10_000;

    private const string RunSql = $"""
        SELECT {RunRows.Columns}, r.lease_expires_at, now()
        FROM pipeline_runs r LEFT JOIN run_inputs i ON i.run_id = r.id WHERE r.id = $1 AND r.tenant_id = $2
        """;

    private const string EngineSql = """
        SELECT state, CASE state WHEN 'paused' THEN paused_at WHEN 'stopped' THEN stopped_at END FROM pipeline_state WHERE id = 1
        """;

    private const string WorkersSql = $"""
        SELECT (count(*) FILTER (WHERE live))::integer,
               (count(*) FILTER (WHERE live AND willing))::integer,
               (count(*) FILTER (WHERE live AND willing AND NOT draining))::integer,
               least(coalesce(sum(greatest(slots - running_runs, 0)) FILTER (WHERE live AND willing AND NOT draining), 0), 1000000)::integer,
               max(last_heartbeat_at)
        FROM (
            SELECT slots, running_runs, draining OR drain_requested_at IS NOT NULL AS draining, last_heartbeat_at,
                   last_heartbeat_at >= now() - {WorkerList.GoneAfter} AS live, tenant_id IS NULL OR tenant_id = $1 AS willing
            FROM workers
        ) AS known
        """;

    private const string OpenSql = """
        SELECT o.step_id, o.attempt, o.status = 'waiting', o.wait_reason, o.wake_at, o.started_at,
               a.request ->> 'title', a.request -> 'approvers', CASE WHEN a.escalated THEN a.request -> 'escalate_to' END,
               e.name, e.correlation_key, g.total, g.running, g.succeeded, g.failed
        FROM open_steps o
        LEFT JOIN approvals a ON a.run_id = o.run_id AND a.step_id = o.step_id AND a.generation = o.generation
                                 AND a.attempt = o.attempt AND a.status = 'waiting'
        LEFT JOIN event_waits e ON e.run_id = o.run_id AND e.step_id = o.step_id
        LEFT JOIN child_groups g ON g.run_id = o.run_id AND g.step_id = o.step_id
        WHERE o.run_id = $1 ORDER BY o.started_at, o.step_id LIMIT 100
        """;

    private const string FailedSql = """
        SELECT step_id, attempt, error::text, retry_at, finished_at
        FROM (
            SELECT DISTINCT ON (step_id) step_id, attempt, status, error, retry_at, finished_at
            FROM step_runs WHERE run_id = $1 AND generation = $2 ORDER BY step_id, attempt DESC
        ) AS newest
        WHERE status = 'failed' AND NOT EXISTS (SELECT FROM open_steps o WHERE o.run_id = $1 AND o.step_id = newest.step_id)
        ORDER BY coalesce(retry_at, finished_at), step_id LIMIT 100
        """;

    // In the order of the claim, each half a walk down the queue's index.
    private const string AheadSql = """
        SELECT count(*)::integer FROM (
            (SELECT 1 FROM pipeline_runs WHERE status = 'QUEUED' AND priority > $1 AND run_after <= now() LIMIT $4)
            UNION ALL
            (SELECT 1 FROM pipeline_runs
             WHERE status = 'QUEUED' AND priority = $1 AND run_after <= now() AND (run_after, id) < ($2, $3) LIMIT $4)
        ) AS ahead
        """;

    /// <summary>Null when the tenant has no such run.</summary>
    public async Task<RunFacts?> ReadAsync(Guid tenantId, Guid runId, CancellationToken ct)
    {
        await using var connection = await databases.Main.OpenConnectionAsync(ct);
        // One moment for all: a run is not both in the queue and with a worker.
        await using var transaction = await connection.BeginTransactionAsync(IsolationLevel.RepeatableRead, ct);
        if (await ReadRunAsync(connection, tenantId, runId, ct) is not var (run, leaseExpiresAt, now))
            return null;
        await using var batch = new NpgsqlBatch(connection);
        batch.Add(EngineSql);
        batch.Add(WorkersSql).Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = tenantId });
        batch.Add(OpenSql).Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = runId });
        var failed = batch.Add(FailedSql);
        failed.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = runId });
        failed.Parameters.Add(new NpgsqlParameter<int> { TypedValue = run.Generation });
        var isDue = run.Status == RunStatus.Queued && run.RunAfter <= now;
        if (isDue)
            AddAhead(batch, run);
        await using var rows = await batch.ExecuteReaderAsync(ct);
        await rows.ReadAsync(ct); // The migration makes the row, and nothing deletes it.
        return new RunFacts
        {
            Run = run,
            Now = now,
            LeaseExpiresAt = leaseExpiresAt,
            EngineState = rows.GetString(0),
            EngineSince = rows.GetTime(1),
            Workers = await ReadWorkersAsync(rows, ct),
            Open = await ReadOpenAsync(rows, ct),
            Failed = await ReadFailedAsync(rows, ct),
            RunsAhead = isDue ? await ReadAheadAsync(rows, ct) : null,
        };
    }

    private static void AddAhead(NpgsqlBatch batch, Run run)
    {
        var ahead = batch.Add(AheadSql);
        ahead.Parameters.Add(new NpgsqlParameter<short> { TypedValue = (short)run.Priority });
        ahead.Parameters.Add(new NpgsqlParameter<DateTimeOffset> { TypedValue = run.RunAfter });
        ahead.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = run.Id });
        ahead.Parameters.Add(new NpgsqlParameter<int> { TypedValue = MaxAhead + 1 });
    }

    private static async Task<(Run Run, DateTimeOffset? LeaseExpiresAt, DateTimeOffset Now)?> ReadRunAsync(
        NpgsqlConnection connection, Guid tenantId, Guid runId, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand(RunSql, connection);
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = runId });
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = tenantId });
        await using var row = await command.ExecuteReaderAsync(ct);
        return await row.ReadAsync(ct)
            ? (RunRows.Read(row), row.GetTime(RunRows.Count), row.GetFieldValue<DateTimeOffset>(RunRows.Count + 1))
            : null;
    }

    private static async Task<WorkerFacts> ReadWorkersAsync(NpgsqlDataReader rows, CancellationToken ct)
    {
        await rows.NextResultAsync(ct);
        await rows.ReadAsync(ct); // An aggregate always has a row.
        return new WorkerFacts(rows.GetInt32(0), rows.GetInt32(1), rows.GetInt32(2), rows.GetInt32(3), rows.GetTime(4));
    }

    private static async Task<IReadOnlyList<StepInProgress>> ReadOpenAsync(NpgsqlDataReader rows, CancellationToken ct)
    {
        await rows.NextResultAsync(ct);
        var open = new List<StepInProgress>();
        while (await rows.ReadAsync(ct))
        {
            var reason = rows.IsDBNull(3) ? (WaitReason?)null : Names.ParseWaitReason(rows.GetString(3));
            open.Add(new StepInProgress(
                rows.GetString(0), rows.GetInt32(1), rows.GetBoolean(2), reason, rows.GetTime(4), rows.GetFieldValue<DateTimeOffset>(5))
            {
                Approval = reason == WaitReason.Approval ? ReadApproval(rows) : null,
                Event = rows.GetText(9) is { } name ? new AwaitedEvent(name, rows.GetText(10)) : null,
                Children = rows.IsDBNull(11) ? null : new StartedChildren(rows.GetInt32(11), rows.GetInt32(12), rows.GetInt32(13), rows.GetInt32(14)),
            });
        }

        return open;
    }

    private static AskedPeople ReadApproval(NpgsqlDataReader row) => new(
        row.GetText(6),
        row.GetOptionalJson(7)?.Deserialize<Approvers>(NextLayerJson.Options) ?? new Approvers(),
        row.GetOptionalJson(8)?.Deserialize<IReadOnlyList<string>>(NextLayerJson.Options) ?? []);

    private static async Task<IReadOnlyList<FailedStep>> ReadFailedAsync(NpgsqlDataReader rows, CancellationToken ct)
    {
        await rows.NextResultAsync(ct);
        var failed = new List<FailedStep>();
        while (await rows.ReadAsync(ct))
            failed.Add(new FailedStep(
                rows.GetString(0), rows.GetInt32(1), StepErrors.Parse(rows.GetString(2)), rows.GetTime(3), rows.GetFieldValue<DateTimeOffset>(4)));
        return failed;
    }

    private static async Task<int> ReadAheadAsync(NpgsqlDataReader rows, CancellationToken ct)
    {
        await rows.NextResultAsync(ct);
        await rows.ReadAsync(ct); // As above.
        return Math.Min(rows.GetInt32(0), MaxAhead + 1);
    }
}
