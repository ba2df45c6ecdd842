using System.Security.Cryptography;
using NextLayer.ControlPlane.Platform.Database;
using NextLayer.ControlPlane.Platform.Errors;

namespace NextLayer.ControlPlane.Platform.Idempotency;

/// <summary>Answers the repeat of a creating call from what its first answer left.</summary>
internal sealed class IdempotentAnswers(Databases databases)
{
    private const string ReadSql = "SELECT request_hash, status, location, body FROM idempotency_keys WHERE scope = $1 AND key = $2";

    /// <summary>The first answer, word for word; <c>422</c> when the key belongs to another request.</summary>
    public async Task<IResult> ReplayAsync(IdempotencyRequest request, CancellationToken ct)
    {
        await using var command = databases.Main.CreateCommand(ReadSql);
        command.Parameters.AddWithValue(request.Scope);
        command.Parameters.AddWithValue(request.Key);
        await using var row = await command.ExecuteReaderAsync(ct);
        if (!await row.ReadAsync(ct))
            return Problems.Conflict("idempotency_key_expired", "The answer kept under this idempotency key has just expired. Send the request again.");
        if (!CryptographicOperations.FixedTimeEquals(row.GetFieldValue<byte[]>(0), request.RequestHash))
            return Problems.Unprocessable("idempotency_key_reused", "This idempotency key was used for another request.");
        return new StoredAnswer(row.GetInt32(1), row.GetText(2), row.GetFieldValue<byte[]>(3));
    }

    private sealed class StoredAnswer(int status, string? location, byte[] body) : IResult
    {
        public Task ExecuteAsync(HttpContext httpContext)
        {
            var response = httpContext.Response;
            response.StatusCode = status == StatusCodes.Status201Created ? StatusCodes.Status200OK : status;
            response.Headers.Location = location;
            response.ContentType = "application/json; charset=utf-8";
            return response.Body.WriteAsync(body).AsTask();
        }
    }
}
