using System.Security.Cryptography;
using System.Text;

namespace NextLayer.Dashboard.Pages;

/// <summary>Answers every address of the client with its one page; the client's router does the rest.</summary>
internal static partial class ClientPages
{
    private const string NoncePlace = "{{nonce}}";

    public static void MapClientPages(this WebApplication app)
    {
        var file = app.Environment.WebRootFileProvider.GetFileInfo("index.html");
        var page = file.Exists ? Read(file) : null;
        if (page is null)
            LogNotBuilt(app.Logger, app.Environment.WebRootPath);
        app.MapFallback(context => page is null ? AnswerNotBuiltAsync(context) : AnswerAsync(context, page));
    }

    private static string Read(Microsoft.Extensions.FileProviders.IFileInfo file)
    {
        using var reader = new StreamReader(file.CreateReadStream());
        return reader.ReadToEnd();
    }

    private static async Task AnswerAsync(HttpContext context, string page)
    {
        if (!HttpMethods.IsGet(context.Request.Method) && !HttpMethods.IsHead(context.Request.Method))
        {
            context.Response.StatusCode = StatusCodes.Status405MethodNotAllowed;
            context.Response.Headers.Allow = "GET, HEAD";
            return;
        }

        // Dialogs and menus add a style of their own to the page (to keep it from scrolling); the nonce lets in those alone.
        var nonce = Convert.ToBase64String(RandomNumberGenerator.GetBytes(18));
        var headers = context.Response.Headers;
        headers.ContentSecurityPolicy = Policy(nonce);
        headers.XContentTypeOptions = "nosniff";
        headers.CacheControl = "no-store";
        headers["Referrer-Policy"] = "same-origin";
        headers["Cross-Origin-Opener-Policy"] = "same-origin";
        headers["Permissions-Policy"] = "camera=(), microphone=(), geolocation=(), payment=()";
        context.Response.ContentType = "text/html; charset=utf-8";
        var bytes = Encoding.UTF8.GetBytes(page.Replace(NoncePlace, nonce, StringComparison.Ordinal));
        context.Response.ContentLength = bytes.Length;
        if (!HttpMethods.IsHead(context.Request.Method))
            await context.Response.Body.WriteAsync(bytes, context.RequestAborted);
    }

    private static string Policy(string nonce) => string.Join("; ",
        "default-src 'none'",
        "script-src 'self'",
        $"style-src 'self' 'nonce-{nonce}'",
        "img-src 'self' data:",
        "font-src 'self'",
        "connect-src 'self'",
        "manifest-src 'self'",
        "base-uri 'none'",
        "form-action 'self'",
        "frame-ancestors 'none'");

    private static Task AnswerNotBuiltAsync(HttpContext context)
    {
        context.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
        context.Response.ContentType = "text/plain; charset=utf-8";
        return context.Response.WriteAsync(
            "The pages of the dashboard were not built. Install Node.js (scripts/ensure-tools.sh node) and build NextLayer.Dashboard again.",
            context.RequestAborted);
    }

    [LoggerMessage(1, LogLevel.Warning, "No pages in {WebRoot}: the dashboard was built without its client")]
    private static partial void LogNotBuilt(ILogger logger, string webRoot);
}
