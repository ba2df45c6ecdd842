using NextLayer.Dashboard.Session;

namespace NextLayer.Dashboard.Forwarding;

/// <summary>
/// Refuses what a page of another site makes a visitor's browser send: writes, and WebSockets, which no CORS guards.
/// Every browser names the page's origin in both, and no page can forge it, so a session needs no token beside it: a
/// request that carries its cookie and no origin is refused too. Callers that are no browser send neither; they bring
/// no visitor's rights with them, and pass.
/// </summary>
internal sealed class SameOriginGuard(RequestDelegate next)
{
    public Task InvokeAsync(HttpContext context)
    {
        var request = context.Request;
        var harmless = IsSafe(request.Method) && !IsUpgrade(request);
        return harmless || (IsOurs(request) && (NamesItsPage(request) || !SessionTicket.IsIn(request))) ? next(context) : Refuse(context);
    }

    /// <summary>False when the browser says that a page of another site asks.</summary>
    public static bool IsOurs(HttpRequest request)
    {
        // The browser's own word counts most; "none" is the visitor's own doing, such as an address typed in.
        string? site = request.Headers["Sec-Fetch-Site"];
        if (!string.IsNullOrEmpty(site) && site is not ("same-origin" or "none"))
            return false;
        string? origin = request.Headers.Origin;
        if (string.IsNullOrEmpty(origin))
            return true;
        // The scheme is not compared: behind a proxy that ends TLS, ours is http and the page's https.
        return Uri.TryCreate(origin, UriKind.Absolute, out var from)
            && string.Equals(from.Authority, request.Host.Value, StringComparison.OrdinalIgnoreCase);
    }

    private static bool NamesItsPage(HttpRequest request) =>
        !string.IsNullOrEmpty(request.Headers.Origin) || !string.IsNullOrEmpty(request.Headers["Sec-Fetch-Site"]);

    private static bool IsSafe(string method) =>
        HttpMethods.IsGet(method) || HttpMethods.IsHead(method) || HttpMethods.IsOptions(method);

    private static bool IsUpgrade(HttpRequest request) =>
        string.Equals(request.Headers.Upgrade, "websocket", StringComparison.OrdinalIgnoreCase)
        || HttpMethods.IsConnect(request.Method);

    private static Task Refuse(HttpContext context) =>
        HostProblem.Of(
            StatusCodes.Status403Forbidden,
            "cross_site",
            "Forbidden",
            "The request does not come from a page of this dashboard. Open the dashboard at its own address.")
            .ExecuteAsync(context);
}
