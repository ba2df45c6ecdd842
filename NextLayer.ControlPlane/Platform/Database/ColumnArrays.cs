using Npgsql;
using NpgsqlTypes;

namespace NextLayer.ControlPlane.Platform.Database;

/// <summary>Adds a column of many rows as one array parameter, for <c>unnest</c>.</summary>
internal static class ColumnArrays
{
    public static NpgsqlBatchCommand Add(this NpgsqlBatch batch, string sql)
    {
        var command = new NpgsqlBatchCommand(sql);
        batch.BatchCommands.Add(command);
        return command;
    }

    public static NpgsqlBatchCommand Ids<T>(this NpgsqlBatchCommand command, IReadOnlyList<T> rows, Func<T, Guid> column) =>
        command.Column(rows, column, NpgsqlDbType.Uuid);

    public static NpgsqlBatchCommand Ids<T>(this NpgsqlBatchCommand command, IReadOnlyList<T> rows, Func<T, Guid?> column) =>
        command.Column(rows, column, NpgsqlDbType.Uuid);

    public static NpgsqlBatchCommand Integers<T>(this NpgsqlBatchCommand command, IReadOnlyList<T> rows, Func<T, int> column) =>
        command.Column(rows, column, NpgsqlDbType.Integer);

    public static NpgsqlBatchCommand Integers<T>(this NpgsqlBatchCommand command, IReadOnlyList<T> rows, Func<T, int?> column) =>
        command.Column(rows, column, NpgsqlDbType.Integer);

    public static NpgsqlBatchCommand SmallIntegers<T>(this NpgsqlBatchCommand command, IReadOnlyList<T> rows, Func<T, short> column) =>
        command.Column(rows, column, NpgsqlDbType.Smallint);

    public static NpgsqlBatchCommand Booleans<T>(this NpgsqlBatchCommand command, IReadOnlyList<T> rows, Func<T, bool> column) =>
        command.Column(rows, column, NpgsqlDbType.Boolean);

    public static NpgsqlBatchCommand Texts<T>(this NpgsqlBatchCommand command, IReadOnlyList<T> rows, Func<T, string?> column) =>
        command.Column(rows, column, NpgsqlDbType.Text);

    public static NpgsqlBatchCommand Json<T>(this NpgsqlBatchCommand command, IReadOnlyList<T> rows, Func<T, string?> column) =>
        command.Column(rows, column, NpgsqlDbType.Json);

    public static NpgsqlBatchCommand Times<T>(this NpgsqlBatchCommand command, IReadOnlyList<T> rows, Func<T, DateTimeOffset> column) =>
        command.Column(rows, column, NpgsqlDbType.TimestampTz);

    public static NpgsqlBatchCommand Times<T>(this NpgsqlBatchCommand command, IReadOnlyList<T> rows, Func<T, DateTimeOffset?> column) =>
        command.Column(rows, column, NpgsqlDbType.TimestampTz);

    public static NpgsqlBatchCommand Bytes<T>(this NpgsqlBatchCommand command, IReadOnlyList<T> rows, Func<T, byte[]?> column) =>
        command.Column(rows, column, NpgsqlDbType.Bytea);

    private static NpgsqlBatchCommand Column<T, TColumn>(
        this NpgsqlBatchCommand command, IReadOnlyList<T> rows, Func<T, TColumn> column, NpgsqlDbType type)
    {
        var values = new TColumn[rows.Count];
        for (var i = 0; i < values.Length; i++)
            values[i] = column(rows[i]);
        command.Parameters.Add(new NpgsqlParameter<TColumn[]> { TypedValue = values, NpgsqlDbType = NpgsqlDbType.Array | type });
        return command;
    }
}
