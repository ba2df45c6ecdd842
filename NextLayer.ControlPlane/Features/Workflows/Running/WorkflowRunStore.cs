using System.Data;
using System.Text.Json;
using NextLayer.Contracts.Runs;
using NextLayer.ControlPlane.Features.Runs;
using NextLayer.ControlPlane.Platform.Database;
using Npgsql;
using NpgsqlTypes;

namespace NextLayer.ControlPlane.Features.Workflows.Running;

/// <summary>A run as one statement after the other found it, all at one moment.</summary>
internal sealed record RunRecord(Run Run, StepCounts Steps, IReadOnlyDictionary<string, JsonElement> Outputs, IReadOnlyList<Guid> Reruns);

/// <summary>Reads what the Workflow API shows of runs besides their rows.</summary>
internal sealed class WorkflowRunStore(Databases databases)
{
    private const string SeqSql = "SELECT last_event_seq FROM pipeline_runs WHERE id = $1 AND tenant_id = $2";

    // The newest attempt of each step says how it stands. What is not finished when the run's next generation begins is
    // done again then; only in a run that has ended does an old failure stand.
    private const string CountsSql = """
        SELECT r.id, count(s.state)::integer,
               (count(*) FILTER (WHERE state = 'running'))::integer, (count(*) FILTER (WHERE state = 'waiting'))::integer,
               (count(*) FILTER (WHERE state = 'completed'))::integer, (count(*) FILTER (WHERE state = 'failed'))::integer,
               (count(*) FILTER (WHERE state = 'skipped'))::integer, (count(*) FILTER (WHERE state = 'cancelled'))::integer,
               r.body_path
        FROM pipeline_runs r
        LEFT JOIN (
            SELECT DISTINCT ON (a.run_id, a.step_id) a.run_id,
                   CASE WHEN a.status NOT IN ('failed', 'cancelled') OR r.finished_at IS NOT NULL THEN a.status
                        WHEN a.generation < r.generation THEN 'pending'
                        WHEN a.retry_at IS NOT NULL THEN 'waiting'
                        ELSE a.status END AS state
            FROM (
                SELECT run_id, step_id, generation, attempt, status, retry_at FROM step_runs WHERE run_id = ANY ($1)
                UNION ALL
                SELECT run_id, step_id, generation, attempt, status, NULL FROM open_steps WHERE run_id = ANY ($1)
            ) AS a
            JOIN pipeline_runs r ON r.id = a.run_id
            ORDER BY a.run_id, a.step_id, a.generation DESC, a.attempt DESC
        ) AS s ON s.run_id = r.id
        WHERE r.id = ANY ($1)
        GROUP BY r.id
        """;

    // A completed step is never done again, so that its output stands whatever came after.
    private const string OutputsSql = """
        SELECT DISTINCT ON (step_id) step_id, output FROM step_runs
        WHERE run_id = $1 AND status = 'completed' AND output IS NOT NULL
        ORDER BY step_id, generation DESC, attempt DESC
        """;

    private const string RerunsSql = "SELECT id FROM pipeline_runs WHERE rerun_of = $1 ORDER BY id DESC LIMIT 100";

    private const string ChildrenOf = "r.parent_run_id = $1 AND ($2::text IS NULL OR r.parent_step_id = $2)";

    private const string CountChildrenSql = $"SELECT count(*)::integer FROM pipeline_runs r WHERE {ChildrenOf}";

    private const string ChildrenSql = $"""
        SELECT {RunRows.Columns} FROM pipeline_runs r LEFT JOIN run_inputs i ON i.run_id = r.id
        WHERE {ChildrenOf} ORDER BY r.parent_step_id, r.child_index LIMIT $3 OFFSET $4
        """;

    /// <summary>Number of the run's newest event; null when the tenant has no such run.</summary>
    public async Task<int?> FindSeqAsync(Guid tenantId, Guid runId, CancellationToken ct)
    {
        await using var connection = await databases.OpenForCallerAsync(ct);
        await using var command = new NpgsqlCommand(SeqSql, connection);
        command.Parameters.AddWithValue(runId);
        command.Parameters.AddWithValue(tenantId);
        return await command.ExecuteScalarAsync(ct) as int?;
    }

    /// <summary>Null when the tenant has no such run.</summary>
    public async Task<RunRecord?> ReadAsync(Guid tenantId, Guid runId, CancellationToken ct)
    {
        await using var connection = await databases.OpenForCallerAsync(ct);
        // One view of the database for all statements: a run that is completed has all its outputs.
        await using var transaction = await connection.BeginTransactionAsync(IsolationLevel.RepeatableRead, ct);
        if (await ReadRunAsync(connection, runId, ct) is not { } run || run.TenantId != tenantId)
            return null;
        await using var batch = new NpgsqlBatch(connection);
        batch.Add(OutputsSql).Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = runId });
        batch.Add(RerunsSql).Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = runId });
        batch.Add(CountsSql).Parameters.Add(new NpgsqlParameter<Guid[]> { TypedValue = [runId] });
        await using var rows = await batch.ExecuteReaderAsync(ct);
        var outputs = new Dictionary<string, JsonElement>();
        while (await rows.ReadAsync(ct))
            outputs.Add(rows.GetString(0), rows.GetJson(1));
        await rows.NextResultAsync(ct);
        var reruns = new List<Guid>();
        while (await rows.ReadAsync(ct))
            reruns.Add(rows.GetGuid(0));
        await rows.NextResultAsync(ct);
        return new RunRecord(run, await rows.ReadAsync(ct) ? ReadCounts(rows) : default, outputs, reruns);
    }

    /// <summary>Steps by run.</summary>
    public async Task<IReadOnlyDictionary<Guid, StepCounts>> CountStepsAsync(IReadOnlyList<Run> runs, CancellationToken ct)
    {
        var counts = new Dictionary<Guid, StepCounts>();
        if (runs.Count == 0)
            return counts;
        await using var connection = await databases.OpenForCallerAsync(ct);
        await using var command = new NpgsqlCommand(CountsSql, connection);
        command.Parameters.Add(new NpgsqlParameter<Guid[]> { TypedValue = [.. runs.Select(run => run.Id)] });
        await using var rows = await command.ExecuteReaderAsync(ct);
        while (await rows.ReadAsync(ct))
            counts.Add(rows.GetGuid(0), ReadCounts(rows));
        return counts;
    }

    /// <param name="stepId">Of this step alone; null for all.</param>
    public async Task<(IReadOnlyList<Run> Children, int Total)> ListChildrenAsync(
        Guid runId, string? stepId, int limit, int offset, CancellationToken ct)
    {
        await using var connection = await databases.OpenForCallerAsync(ct);
        await using var batch = new NpgsqlBatch(connection);
        AddParent(batch.Add(CountChildrenSql), runId, stepId);
        var page = batch.Add(ChildrenSql);
        AddParent(page, runId, stepId);
        page.Parameters.Add(new NpgsqlParameter<int> { TypedValue = limit });
        page.Parameters.Add(new NpgsqlParameter<int> { TypedValue = offset });
        await using var rows = await batch.ExecuteReaderAsync(ct);
        await rows.ReadAsync(ct); // count(*) always has a row.
        var total = rows.GetInt32(0);
        await rows.NextResultAsync(ct);
        var children = new List<Run>();
        while (await rows.ReadAsync(ct))
            children.Add(RunRows.Read(rows));
        return (children, total);
    }

    private static void AddParent(NpgsqlBatchCommand command, Guid runId, string? stepId)
    {
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = runId });
        command.Parameters.Add(new NpgsqlParameter<string?> { TypedValue = stepId, NpgsqlDbType = NpgsqlDbType.Text });
    }

    private static async Task<Run?> ReadRunAsync(NpgsqlConnection connection, Guid runId, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand(RunReader.ByIdSql, connection);
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = runId });
        await using var row = await command.ExecuteReaderAsync(ct);
        return await row.ReadAsync(ct) ? RunRows.Read(row) : null;
    }

    private static StepCounts ReadCounts(NpgsqlDataReader row) => new(
        row.GetInt32(1), row.GetInt32(2), row.GetInt32(3), row.GetInt32(4), row.GetInt32(5), row.GetInt32(6), row.GetInt32(7),
        row.GetText(8));
}
