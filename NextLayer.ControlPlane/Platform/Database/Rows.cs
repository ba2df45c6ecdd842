using System.Text.Json;
using Npgsql;

namespace NextLayer.ControlPlane.Platform.Database;

/// <summary>Short names for reading columns that may be null.</summary>
internal static class Rows
{
    public static string? GetText(this NpgsqlDataReader row, int column) =>
        row.IsDBNull(column) ? null : row.GetString(column);

    public static DateTimeOffset? GetTime(this NpgsqlDataReader row, int column) =>
        row.IsDBNull(column) ? null : row.GetFieldValue<DateTimeOffset>(column);

    public static Guid? GetId(this NpgsqlDataReader row, int column) =>
        row.IsDBNull(column) ? null : row.GetGuid(column);

    /// <summary>A json column as it was stored: members in their order, numbers as written.</summary>
    public static JsonElement GetJson(this NpgsqlDataReader row, int column) =>
        JsonElement.Parse(row.GetFieldValue<byte[]>(column));

    public static JsonElement? GetOptionalJson(this NpgsqlDataReader row, int column) =>
        row.IsDBNull(column) ? null : row.GetJson(column);
}
