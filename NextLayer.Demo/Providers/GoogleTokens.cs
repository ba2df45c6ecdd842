using System.Buffers.Text;
using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace NextLayer.Demo.Providers;

/// <summary>Stands in for Google's token server: takes a service account's signed assertion and gives a token for an hour.</summary>
internal sealed class GoogleTokens(ProviderKeys keys, TimeProvider time)
{
    private const string GrantType = "urn:ietf:params:oauth:grant-type:jwt-bearer";
    private const int Lifetime = 3600;
    private const int MostTokens = 10_000;

    private readonly ConcurrentDictionary<string, DateTimeOffset> given = new();

    public bool Accepts(string? authorization) =>
        authorization?.StartsWith("Bearer ", StringComparison.Ordinal) == true
        && given.TryGetValue(authorization["Bearer ".Length..], out var end) && end > time.GetUtcNow();

    public async Task<IResult> GiveAsync(HttpContext context, ProviderFaults faults)
    {
        if (faults.TryFail("token", context))
            return Error("internal_failure", "Try again.", context.Response.StatusCode);
        var form = await context.Request.ReadFormAsync(context.RequestAborted);
        if (form["grant_type"] != GrantType)
            return Error("unsupported_grant_type", $"Invalid grant_type: {form["grant_type"]}");
        if (FindFlaw(form["assertion"].ToString(), $"{context.Request.Scheme}://{context.Request.Host}{context.Request.Path}") is { } flaw)
            return Error("invalid_grant", flaw);
        var token = $"ya29.{RandomNumberGenerator.GetHexString(60, lowercase: true)}";
        if (given.Count >= MostTokens)
            given.Clear();
        given[token] = time.GetUtcNow().AddSeconds(Lifetime);
        return Results.Json(new { access_token = token, expires_in = Lifetime, token_type = "Bearer" });
    }

    /// <returns>Why the assertion is refused, as Google says it; null when it is good.</returns>
    private string? FindFlaw(string assertion, string audience)
    {
        try
        {
            var parts = assertion.Split('.');
            if (parts.Length != 3 || Json(parts[0]).GetProperty("alg").GetString() != "RS256")
                return "Bad Request";
            var isSigned = keys.Account.VerifyData(
                Encoding.ASCII.GetBytes($"{parts[0]}.{parts[1]}"), Base64Url.DecodeFromChars(parts[2]), HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
            var claims = Json(parts[1]);
            var now = time.GetUtcNow().ToUnixTimeSeconds();
            if (!isSigned)
                return "Invalid JWT Signature.";
            if (claims.GetProperty("iss").GetString() != ProviderKeys.AccountEmail)
                return "Invalid grant: account not found";
            if (claims.GetProperty("aud").GetString() != audience || claims.GetProperty("scope").GetString()!.Length == 0)
                return "Invalid JWT: Failed audience check.";
            var (issued, end) = (claims.GetProperty("iat").GetInt64(), claims.GetProperty("exp").GetInt64());
            return issued > now + 300 || end <= now || end - issued > Lifetime
                ? "Invalid JWT: Token must be a short-lived token (60 minutes) and in a reasonable timeframe."
                : null;
        }
        catch (Exception ex) when (ex is FormatException or JsonException or KeyNotFoundException or InvalidOperationException)
        {
            return "Bad Request";
        }
    }

    private static JsonElement Json(string part) => JsonElement.Parse(Base64Url.DecodeFromChars(part));

    private static IResult Error(string error, string description, int status = 400) =>
        Results.Json(new { error, error_description = description }, statusCode: status);
}
