using Microsoft.AspNetCore.Http.HttpResults;

namespace NextLayer.Dashboard.Forwarding;

/// <summary>
/// Refuses what a page of another site makes a visitor's browser send: writes, and WebSockets, which no CORS guards.
/// Callers that are no browser send neither header and bring no visitor's rights with them; they pass.
/// </summary>
internal sealed class SameOriginGuard(RequestDelegate next)
{
    public Task InvokeAsync(HttpContext context)
    {
        var request = context.Request;
        var harmless = IsSafe(request.Method) && !context.WebSockets.IsWebSocketRequest && !IsUpgrade(request);
        return harmless || IsOurs(request) ? next(context) : Refuse(context);
    }

    private static bool IsSafe(string method) =>
        HttpMethods.IsGet(method) || HttpMethods.IsHead(method) || HttpMethods.IsOptions(method);

    private static bool IsUpgrade(HttpRequest request) =>
        string.Equals(request.Headers.Upgrade, "websocket", StringComparison.OrdinalIgnoreCase)
        || HttpMethods.IsConnect(request.Method);

    private static bool IsOurs(HttpRequest request)
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

    private static Task Refuse(HttpContext context)
    {
        ProblemHttpResult problem = TypedResults.Problem(
            "The request comes from a page of another site. Open the dashboard at its own address.",
            statusCode: StatusCodes.Status403Forbidden,
            title: "Forbidden",
            type: "urn:nextlayer:problem:cross_site");
        return problem.ExecuteAsync(context);
    }
}
