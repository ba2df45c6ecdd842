using System.Text.Json;
using NextLayer.ControlPlane.Platform.Database;
using Npgsql;

namespace NextLayer.ControlPlane.Features.Runs.Creating;

/// <summary>What steps of another run gave, which a new run takes as its own instead of running them.</summary>
/// <param name="RunId">The other run.</param>
/// <param name="Steps">Outputs of the steps that completed there, by step id; null for a step that gave none.</param>
internal sealed record TakenOutputs(Guid RunId, IReadOnlyDictionary<string, JsonElement?> Steps)
{
    private const string FindSql = """
        SELECT r.pipeline_id, s.step_id, s.output
        FROM pipeline_runs r
        LEFT JOIN LATERAL (
            SELECT DISTINCT ON (step_id) step_id, output FROM step_runs
            WHERE run_id = r.id AND status = 'completed' AND step_id = ANY ($3)
            ORDER BY step_id, generation DESC, attempt DESC
        ) s ON true
        WHERE r.id = $1 AND r.tenant_id = $2
        """;

    // The steps end at once, in the order in which they ended there; the claim then finds them done, as after a restart.
    private const string CopySql = """
        WITH taken AS (
            SELECT DISTINCT ON (step_id) step_id, step_type, port, output, finished_at FROM step_runs
            WHERE run_id = $2 AND status = 'completed' AND step_id = ANY ($3)
            ORDER BY step_id, generation DESC, attempt DESC
        ), numbered AS (
            SELECT *, row_number() OVER (ORDER BY finished_at, step_id)::integer AS n FROM taken
        ), steps AS (
            INSERT INTO step_runs (run_id, generation, step_id, attempt, step_type, status, port, output, started_at, finished_at)
            SELECT $1, 1, step_id, 1, step_type, 'completed', port, output, now(), now() FROM numbered
        ), events AS (
            INSERT INTO run_events (run_id, seq, type, generation, step_id, payload, created_at)
            SELECT $1, 1 + n, 'step.completed', 1, step_id,
                   json_strip_nulls(json_build_object('step_type', step_type, 'attempt', 1, 'duration_ms', 0, 'port', port, 'taken_from', $2)),
                   now()
            FROM numbered
        )
        UPDATE pipeline_runs SET last_event_seq = 1 + made.count, steps_recorded = made.count
        FROM (SELECT count(*)::integer AS count FROM numbered) made
        WHERE id = $1
        """;

    /// <summary>Looks up what those of the steps gave that completed in the run.</summary>
    /// <returns>Null when the tenant has no such run, or it is another pipeline's.</returns>
    public static async Task<TakenOutputs?> FindAsync(
        NpgsqlConnection connection, Guid tenantId, Guid pipelineId, Guid runId, IEnumerable<string> stepIds, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand(FindSql, connection);
        command.Parameters.AddWithValue(runId);
        command.Parameters.AddWithValue(tenantId);
        command.Parameters.Add(new NpgsqlParameter<string[]> { TypedValue = [.. stepIds] });
        await using var rows = await command.ExecuteReaderAsync(ct);
        var steps = new Dictionary<string, JsonElement?>();
        var found = false;
        while (await rows.ReadAsync(ct))
        {
            if (rows.GetGuid(0) != pipelineId)
                return null;
            found = true;
            if (!rows.IsDBNull(1))
                steps.Add(rows.GetString(1), rows.GetOptionalJson(2));
        }

        return found ? new TakenOutputs(runId, steps) : null;
    }

    /// <summary>Gives them to a run that was inserted in the same transaction.</summary>
    public async Task CopyAsync(NpgsqlConnection connection, Guid runId, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand(CopySql, connection);
        command.Parameters.AddWithValue(runId);
        command.Parameters.AddWithValue(RunId);
        command.Parameters.Add(new NpgsqlParameter<string[]> { TypedValue = [.. Steps.Keys] });
        await command.ExecuteNonQueryAsync(ct);
    }
}
