using NextLayer.ServiceDefaults;
using Yarp.ReverseProxy.Configuration;

namespace NextLayer.Dashboard.Forwarding;

/// <summary>
/// Forwards what belongs to the control plane. The browser knows one address alone, so pages need no CORS, and no
/// credential of the control plane ever reaches them.
/// </summary>
internal static class ControlPlaneProxy
{
    private const string Cluster = "control-plane";

    /// <summary>Where the control plane is when nobody says: on this machine, at its usual port.</summary>
    private static readonly Uri Usual = new("http://localhost:8000");

    private static readonly string[] Prefixes = ["api", "ws", "openapi", "docs", "scalar"];

    public static void AddControlPlaneProxy(this WebApplicationBuilder builder)
    {
        var addresses = ServiceAddresses.Resolve(builder.Configuration, Cluster);
        builder.Services.AddReverseProxy().LoadFromMemory(
            [.. Prefixes.Select(Route)],
            [new ClusterConfig { ClusterId = Cluster, Destinations = Destinations(addresses is [] ? [Usual] : addresses) }]);
    }

    private static RouteConfig Route(string prefix) => new()
    {
        RouteId = prefix,
        ClusterId = Cluster,
        Match = new RouteMatch { Path = $"/{prefix}/{{**rest}}" },
    };

    private static Dictionary<string, DestinationConfig> Destinations(IReadOnlyList<Uri> addresses) =>
        addresses.Select((address, index) => (address, index))
            .ToDictionary(a => $"{a.index}", a => new DestinationConfig { Address = a.address.ToString() });
}
