using NextLayer.Contracts.Runs;
using NextLayer.ControlPlane.Platform.Database;
using Npgsql;

namespace NextLayer.ControlPlane.Features.RunViews;

/// <summary>Reads and changes a tenant's saved views.</summary>
internal sealed class RunViewStore(Databases databases)
{
    /// <summary>More than anybody looks through.</summary>
    public const int MaxViews = 100;

    private const string ListSql = "SELECT name, search, saved_by, saved_at FROM run_views WHERE tenant_id = $1 ORDER BY lower(name), name";

    // Two who save the hundredth at the same moment make a hundred and one; nothing depends on it.
    private static readonly string SaveSql = $"""
        INSERT INTO run_views (tenant_id, name, search, saved_by)
        SELECT $1, $2, $3, $4
        WHERE (SELECT count(*) FROM run_views WHERE tenant_id = $1 AND name <> $2) < {MaxViews}
        ON CONFLICT (tenant_id, name) DO UPDATE SET search = excluded.search, saved_by = excluded.saved_by, saved_at = now()
        RETURNING name, search, saved_by, saved_at
        """;

    private const string DeleteSql = "DELETE FROM run_views WHERE tenant_id = $1 AND name = $2";

    /// <summary>All of them, by name.</summary>
    public async Task<IReadOnlyList<RunView>> ListAsync(Guid tenantId, CancellationToken ct)
    {
        await using var connection = await databases.OpenForCallerAsync(ct);
        await using var command = new NpgsqlCommand(ListSql, connection);
        command.Parameters.AddWithValue(tenantId);
        await using var rows = await command.ExecuteReaderAsync(ct);
        var views = new List<RunView>();
        while (await rows.ReadAsync(ct))
            views.Add(Read(rows));
        return views;
    }

    /// <summary>Makes it, or puts another search under its name.</summary>
    /// <returns>Null when the tenant has as many as it may.</returns>
    public async Task<RunView?> SaveAsync(Guid tenantId, string name, string search, string by, CancellationToken ct)
    {
        await using var connection = await databases.OpenForCallerAsync(ct);
        await using var command = new NpgsqlCommand(SaveSql, connection);
        command.Parameters.AddWithValue(tenantId);
        command.Parameters.AddWithValue(name);
        command.Parameters.AddWithValue(search);
        command.Parameters.AddWithValue(by);
        await using var row = await command.ExecuteReaderAsync(ct);
        return await row.ReadAsync(ct) ? Read(row) : null;
    }

    /// <returns>False when there was none of that name.</returns>
    public async Task<bool> DeleteAsync(Guid tenantId, string name, CancellationToken ct)
    {
        await using var connection = await databases.OpenForCallerAsync(ct);
        await using var command = new NpgsqlCommand(DeleteSql, connection);
        command.Parameters.AddWithValue(tenantId);
        command.Parameters.AddWithValue(name);
        return await command.ExecuteNonQueryAsync(ct) == 1;
    }

    private static RunView Read(NpgsqlDataReader row) => new()
    {
        Name = row.GetString(0),
        Search = row.GetString(1),
        SavedBy = row.GetString(2),
        SavedAt = row.GetFieldValue<DateTimeOffset>(3),
    };
}
