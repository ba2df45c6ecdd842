using Npgsql;

namespace NextLayer.ControlPlane.Features.Waits.Approvals;

/// <summary>Who started a run, as the audit log names them.</summary>
internal static class RunStarter
{
    // A for-each's child runs were started by whoever started the run at their head.
    private const string Sql = """
        WITH RECURSIVE line AS (
            SELECT id, parent_run_id FROM pipeline_runs WHERE id = $1
            UNION ALL
            SELECT p.id, p.parent_run_id FROM line JOIN pipeline_runs p ON p.id = line.parent_run_id
        )
        SELECT e.payload ->> 'by' FROM line JOIN run_events e ON e.run_id = line.id AND e.seq = 1 WHERE line.parent_run_id IS NULL
        """;

    /// <returns>Null where nobody is known to have.</returns>
    public static async Task<string?> FindAsync(NpgsqlConnection connection, Guid runId, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand(Sql, connection);
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = runId });
        return await command.ExecuteScalarAsync(ct) as string;
    }
}
