using System.Text.Json;
using NextLayer.Contracts.Runs;
using NextLayer.ControlPlane.Platform.Database;
using Npgsql;

namespace NextLayer.ControlPlane.Features.Runs.Claiming;

/// <summary>Reads what earlier attempts of claimed runs have left, so that the next worker goes on where they stopped.</summary>
internal sealed class ClaimedStepStore(Databases databases)
{
    // Newest attempt of each step over all generations; a generation's failures count against its own attempts.
    private const string StepsSql = """
        SELECT DISTINCT ON (run_id, step_id)
               run_id, step_id, generation, attempt, status, output, port, error, due_at, started_at,
               extract(epoch FROM due_at - clock_timestamp()) * 1000, wait_reason,
               count(*) FILTER (WHERE status = 'failed') OVER (PARTITION BY run_id, step_id, generation)
        FROM (
            SELECT run_id, step_id, generation, attempt, status, output::text AS output, port, error::text AS error,
                   retry_at AS due_at, started_at, NULL AS wait_reason
            FROM step_runs WHERE run_id = ANY($1)
            UNION ALL
            SELECT run_id, step_id, generation, attempt, status, NULL, NULL, NULL, wake_at, started_at, wait_reason
            FROM open_steps WHERE run_id = ANY($1)
        ) AS attempts
        ORDER BY run_id, step_id, generation DESC, attempt DESC
        """;

    public async Task<ILookup<Guid, ClaimedStep>> ReadAsync(Guid[] runIds, CancellationToken ct)
    {
        var steps = new List<(Guid RunId, ClaimedStep Step)>();
        if (runIds.Length > 0)
        {
            await using var command = databases.Hot.CreateCommand(StepsSql);
            command.Parameters.Add(new NpgsqlParameter<Guid[]> { TypedValue = runIds });
            await using var rows = await command.ExecuteReaderAsync(ct);
            while (await rows.ReadAsync(ct))
                steps.Add((rows.GetGuid(0), Read(rows)));
        }

        return steps.ToLookup(s => s.RunId, s => s.Step);
    }

    private static ClaimedStep Read(NpgsqlDataReader row)
    {
        var status = Names.ParseStepStatus(row.GetString(4));
        var dueAt = row.GetTime(8);
        return new ClaimedStep
        {
            StepId = row.GetString(1),
            Generation = row.GetInt32(2),
            Attempt = row.GetInt32(3),
            Status = status,
            Output = row.IsDBNull(5) ? null : JsonElement.Parse(row.GetString(5)),
            Port = row.GetText(6),
            Error = row.IsDBNull(7) ? null : StepErrors.Parse(row.GetString(7)),
            RetryAt = status == StepStatus.Failed ? dueAt : null,
            WakeAt = status == StepStatus.Waiting ? dueAt : null,
            StartedAt = row.GetTime(9),
            DueInMs = row.IsDBNull(10) ? null : (double)row.GetDecimal(10),
            WaitReason = row.IsDBNull(11) ? null : Names.ParseWaitReason(row.GetString(11)),
            Failures = (int)row.GetInt64(12),
        };
    }
}
