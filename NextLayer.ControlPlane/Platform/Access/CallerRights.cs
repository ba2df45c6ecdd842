using NextLayer.Contracts.Access;

namespace NextLayer.ControlPlane.Platform.Access;

/// <summary>Watches over connections that outlive the moment in which their caller was let in.</summary>
internal sealed class CallerRights(Authenticator authenticator, TimeProvider time)
{
    /// <summary>Ends when the credential has expired or was revoked, or no longer gives all the rights it gave; else by the token.</summary>
    public async Task UntilEndedAsync(HttpContext context, CancellationToken ct)
    {
        var caller = context.Features.Get<Caller>();
        var permission = AccessRules.Of(context.GetEndpoint()!)?.Permission; // Every socket has an endpoint.
        var held = context.Features.Get<CallerScope>();
        if (caller is null or { Kind: CallerKind.Development } || held is null || permission is null)
        {
            await Task.Delay(Timeout.InfiniteTimeSpan, time, ct);
            return;
        }

        while (await LookAgainAsync(context, caller, ct) is { } now && Covers(now.ScopeOf(permission.Value), held))
            caller = now;
    }

    /// <returns>Who the credential stands for now; the same as before while nobody can say; null for nobody.</returns>
    private async Task<Caller?> LookAgainAsync(HttpContext context, Caller caller, CancellationToken ct)
    {
        var left = caller.ExpiresAt - time.GetUtcNow();
        await Task.Delay(left < GrantStore.Remembered ? TimeSpan.FromTicks(Math.Max(left.Value.Ticks, 1)) : GrantStore.Remembered, time, ct);
        try
        {
            return await authenticator.AuthenticateAgainAsync(context, ct);
        }
        catch (Exception ex) when (ex is Tokens.KeysUnavailableException or Npgsql.NpgsqlException)
        {
            return caller.ExpiresAt <= time.GetUtcNow() ? null : caller;
        }
    }

    private static bool Covers(CallerScope now, CallerScope held) =>
        now.IsEverything || (held.Tenants is { } tenants && tenants.All(now.Covers));
}
