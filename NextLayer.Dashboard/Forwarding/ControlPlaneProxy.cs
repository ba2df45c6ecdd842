using NextLayer.Dashboard.Session;
using Yarp.ReverseProxy.Configuration;
using Yarp.ReverseProxy.Transforms;

namespace NextLayer.Dashboard.Forwarding;

/// <summary>
/// Forwards what belongs to the control plane. The browser knows one address alone, so pages need no CORS, and no
/// credential of the control plane ever reaches them: the host adds it on the way.
/// </summary>
internal static class ControlPlaneProxy
{
    private static readonly string[] Prefixes = ["api", "ws", "openapi", "docs", "scalar"];

    public static void AddControlPlaneProxy(this WebApplicationBuilder builder) =>
        builder.Services.AddReverseProxy()
            .LoadFromMemory(
                [.. Prefixes.Select(Route)],
                [new ClusterConfig { ClusterId = ControlPlaneAddresses.Name, Destinations = Destinations(ControlPlaneAddresses.Of(builder.Configuration)) }])
            .AddTransforms(transforms => transforms.AddRequestTransform(Identify));

    /// <summary>The session's cookie stays here; the credential in it goes on.</summary>
    private static ValueTask Identify(RequestTransformContext transform)
    {
        var headers = transform.ProxyRequest.Headers;
        headers.Remove("Cookie");
        // Callers that are no browser bring a credential of their own. What another site's page asks for gets none.
        var request = transform.HttpContext.Request;
        if (!headers.Contains("Authorization") && !headers.Contains("X-API-Key") && SameOriginGuard.IsOurs(request)
            && SessionTicket.CredentialOf(transform.HttpContext.User) is { } credential)
            headers.TryAddWithoutValidation("Authorization", $"Bearer {credential}");
        return ValueTask.CompletedTask;
    }

    private static RouteConfig Route(string prefix) => new()
    {
        RouteId = prefix,
        ClusterId = ControlPlaneAddresses.Name,
        Match = new RouteMatch { Path = $"/{prefix}/{{**rest}}" },
    };

    private static Dictionary<string, DestinationConfig> Destinations(IReadOnlyList<Uri> addresses) =>
        addresses.Select((address, index) => (address, index))
            .ToDictionary(a => $"{a.index}", a => new DestinationConfig { Address = a.address.ToString() });
}
