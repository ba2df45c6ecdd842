using System.Security.Claims;
using Microsoft.AspNetCore.Authentication;

namespace NextLayer.Dashboard.Session;

/// <summary>What the encrypted cookie of a session holds: the credential that somebody signed in with.</summary>
internal static class SessionTicket
{
    /// <summary>Name of the cookie, and of the authentication scheme.</summary>
    public const string Name = "nextlayer_session";

    /// <summary>Its name over HTTPS alone: browsers then take it from this very host only, from no sibling of its domain.</summary>
    public const string SecureName = $"__Host-{Name}";

    private const string Credential = "credential";

    public static ClaimsPrincipal For(string credential) => new(new ClaimsIdentity([new Claim(Credential, credential)], Name));

    /// <returns>API key or token; null where nobody is signed in.</returns>
    public static string? CredentialOf(ClaimsPrincipal user) => user.FindFirst(Credential)?.Value;

    /// <summary>True when a request carries the cookie, whether it is any good or not.</summary>
    public static bool IsIn(HttpRequest request) => request.Cookies.ContainsKey(Name) || request.Cookies.ContainsKey(SecureName);

    /// <param name="expiresAt">When the credential ends, if it does: it ends the session too.</param>
    public static AuthenticationProperties Lasting(DateTimeOffset now, TimeSpan idle, DateTimeOffset? expiresAt) => new()
    {
        IsPersistent = true,
        IssuedUtc = now,
        ExpiresUtc = expiresAt < now + idle ? expiresAt : now + idle,
        // Otherwise each use would carry the session past the end of its credential.
        AllowRefresh = expiresAt is null || expiresAt > now + idle,
    };
}
