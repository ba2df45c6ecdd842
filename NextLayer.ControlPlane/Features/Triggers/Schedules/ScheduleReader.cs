using NextLayer.Contracts.Triggers;
using NextLayer.ControlPlane.Platform.Database;
using NextLayer.ControlPlane.Platform.Registry;
using Npgsql;
using NpgsqlTypes;

namespace NextLayer.ControlPlane.Features.Triggers.Schedules;

/// <summary>What people see of schedules.</summary>
internal sealed class ScheduleReader(Databases databases)
{
    private const string FindSql = $"{ScheduleRow.SelectSql} WHERE s.id = $1 AND s.tenant_id = $2";

    public async Task<Schedule?> FindAsync(Guid id, Guid tenantId, CancellationToken ct)
    {
        await using var connection = await databases.Main.OpenConnectionAsync(ct);
        return await FindAsync(connection, id, tenantId, ct);
    }

    public static async Task<Schedule?> FindAsync(NpgsqlConnection connection, Guid id, Guid tenantId, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand(FindSql, connection);
        command.Parameters.AddWithValue(id);
        command.Parameters.AddWithValue(tenantId);
        await using var row = await command.ExecuteReaderAsync(ct);
        return await row.ReadAsync(ct) ? ScheduleRow.Read(row) : null;
    }

    // Any version of a pipeline names its schedules.
    private const string Listed = """
        WHERE s.tenant_id = $1
          AND ($2::uuid IS NULL OR s.pipeline_id = (SELECT pipeline_id FROM pipeline_versions WHERE id = $2 AND tenant_id = $1))
        """;

    private const string ListSql = $"{ScheduleRow.SelectSql} {Listed} ORDER BY s.id DESC LIMIT $3 OFFSET $4";

    private const string CountSql = $"SELECT count(*) FROM schedules s {Listed}";

    /// <summary>One page, newest first, and the number of all.</summary>
    public async Task<(IReadOnlyList<Schedule> Items, long Total)> ListAsync(
        Guid tenantId, Guid? workflowId, PageNumberQuery page, CancellationToken ct)
    {
        await using var connection = await databases.Main.OpenConnectionAsync(ct);
        await using var list = Command(connection, ListSql, tenantId, workflowId);
        list.Parameters.AddWithValue(page.PerPage);
        list.Parameters.AddWithValue(page.Offset);
        var items = await ReadAllAsync(list, ScheduleRow.Read, ct);
        await using var count = Command(connection, CountSql, tenantId, workflowId);
        return (items, (long)(await count.ExecuteScalarAsync(ct))!); // A count is always there.
    }

    private const string FiresSql = """
        SELECT f.planned_at, f.fired_at, f.outcome, f.run_id, r.status, f.reason, f.missed
        FROM schedule_fires f LEFT JOIN pipeline_runs r ON r.id = f.run_id
        WHERE f.schedule_id = $1 ORDER BY f.planned_at DESC LIMIT $2 OFFSET $3
        """;

    private const string CountFiresSql = """
        SELECT (SELECT count(*) FROM schedule_fires f WHERE f.schedule_id = s.id)
        FROM schedules s WHERE s.id = $1 AND s.tenant_id = $2
        """;

    /// <summary>One page, newest first, and the number of those that are kept; null when there is no such schedule.</summary>
    public async Task<(IReadOnlyList<ScheduleFire> Items, long Total)?> ListFiresAsync(
        Guid id, Guid tenantId, PageNumberQuery page, CancellationToken ct)
    {
        await using var connection = await databases.Main.OpenConnectionAsync(ct);
        await using var count = Command(connection, CountFiresSql, id, tenantId);
        if (await count.ExecuteScalarAsync(ct) is not long total)
            return null;
        await using var list = new NpgsqlCommand(FiresSql, connection);
        list.Parameters.AddWithValue(id);
        list.Parameters.AddWithValue(page.PerPage);
        list.Parameters.AddWithValue(page.Offset);
        return (await ReadAllAsync(list, row => ScheduleRow.ReadFire(row, 0), ct), total);
    }

    private static NpgsqlCommand Command(NpgsqlConnection connection, string sql, Guid first, Guid? second)
    {
        var command = new NpgsqlCommand(sql, connection);
        command.Parameters.AddWithValue(first);
        command.Parameters.Add(new NpgsqlParameter { Value = (object?)second ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Uuid });
        return command;
    }

    private static async Task<IReadOnlyList<T>> ReadAllAsync<T>(NpgsqlCommand command, Func<NpgsqlDataReader, T> read, CancellationToken ct)
    {
        await using var row = await command.ExecuteReaderAsync(ct);
        var items = new List<T>();
        while (await row.ReadAsync(ct))
            items.Add(read(row));
        return items;
    }
}
