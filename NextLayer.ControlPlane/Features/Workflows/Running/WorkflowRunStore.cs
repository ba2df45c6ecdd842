using System.Data;
using System.Text.Json;
using NextLayer.Contracts.Runs;
using NextLayer.ControlPlane.Features.Runs;
using NextLayer.ControlPlane.Features.Runs.Reading;
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
        StepCountStore.Add(batch, [runId]);
        await using var rows = await batch.ExecuteReaderAsync(ct);
        var outputs = new Dictionary<string, JsonElement>();
        while (await rows.ReadAsync(ct))
            outputs.Add(rows.GetString(0), rows.GetJson(1));
        await rows.NextResultAsync(ct);
        var reruns = new List<Guid>();
        while (await rows.ReadAsync(ct))
            reruns.Add(rows.GetGuid(0));
        await rows.NextResultAsync(ct);
        return new RunRecord(run, (await StepCountStore.ReadAsync(rows, ct)).SingleOrDefault().Steps, outputs, reruns);
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
}
