using NextLayer.Contracts.Access;
using NextLayer.ControlPlane.Platform.Access;

namespace NextLayer.ControlPlane.Platform.RateLimits;

/// <summary>Whom calls are counted for.</summary>
internal static class RateLimitCaller
{
    /// <summary>The person or key; where nobody need say who they are, the address of the connection, which behind a proxy is the proxy's.</summary>
    public static string Of(HttpContext context) => context.Features.Get<Caller>() is { Kind: not CallerKind.Development } caller
        ? caller.Label
        : $"address:{context.Connection.RemoteIpAddress}";
}
