using System.Data;
using System.Text.Json;
using NextLayer.Contracts.Runs;
using NextLayer.ControlPlane.Features.Runs;
using NextLayer.ControlPlane.Platform.Database;
using Npgsql;
using NpgsqlTypes;

namespace NextLayer.ControlPlane.Features.Streaming;

/// <summary>Reads a run as it stood after one certain event.</summary>
internal sealed class SnapshotStore(Databases databases)
{
    private const string RunSql = "SELECT status, last_event_seq FROM pipeline_runs WHERE id = $1 AND ($2::uuid IS NULL OR tenant_id = $2)";

    // Newest attempt of each step; the output is that of the completed one, which no later attempt can take away.
    private const string StepsSql = """
        SELECT DISTINCT ON (step_id) step_id, step_type, status, attempt, error, output
        FROM (
            SELECT step_id, step_type, status, generation, attempt, error::text AS error, output::text AS output
            FROM step_runs WHERE run_id = $1
            UNION ALL
            SELECT step_id, step_type, status, generation, attempt, NULL, NULL FROM open_steps WHERE run_id = $1
        ) AS attempts
        ORDER BY step_id, generation DESC, attempt DESC
        """;

    /// <summary>Null when there is no such run.</summary>
    /// <param name="tenantId">The run must be this tenant's; null for any.</param>
    public async Task<RunSnapshot?> ReadAsync(Guid runId, Guid? tenantId, CancellationToken ct)
    {
        await using var connection = await databases.Hot.OpenConnectionAsync(ct);
        // One view of the database for both statements, so that the steps are those of the event's number.
        await using var transaction = await connection.BeginTransactionAsync(IsolationLevel.RepeatableRead, ct);
        await using var batch = new NpgsqlBatch(connection);
        var run = batch.Add(RunSql).Parameters;
        run.Add(new NpgsqlParameter<Guid> { TypedValue = runId });
        run.Add(new NpgsqlParameter { NpgsqlDbType = NpgsqlDbType.Uuid, Value = tenantId ?? (object)DBNull.Value });
        batch.Add(StepsSql).Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = runId });
        await using var rows = await batch.ExecuteReaderAsync(ct);
        if (!await rows.ReadAsync(ct))
            return null;
        var status = RunRows.Parse(rows.GetString(0));
        var lastSeq = rows.GetInt32(1);
        await rows.NextResultAsync(ct);
        var steps = new List<SnapshotStep>();
        var context = new Dictionary<string, JsonElement>();
        while (await rows.ReadAsync(ct))
        {
            steps.Add(ReadStep(rows));
            if (rows.GetText(5) is { } output)
                context[rows.GetString(0)] = JsonElement.Parse(output);
        }

        return new RunSnapshot
        {
            RunId = runId,
            RunStatus = WorkflowWords.Of(status),
            StepStatuses = steps.ToDictionary(s => s.StepId, s => s.Status),
            Steps = steps,
            Context = context,
            LastSeq = lastSeq,
        };
    }

    private static SnapshotStep ReadStep(NpgsqlDataReader row) => new()
    {
        StepId = row.GetString(0),
        StepType = row.GetString(1),
        Status = Names.ParseStepStatus(row.GetString(2)),
        Attempt = row.GetInt32(3),
        Error = row.GetText(4) is { } error ? StepErrors.Parse(error) : null,
    };
}
