using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http.HttpResults;
using NextLayer.ControlPlane.Platform.Access;
using NextLayer.ControlPlane.Platform.Errors;
using NextLayer.ControlPlane.Platform.Requests;
using NextLayer.ControlPlane.Platform.Tenancy;

namespace NextLayer.ControlPlane.Platform.Idempotency;

/// <summary>A creating call that its client may repeat: the first answer is kept under its key.</summary>
/// <param name="Scope">Whose keys these are: two callers may use the same key without meeting.</param>
/// <param name="Key">1 to 255 visible ASCII characters, chosen by the client.</param>
/// <param name="RequestHash">SHA-256 of method, address and body: tells a repeat from another request.</param>
internal sealed record IdempotencyRequest(string Scope, string Key, byte[] RequestHash)
{
    public const string HeaderName = "Idempotency-Key";
    public const string OlderHeaderName = "X-Idempotency-Key";

    private const int MaxKeyLength = 255;

    /// <param name="request">Null when the call names no key.</param>
    /// <param name="bodyKey">The key that the body names, where it can name one.</param>
    /// <returns>The refusal of a bad key, otherwise null.</returns>
    public static ProblemHttpResult? TryRead(HttpContext context, out IdempotencyRequest? request, string? bodyKey = null)
    {
        request = null;
        var headers = context.Request.Headers;
        var keys = headers[HeaderName].Concat(headers[OlderHeaderName]).Append(bodyKey).OfType<string>().Distinct().ToArray();
        switch (keys)
        {
            case []:
                return null;
            case [var key] when IsKey(key):
                request = new IdempotencyRequest(ScopeOf(context), key, Hash(context));
                return null;
            case [_]:
                return Problems.BadRequest(
                    "invalid_idempotency_key", $"An idempotency key has 1 to {MaxKeyLength} visible ASCII characters.");
            default:
                return Problems.BadRequest(
                    "invalid_idempotency_key", $"The request names more than one idempotency key: send {HeaderName} or {OlderHeaderName} once.");
        }
    }

    /// <summary>The key of a call that <see cref="IdempotencyFilter"/> has let through; null when it names none.</summary>
    public static IdempotencyRequest? From(HttpContext context) => context.Features.Get<IdempotencyRequest>();

    // Two tenants' keys never meet. Calls that name their tenant in the body share the keys of all tenants the caller has
    // a say in: two keys of one tenant are one owner, so that a rotated credential repeats what the old one began.
    private static string ScopeOf(HttpContext context) =>
        context.Features.Get<CallerTenant>() is { } tenant ? $"tenant:{tenant.Id}"
        : context.Features.Get<CallerScope>()?.Tenants is { } tenants ? $"tenants:{Digest(tenants)}"
        : "local";

    private static string Digest(IReadOnlyList<Guid> tenants) =>
        tenants.Count == 1 ? tenants[0].ToString() : Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Join(',', tenants))));

    private static bool IsKey(string key) =>
        key.Length is >= 1 and <= MaxKeyLength && key.All(c => c is > ' ' and <= '~');

    private static byte[] Hash(HttpContext context)
    {
        using var sha = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        sha.AppendData(Encoding.UTF8.GetBytes($"{context.Request.Method} {context.Request.Path}{context.Request.QueryString}\n"));
        if (context.Features.Get<RequestBody>() is { } body)
            sha.AppendData(body.Bytes.Span);
        return sha.GetHashAndReset();
    }
}
