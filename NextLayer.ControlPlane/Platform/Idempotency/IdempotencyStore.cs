using Microsoft.AspNetCore.Http.HttpResults;
using NextLayer.ControlPlane.Platform.Database;
using NextLayer.ControlPlane.Platform.Errors;
using Npgsql;

namespace NextLayer.ControlPlane.Platform.Idempotency;

/// <summary>The first answer that was given under a key.</summary>
internal sealed record StoredAnswer(byte[] RequestHash, int Status, string? Location, byte[] Body)
{
    public bool IsRepeatOf(IdempotencyRequest request) => RequestHash.AsSpan().SequenceEqual(request.RequestHash);
}

/// <summary>Keys and their answers, in the transaction of the creation they belong to.</summary>
internal sealed class IdempotencyStore(NpgsqlConnection connection, NpgsqlTransaction transaction)
{
    // Waits for a transaction that is just taking the same key, so that of two equal calls one creates and one repeats.
    private const string TakeSql = """
        INSERT INTO idempotency_keys (scope, key, request_hash, status, body) VALUES ($1, $2, $3, 0, '')
        ON CONFLICT DO NOTHING
        """;

    // A statement of its own: the INSERT's snapshot is older than the row it ran into.
    private const string ReadSql =
        "SELECT request_hash, status, location, body FROM idempotency_keys WHERE scope = $1 AND key = $2";

    private const string AnswerSql =
        "UPDATE idempotency_keys SET status = $3, location = $4, body = $5 WHERE scope = $1 AND key = $2";

    /// <returns>Null when the key is ours now: create, then <see cref="AnswerAsync"/>. Otherwise what was answered under it.</returns>
    public async Task<StoredAnswer?> TakeAsync(IdempotencyRequest request, CancellationToken ct)
    {
        while (true)
        {
            await using var take = Command(TakeSql, request, request.RequestHash);
            if (await take.ExecuteNonQueryAsync(ct) == 1)
                return null;
            if (await ReadAsync(connection, transaction, request, ct) is { } known)
                return known;
            // Housekeeping removed the old key between the two statements: it is free now.
        }
    }

    /// <returns>What was answered under the key; null when nobody has it.</returns>
    public static async Task<StoredAnswer?> ReadAsync(
        NpgsqlConnection connection, NpgsqlTransaction? transaction, IdempotencyRequest request, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand(ReadSql, connection, transaction);
        command.Parameters.AddWithValue(request.Scope);
        command.Parameters.AddWithValue(request.Key);
        await using var row = await command.ExecuteReaderAsync(ct);
        return await row.ReadAsync(ct)
            ? new StoredAnswer(row.GetFieldValue<byte[]>(0), row.GetInt32(1), row.GetText(2), row.GetFieldValue<byte[]>(3))
            : null;
    }

    public async Task AnswerAsync(IdempotencyRequest request, int status, string? location, byte[] body, CancellationToken ct)
    {
        await using var command = Command(AnswerSql, request, status, (object?)location ?? DBNull.Value, body);
        await command.ExecuteNonQueryAsync(ct);
    }

    public static ProblemHttpResult KeyReused(IdempotencyRequest request) => Problems.Unprocessable(
        "idempotency_key_reused",
        $"The idempotency key {request.Key} was used for another request. Take a new key, or repeat that request unchanged.");

    private NpgsqlCommand Command(string sql, IdempotencyRequest request, params ReadOnlySpan<object> more)
    {
        var command = new NpgsqlCommand(sql, connection, transaction);
        command.Parameters.AddWithValue(request.Scope);
        command.Parameters.AddWithValue(request.Key);
        foreach (var value in more)
            command.Parameters.AddWithValue(value);
        return command;
    }
}
