using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.Options;
using NextLayer.Contracts.Access;
using NextLayer.ControlPlane.Platform.Access.Keys;
using NextLayer.ControlPlane.Platform.Access.Tokens;
using NextLayer.ControlPlane.Platform.Errors;

namespace NextLayer.ControlPlane.Platform.Access;

/// <summary>
/// Says who calls: by <c>X-API-Key</c>, or <c>Authorization: Bearer</c> with a key or a token. Credentials are never
/// taken from the query string, which ends up in logs.
/// </summary>
internal sealed class Authenticator(ApiKeyReader keys, TokenReader tokens, IOptions<AuthOptions> options)
{
    private const string KeyHeader = "X-API-Key";
    private const string Scheme = "Bearer ";

    /// <returns>The caller, or the problem to answer with.</returns>
    public async ValueTask<(Caller? Caller, ProblemHttpResult? Problem)> AuthenticateAsync(HttpContext context)
    {
        if (!options.Value.Required)
            return (Caller.Development, null);
        if (CredentialOf(context.Request.Headers, out var unusable) is not { } credential)
            return (null, Refuse(context, unusable ?? "This call needs a credential: send X-API-Key, or Authorization: Bearer with a token or key."));
        try
        {
            return await FindAsync(credential, context) is { } caller
                ? (caller, null)
                : (null, Refuse(context, "The credential is not valid, has expired or was revoked.", "invalid_token"));
        }
        catch (KeysUnavailableException)
        {
            context.Response.Headers.RetryAfter = "5";
            return (null, Problems.Make(
                StatusCodes.Status503ServiceUnavailable, "signing_keys_unavailable", "Tokens cannot be checked now: the identity provider's keys cannot be read. Try again."));
        }
    }

    /// <summary>For endpoints that are open to who shows something else: no credential is no mistake there, but a bad one is.</summary>
    /// <returns>Where the caller has the right; null for a caller without a credential; or the problem.</returns>
    public async ValueTask<(CallerScope? Scope, ProblemHttpResult? Problem)> TryScopeAsync(HttpContext context, Permission permission)
    {
        var headers = context.Request.Headers;
        if (options.Value.Required && headers.Authorization.Count == 0 && headers[KeyHeader].Count == 0)
            return (null, null);
        var (caller, problem) = await AuthenticateAsync(context);
        return (caller?.ScopeOf(permission), problem);
    }

    /// <summary>Whether the same request would still be let in; for connections that outlive the moment of their beginning.</summary>
    public async ValueTask<Caller?> AuthenticateAgainAsync(HttpContext context, CancellationToken ct)
    {
        if (!options.Value.Required)
            return Caller.Development;
        ct.ThrowIfCancellationRequested();
        return CredentialOf(context.Request.Headers, out _) is { } credential ? await FindAsync(credential, context) : null;
    }

    private async ValueTask<Caller?> FindAsync(string credential, HttpContext context) =>
        ApiKeyText.Parse(credential) is { } key
            ? await keys.FindAsync(key, context.Connection.RemoteIpAddress?.ToString(), context.RequestAborted)
            : options.Value.Jwt.IsConfigured && !credential.StartsWith(ApiKeyText.Prefix, StringComparison.Ordinal)
                ? await tokens.FindAsync(credential, context.RequestAborted)
                : null;

    private static string? CredentialOf(IHeaderDictionary headers, out string? unusable)
    {
        unusable = null;
        var shown = headers.Authorization.Select(value => Unwrap(value ?? "")).Concat(headers[KeyHeader]).ToArray();
        switch (shown)
        {
            case []:
                return null;
            case [{ Length: > 0 } one]:
                return one;
            case [_]:
                unusable = "The Authorization header must be Bearer with a token or key.";
                return null;
            default:
                unusable = "Send one credential: X-API-Key or Authorization.";
                return null;
        }
    }

    private static string Unwrap(string header) =>
        header.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase) ? header[Scheme.Length..].Trim() : "";

    private static ProblemHttpResult Refuse(HttpContext context, string detail, string? error = null)
    {
        context.Response.Headers.WWWAuthenticate = error is null ? """Bearer realm="nextlayer" """.Trim() : $"""Bearer realm="nextlayer", error="{error}" """.Trim();
        return Problems.Make(StatusCodes.Status401Unauthorized, "unauthenticated", detail);
    }
}
