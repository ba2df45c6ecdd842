using Microsoft.Extensions.Options;
using NextLayer.Contracts.Access;
using NextLayer.ControlPlane.Platform.Access.Keys;

namespace NextLayer.ControlPlane.Platform.Access;

/// <summary>What somebody may do now who is not there to show a credential: for what was made in their name and is used later.</summary>
internal sealed class AbsentCallers(ApiKeyReader keys, GrantStore grants, IOptions<AuthOptions> options)
{
    /// <param name="subject">The <c>sub</c> of a person's tokens, or a key's public part.</param>
    /// <returns>Null for a key that is unknown, expired or revoked, and for whoever calls without authentication once it is on.</returns>
    public async ValueTask<Caller?> FindAsync(CallerKind kind, string subject, CancellationToken ct)
    {
        if (!options.Value.Required)
            return Caller.Development;
        switch (kind)
        {
            case CallerKind.Development:
                return null;
            case CallerKind.ApiKey:
                return await keys.FindAsync(subject, ct);
            default:
                var roles = await grants.FindAsync(CallerKind.User, subject, ct);
                return new Caller { Kind = CallerKind.User, Subject = subject, PlatformRole = roles.Platform, Roles = roles.Tenants };
        }
    }
}
