using System.Text.Json.Nodes;
using NextLayer.Worker.Execution;
using Npgsql;
using Npgsql.Schema;

namespace NextLayer.Worker.Steps.Database;

/// <summary>Reads a result within the bounds of a step's output.</summary>
internal sealed class QueryRows
{
    private readonly List<Column> columns = [];
    private int size;

    public JsonArray Rows { get; } = [];

    /// <summary>There were more rows than were asked for.</summary>
    public bool IsTruncated { get; private set; }

    /// <summary>False for statements that give no rows.</summary>
    public bool HasColumns => columns.Count > 0;

    public JsonArray Columns => [.. columns.Select(c => new JsonObject { ["name"] = c.Name, ["type"] = PostgresValue.NameOf(c.Type) })];

    /// <param name="reader">The result.</param>
    /// <param name="limit">Rows that are kept.</param>
    /// <param name="ct">Ends the reading.</param>
    public static async Task<QueryRows> ReadAsync(NpgsqlDataReader reader, int limit, CancellationToken ct)
    {
        var rows = new QueryRows();
        foreach (var column in reader.FieldCount > 0 ? await reader.GetColumnSchemaAsync(ct) : [])
            rows.columns.Add(new Column(rows.Unique(column.ColumnName), ((NpgsqlDbColumn)column).TypeOID));
        while (!rows.IsTruncated && await reader.ReadAsync(ct))
        {
            if (rows.Rows.Count == limit)
                rows.IsTruncated = true;
            else
                rows.Rows.Add(await rows.ReadRowAsync(reader, ct));
        }

        return rows;
    }

    /// <summary>Two columns of one name would be one member.</summary>
    private string Unique(string name)
    {
        var unique = name;
        for (var n = 2; columns.Any(c => c.Name == unique); n++)
            unique = $"{name}_{n}";
        return unique;
    }

    private async Task<JsonObject> ReadRowAsync(NpgsqlDataReader reader, CancellationToken ct)
    {
        var row = new JsonObject();
        for (var i = 0; i < columns.Count; i++)
        {
            Count(columns[i].Name.Length + 4);
            row[columns[i].Name] = await reader.IsDBNullAsync(i, ct) ? null : PostgresValue.Read(columns[i].Type, await ReadTextAsync(reader, i, ct));
        }

        return row;
    }

    /// <summary>In pieces, since one value can have a gigabyte.</summary>
    private async Task<string> ReadTextAsync(NpgsqlDataReader reader, int column, CancellationToken ct)
    {
        using var text = await reader.GetTextReaderAsync(column, ct);
        var whole = new System.Text.StringBuilder();
        var buffer = new char[4096];
        int read;
        while ((read = await text.ReadAsync(buffer, ct)) > 0)
        {
            Count(read);
            whole.Append(buffer, 0, read);
        }

        return whole.ToString();
    }

    // Characters are counted, not bytes: it only has to stop before memory is full; the engine measures exactly.
    private void Count(int more)
    {
        size += more;
        if (size > StepLimits.MaxOutputBytes)
            throw StepFailure.Of(
                StepCodes.OutputTooLarge, $"The result is larger than the {StepLimits.MaxOutputBytes} bytes that are kept; ask for fewer rows or columns.");
    }

    private sealed record Column(string Name, uint Type);
}
