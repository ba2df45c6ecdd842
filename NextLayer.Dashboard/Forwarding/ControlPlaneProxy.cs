using NextLayer.Dashboard.Session;
using Yarp.ReverseProxy.Configuration;
using Yarp.ReverseProxy.Health;
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
                [Cluster(ControlPlaneAddresses.Of(builder.Configuration))])
            .AddTransforms(transforms => transforms.AddRequestTransform(Identify));

    public static void MapControlPlaneProxy(this WebApplication app) =>
        app.MapReverseProxy(proxy =>
        {
            proxy.Use(TellOutageAsync);
            proxy.UseLoadBalancing();
        });

    /// <summary>A call that nobody answered gets a sentence for people.</summary>
    private static async Task TellOutageAsync(HttpContext context, RequestDelegate next)
    {
        await next(context);
        if (context.GetForwarderErrorFeature() is not null && !context.Response.HasStarted && context.Response.StatusCode is >= 502 and <= 504)
            await HostProblem.Of(context.Response.StatusCode, "control_plane_unreachable", "No answer", "The control plane does not answer. It may be starting, or be down.")
                .ExecuteAsync(context);
    }

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

    /// <summary>Of several replicas, calls go to those that live; where none seems to, to any.</summary>
    private static ClusterConfig Cluster(IReadOnlyList<Uri> addresses) => new()
    {
        ClusterId = ControlPlaneAddresses.Name,
        Destinations = addresses.Select((address, index) => (address, index))
            .ToDictionary(a => $"{a.index}", a => new DestinationConfig { Address = a.address.ToString() }),
        HealthCheck = new HealthCheckConfig
        {
            AvailableDestinationsPolicy = HealthCheckConstants.AvailableDestinations.HealthyOrPanic,
            Active = new ActiveHealthCheckConfig
            {
                Enabled = addresses.Count > 1,
                Policy = HealthCheckConstants.ActivePolicy.ConsecutiveFailures,
                Path = "/alive",
                Interval = TimeSpan.FromSeconds(2),
                Timeout = TimeSpan.FromSeconds(2),
            },
        },
        // One miss is enough: whoever lives answers at once.
        Metadata = new Dictionary<string, string> { [ConsecutiveFailuresHealthPolicyOptions.ThresholdMetadataName] = "1" },
    };
}
