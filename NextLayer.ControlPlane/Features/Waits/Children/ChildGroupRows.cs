using System.Text.Json;
using NextLayer.Contracts.Json;
using NextLayer.Contracts.Workers;
using NextLayer.ControlPlane.Platform.Database;
using Npgsql;

namespace NextLayer.ControlPlane.Features.Waits.Children;

/// <summary>A for-each step of a run: the key of its group.</summary>
internal readonly record struct ChildGroupKey(Guid RunId, string StepId);

/// <summary>A row of <c>child_groups</c>; the parent's lock guards it.</summary>
internal sealed record ChildGroup
{
    public required ChildGroupKey Key { get; init; }
    public required int Generation { get; init; }
    public required int Attempt { get; init; }

    /// <summary><c>starting</c>, <c>running</c>, <c>stopping</c> or <c>done</c>.</summary>
    public required string State { get; init; }

    public Guid? VersionId { get; init; }
    public required ChildrenWait Wait { get; init; }
    public required int Total { get; init; }
    public required int Running { get; init; }
    public required int Succeeded { get; init; }
    public required int Failed { get; init; }

    /// <summary>Items without a child run yet.</summary>
    public int Pending => Total - Running - Succeeded - Failed;
}

/// <summary>Reads and writes groups and their items.</summary>
internal static class ChildGroupRows
{
    private const string WorkSql = """
        SELECT run_id, step_id FROM child_groups WHERE state IN ('starting', 'stopping')
        UNION
        SELECT run_id, step_id FROM child_items WHERE news
        LIMIT 200
        """;

    private const string FindSql = """
        SELECT generation, attempt, state, version_id, wait, total, running, succeeded, failed
        FROM child_groups WHERE run_id = $1 AND step_id = $2
        """;

    private const string UpdateSql = """
        UPDATE child_groups SET state = $3, version_id = $4, running = $5, succeeded = $6, failed = $7
        WHERE run_id = $1 AND step_id = $2
        """;

    private const string NewsSql = """
        UPDATE child_items SET news = false WHERE run_id = $1 AND step_id = $2 AND news RETURNING status
        """;

    // Items that failed earlier are taken up again; what succeeded stays.
    private const string RestartSql = """
        WITH again AS (
            UPDATE child_items SET status = 'pending', result = NULL, error = NULL
            WHERE run_id = $1 AND step_id = $2 AND status IN ('failed', 'cancelled')
        )
        SELECT count(*), count(*) FILTER (WHERE status = 'succeeded'), count(*) FILTER (WHERE status = 'running')
        FROM child_items WHERE run_id = $1 AND step_id = $2
        """;

    private const string PendingSql = """
        SELECT child_index, item, child_id FROM child_items
        WHERE run_id = $1 AND step_id = $2 AND status = 'pending' ORDER BY child_index LIMIT $3
        """;

    private const string MarkSql = """
        UPDATE child_items i SET status = n.status, child_id = n.child_id, error = n.error
        FROM unnest($1::integer[], $2::text[], $3::uuid[], $4::text[]) AS n (child_index, status, child_id, error)
        WHERE i.run_id = $5 AND i.step_id = $6 AND i.child_index = n.child_index
        """;

    private const string ResultsSql = """
        SELECT child_index, status, result::text, error FROM child_items WHERE run_id = $1 AND step_id = $2 ORDER BY child_index
        """;

    private const string FirstFailureSql = """
        SELECT child_index, error, child_id FROM child_items
        WHERE run_id = $1 AND step_id = $2 AND status IN ('failed', 'cancelled') ORDER BY child_index LIMIT 1
        """;

    /// <summary>Groups for which there is something to do.</summary>
    public static async Task<IReadOnlyList<ChildGroupKey>> WorkAsync(NpgsqlConnection connection, CancellationToken ct)
    {
        var keys = new List<ChildGroupKey>();
        await using var command = new NpgsqlCommand(WorkSql, connection);
        await using var rows = await command.ExecuteReaderAsync(ct);
        while (await rows.ReadAsync(ct))
            keys.Add(new ChildGroupKey(rows.GetGuid(0), rows.GetString(1)));
        return keys;
    }

    public static async Task<ChildGroup?> FindAsync(NpgsqlConnection connection, ChildGroupKey key, CancellationToken ct)
    {
        await using var command = Command(connection, FindSql, key);
        await using var row = await command.ExecuteReaderAsync(ct);
        if (!await row.ReadAsync(ct))
            return null;
        return new ChildGroup
        {
            Key = key,
            Generation = row.GetInt32(0),
            Attempt = row.GetInt32(1),
            State = row.GetString(2),
            VersionId = row.GetId(3),
            Wait = JsonSerializer.Deserialize<ChildrenWait>(row.GetString(4), NextLayerJson.Options)!, // Never a JSON null.
            Total = row.GetInt32(5),
            Running = row.GetInt32(6),
            Succeeded = row.GetInt32(7),
            Failed = row.GetInt32(8),
        };
    }

    public static async Task UpdateAsync(NpgsqlConnection connection, ChildGroup group, CancellationToken ct)
    {
        await using var command = Command(connection, UpdateSql, group.Key);
        command.Parameters.AddWithValue(group.State);
        command.Parameters.AddWithValue((object?)group.VersionId ?? DBNull.Value);
        command.Parameters.AddWithValue(group.Running);
        command.Parameters.AddWithValue(group.Succeeded);
        command.Parameters.AddWithValue(group.Failed);
        await command.ExecuteNonQueryAsync(ct);
    }

    /// <summary>Takes note of the children that have ended since, and how.</summary>
    public static async Task<(int Succeeded, int Failed)> TakeNewsAsync(NpgsqlConnection connection, ChildGroupKey key, CancellationToken ct)
    {
        var (succeeded, failed) = (0, 0);
        await using var command = Command(connection, NewsSql, key);
        await using var rows = await command.ExecuteReaderAsync(ct);
        while (await rows.ReadAsync(ct))
        {
            if (rows.GetString(0) == "succeeded")
                succeeded++;
            else
                failed++;
        }

        return (succeeded, failed);
    }

    /// <returns>Items there are, those that succeeded, and those whose child of an earlier attempt has not ended yet.</returns>
    public static async Task<(int Total, int Succeeded, int Running)> RestartAsync(
        NpgsqlConnection connection, ChildGroupKey key, CancellationToken ct)
    {
        await using var command = Command(connection, RestartSql, key);
        await using var row = await command.ExecuteReaderAsync(ct);
        await row.ReadAsync(ct);
        return ((int)row.GetInt64(0), (int)row.GetInt64(1), (int)row.GetInt64(2));
    }

    /// <summary>The next items to begin; <c>ChildId</c> is the run of an earlier attempt.</summary>
    public static async Task<List<(int Index, JsonElement Item, Guid? ChildId)>> PendingAsync(
        NpgsqlConnection connection, ChildGroupKey key, int count, CancellationToken ct)
    {
        var items = new List<(int, JsonElement, Guid?)>();
        await using var command = Command(connection, PendingSql, key);
        command.Parameters.AddWithValue(count);
        await using var rows = await command.ExecuteReaderAsync(ct);
        while (await rows.ReadAsync(ct))
            items.Add((rows.GetInt32(0), rows.GetJson(1), rows.GetId(2)));
        return items;
    }

    public static async Task MarkAsync(
        NpgsqlConnection connection, ChildGroupKey key, IReadOnlyList<(int Index, string Status, Guid? ChildId, string? Error)> items,
        CancellationToken ct)
    {
        if (items.Count == 0)
            return;
        await using var batch = new NpgsqlBatch(connection);
        var command = batch.Add(MarkSql)
            .Integers(items, i => i.Index).Texts(items, i => i.Status).Ids(items, i => i.ChildId).Texts(items, i => i.Error);
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = key.RunId });
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = key.StepId });
        await batch.ExecuteNonQueryAsync(ct);
    }

    /// <summary>What came of every item, in their order.</summary>
    public static async IAsyncEnumerable<(int Index, string Status, string? Result, string? Error)> ResultsAsync(
        NpgsqlConnection connection, ChildGroupKey key, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken ct)
    {
        await using var command = Command(connection, ResultsSql, key);
        await using var rows = await command.ExecuteReaderAsync(ct);
        while (await rows.ReadAsync(ct))
            yield return (rows.GetInt32(0), rows.GetString(1), rows.GetText(2), rows.GetText(3));
    }

    public static async Task<(int Index, string? Error, Guid? ChildId)> FirstFailureAsync(
        NpgsqlConnection connection, ChildGroupKey key, CancellationToken ct)
    {
        await using var command = Command(connection, FirstFailureSql, key);
        await using var row = await command.ExecuteReaderAsync(ct);
        return await row.ReadAsync(ct) ? (row.GetInt32(0), row.GetText(1), row.GetId(2)) : default;
    }

    private static NpgsqlCommand Command(NpgsqlConnection connection, string sql, ChildGroupKey key)
    {
        var command = new NpgsqlCommand(sql, connection);
        command.Parameters.AddWithValue(key.RunId);
        command.Parameters.AddWithValue(key.StepId);
        return command;
    }
}
