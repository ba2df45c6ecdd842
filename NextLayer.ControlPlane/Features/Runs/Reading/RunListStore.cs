using NextLayer.Contracts.Runs;
using NextLayer.ControlPlane.Platform.Access;
using NextLayer.ControlPlane.Platform.Database;
using NextLayer.ControlPlane.Platform.Registry;
using Npgsql;
using NpgsqlTypes;

namespace NextLayer.ControlPlane.Features.Runs.Reading;

/// <summary>Reads pages of runs, newest first.</summary>
internal sealed class RunListStore(Databases databases)
{
    /// <summary>Totals are exact up to here.</summary>
    public const int MaxCounted = 10_000;

    private static readonly string[] EveryStatus = [.. EnumText.All<RunStatus>()];

    /// <returns>
    /// The page and the header that says how many there are in all: <c>1234</c>, <c>10000+</c>, or fewer with a plus when
    /// rows must be looked at one by one and not all were.
    /// </returns>
    public async Task<(RunPage Page, string Total)> ListAsync(RunListFilter filter, int limit, int offset, CancellationToken ct)
    {
        await using var connection = await databases.OpenForCallerAsync(ct);
        var items = await ReadAsync(connection, filter, limit + 1, offset, ct); // One more says whether there is a next page.
        var more = items.Count > limit;
        if (more)
            items.RemoveAt(limit);
        // A first page that is not full has shown all there is.
        var total = !more && offset == 0 && filter.Cursor is null ? $"{items.Count}" : await CountAsync(connection, filter, ct);
        var page = new RunPage
        {
            Items = items,
            Limit = limit,
            Offset = offset,
            Count = items.Count,
            NextCursor = more ? items[^1].Id.ToString("N") : null,
        };
        return (page, total);
    }

    /// <summary>Number of runs in each of the statuses, up to the limit; the query's own statuses, cursor and page say nothing.</summary>
    public async Task<IReadOnlyDictionary<string, int>> CountAsync(
        RunListQuery query, CallerScope scope, IEnumerable<RunStatus> statuses, int limit, CancellationToken ct)
    {
        await using var connection = await databases.OpenForCallerAsync(ct);
        var counts = new Dictionary<string, int>();
        foreach (var status in statuses.Select(RunRows.Text))
        {
            var filter = RunListFilter.TryCreate(query with { Status = [status] }, scope, out _)!; // It has nothing a person could mistype.
            await using var command = Command(connection, RunListSql.For(filter).Count, filter, filter.EndId, limit, offset: 0);
            counts[status] = (int)(long)(await command.ExecuteScalarAsync(ct))!; // count(*) is never null.
        }

        return counts;
    }

    private static async Task<List<Run>> ReadAsync(NpgsqlConnection connection, RunListFilter filter, int rows, int offset, CancellationToken ct)
    {
        var end = filter.Cursor is { } cursor && cursor.CompareTo(filter.EndId) < 0 ? cursor : filter.EndId;
        await using var command = Command(connection, RunListSql.For(filter).Page, filter, end, rows, offset);
        await using var reader = await command.ExecuteReaderAsync(ct);
        var runs = new List<Run>(rows);
        while (await reader.ReadAsync(ct))
            runs.Add(RunRows.Read(reader));
        return runs;
    }

    private static async Task<string> CountAsync(NpgsqlConnection connection, RunListFilter filter, CancellationToken ct)
    {
        var statements = RunListSql.For(filter);
        await using var command = Command(connection, statements.Count, filter, filter.EndId, MaxCounted + 1, offset: 0);
        var count = (long)(await command.ExecuteScalarAsync(ct))!; // count(*) is never null.
        return count > MaxCounted ? $"{MaxCounted}+" : statements.CountsAll ? $"{count}" : $"{count}+";
    }

    private static NpgsqlCommand Command(
        NpgsqlConnection connection, string sql, RunListFilter filter, Guid end, int rows, int offset)
    {
        var each = (long)rows + offset;
        var command = new NpgsqlCommand(sql, connection);
        Add(command, NpgsqlDbType.Uuid, filter.FirstId);
        Add(command, NpgsqlDbType.Uuid, end);
        Add(command, NpgsqlDbType.Bigint, each);
        Add(command, NpgsqlDbType.Bigint, (long)rows);
        Add(command, NpgsqlDbType.Bigint, (long)offset);
        Add(command, NpgsqlDbType.Array | NpgsqlDbType.Text, filter.Statuses ?? EveryStatus);
        Add(command, NpgsqlDbType.Array | NpgsqlDbType.Uuid, filter.Tenants);
        Add(command, NpgsqlDbType.Uuid, filter.PipelineId);
        Add(command, NpgsqlDbType.Uuid, filter.VersionId);
        Add(command, NpgsqlDbType.Text, filter.TriggerType);
        Add(command, NpgsqlDbType.Text, filter.ErrorText is { } text ? LikePattern.Containing(text) : null);
        Add(command, NpgsqlDbType.Text, filter.WorkerId);
        Add(command, NpgsqlDbType.Interval, filter.MinDuration);
        Add(command, NpgsqlDbType.Array | NpgsqlDbType.Text, filter.Labels);
        return command;
    }

    private static void Add(NpgsqlCommand command, NpgsqlDbType type, object? value) =>
        command.Parameters.Add(new NpgsqlParameter { NpgsqlDbType = type, Value = value ?? DBNull.Value });
}
