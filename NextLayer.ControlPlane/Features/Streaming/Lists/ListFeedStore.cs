using NextLayer.Contracts.Runs;
using NextLayer.ControlPlane.Features.Runs;
using NextLayer.ControlPlane.Platform.Database;
using Npgsql;
using NpgsqlTypes;

namespace NextLayer.ControlPlane.Features.Streaming.Lists;

/// <summary>Reads for all lists of this replica at once.</summary>
internal sealed class ListFeedStore(Databases databases)
{
    // The input is not shown, and may be large.
    private static readonly string RunsSql = $"""
        SELECT {RunRows.Columns.Replace("i.parameters", "NULL::json", StringComparison.Ordinal)} FROM pipeline_runs r WHERE r.id = ANY ($1)
        """;

    private const string SeenSql = "SELECT pg_current_snapshot()::text";

    /// <summary>The runs as they are now; <c>parameters</c> is left empty.</summary>
    public async Task<IReadOnlyList<Run>> ReadAsync(Guid[] ids, CancellationToken ct)
    {
        await using var command = databases.Main.CreateCommand(RunsSql);
        command.Parameters.Add(new NpgsqlParameter<Guid[]> { TypedValue = ids, NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Uuid });
        await using var rows = await command.ExecuteReaderAsync(ct);
        var runs = new List<Run>(ids.Length);
        while (await rows.ReadAsync(ct))
            runs.Add(RunRows.Read(rows));
        return runs;
    }

    /// <summary>Names which transactions can be seen now: while it stays the same, nothing whatever was committed.</summary>
    public async Task<string> SeenAsync(CancellationToken ct)
    {
        await using var command = databases.Main.CreateCommand(SeenSql);
        return (string)(await command.ExecuteScalarAsync(ct))!; // A function's value.
    }
}
