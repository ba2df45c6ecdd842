using NextLayer.Contracts.Runs;
using NextLayer.ControlPlane.Platform.Database;
using Npgsql;

namespace NextLayer.ControlPlane.Features.Runs;

/// <summary>Reads one run by its id.</summary>
internal sealed class RunReader(Databases databases)
{
    /// <summary>$1 the run's id; <see cref="RunRows.Read"/> reads the row.</summary>
    public const string ByIdSql = $"""
        SELECT {RunRows.Columns} FROM pipeline_runs r LEFT JOIN run_inputs i ON i.run_id = r.id WHERE r.id = $1
        """;

    public async Task<Run?> FindAsync(Guid runId, CancellationToken ct)
    {
        await using var connection = await databases.OpenForCallerAsync(ct);
        await using var command = new NpgsqlCommand(ByIdSql, connection);
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = runId });
        await using var row = await command.ExecuteReaderAsync(ct);
        return await row.ReadAsync(ct) ? RunRows.Read(row) : null;
    }
}
