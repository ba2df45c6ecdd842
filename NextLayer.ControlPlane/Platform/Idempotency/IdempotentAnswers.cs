using NextLayer.ControlPlane.Platform.Database;
using NextLayer.ControlPlane.Platform.Errors;

namespace NextLayer.ControlPlane.Platform.Idempotency;

/// <summary>Answers the repeat of a creating call from what its first answer left.</summary>
internal sealed class IdempotentAnswers(Databases databases)
{
    /// <summary>The first answer, word for word; <c>422</c> when the key belongs to another request.</summary>
    public async Task<IResult> ReplayAsync(IdempotencyRequest request, CancellationToken ct) =>
        await FindAsync(request, ct)
        ?? Problems.Conflict("idempotency_key_expired", "The answer kept under this idempotency key has just expired. Send the request again.");

    /// <summary>As the other; null when nothing is kept under the key.</summary>
    public async Task<IResult?> FindAsync(IdempotencyRequest request, CancellationToken ct)
    {
        await using var connection = await databases.Main.OpenConnectionAsync(ct);
        return await IdempotencyStore.ReadAsync(connection, null, request, ct) switch
        {
            null => null,
            var known when known.IsRepeatOf(request) => new Replay(known),
            _ => IdempotencyStore.KeyReused(request),
        };
    }

    private sealed class Replay(StoredAnswer answer) : IResult
    {
        public Task ExecuteAsync(HttpContext httpContext)
        {
            var response = httpContext.Response;
            response.StatusCode = answer.Status == StatusCodes.Status201Created ? StatusCodes.Status200OK : answer.Status;
            response.Headers.Location = answer.Location;
            response.ContentType = "application/json; charset=utf-8";
            return response.Body.WriteAsync(answer.Body).AsTask();
        }
    }
}
