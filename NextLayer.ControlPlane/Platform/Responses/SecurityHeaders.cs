namespace NextLayer.ControlPlane.Platform.Responses;

/// <summary>
/// What every answer tells browsers and caches: it is of the type it says, stands in no frame, leaves no address behind,
/// runs nothing, and is kept by nobody unless its endpoint allows that.
/// </summary>
internal sealed class SecurityHeaders(RequestDelegate next)
{
    /// <summary>Answers are data: were one taken for a page, it could load and run nothing.</summary>
    public const string DataPolicy = "default-src 'none'; frame-ancestors 'none'";

    /// <summary>The API reference: its own script, and what that draws and asks of this server.</summary>
    public const string DocsPolicy =
        "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; font-src 'self' data:;"
        + " connect-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

    private const string Hsts = "max-age=31536000";

    public Task InvokeAsync(HttpContext context)
    {
        context.Response.OnStarting(static state => Add((HttpContext)state), context);
        return next(context);
    }

    private static Task Add(HttpContext context)
    {
        var headers = context.Response.Headers;
        headers.XContentTypeOptions = "nosniff";
        headers.XFrameOptions = "DENY"; // For browsers that do not know frame-ancestors.
        headers["Referrer-Policy"] = "no-referrer";
        headers["Cross-Origin-Resource-Policy"] = IsForOthers(context) ? "cross-origin" : "same-origin";
        headers.ContentSecurityPolicy = IsDocs(context.Request.Path) ? DocsPolicy : DataPolicy;
        if (headers.CacheControl.Count == 0 && !IsDocs(context.Request.Path))
            headers.CacheControl = "no-store"; // It is one caller's.
        if (context.Request.IsHttps)
            headers.StrictTransportSecurity = Hsts;
        return Task.CompletedTask;
    }

    // CORS has decided by then whether a page of another origin may read it.
    private static bool IsForOthers(HttpContext context) => context.Response.Headers.AccessControlAllowOrigin.Count > 0;

    private static bool IsDocs(PathString path) => path.StartsWithSegments("/docs") || path.StartsWithSegments("/scalar");
}
