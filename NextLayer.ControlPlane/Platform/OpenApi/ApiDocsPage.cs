using System.Reflection;
using System.Text;
using NextLayer.ControlPlane.Platform.Access;

namespace NextLayer.ControlPlane.Platform.OpenApi;

/// <summary>
/// <c>/docs</c> and <c>/scalar</c>: the API reference in a browser. Its one script is embedded at build time
/// (<c>ApiDocs.targets</c>), so that the page works without the internet; a build without npm has a page that says so.
/// </summary>
internal static class ApiDocsPage
{
    private const string ScriptAddress = "/docs/scalar.js";
    private const string Resource = "scalar.js";

    private const string Page = $$$"""
        <!doctype html>
        <html lang="en">
        <head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>NextLayer API</title></head>
        <body>
        <script id="api-reference" data-url="{{{ApiDocument.Address}}}" data-configuration='{"withDefaultFonts":false,"telemetry":false,"agent":{"disabled":true},"mcp":{"disabled":true}}'></script>
        <script src="{{{ScriptAddress}}}"></script>
        </body>
        </html>
        """;

    private const string PageWithoutScript = $$$"""
        <!doctype html>
        <html lang="en">
        <head><meta charset="utf-8"><title>NextLayer API</title></head>
        <body>
        <h1>NextLayer API</h1>
        <p>The OpenAPI document is at <a href="{{{ApiDocument.Address}}}">{{{ApiDocument.Address}}}</a>.</p>
        <p>This build has no API reference page, because npm was not there to fetch it. Install npm and build again.</p>
        </body>
        </html>
        """;

    public static void Map(IEndpointRouteBuilder routes)
    {
        var hasScript = Assembly.GetExecutingAssembly().GetManifestResourceInfo(Resource) is not null;
        foreach (var address in new[] { "/docs", "/scalar" })
            routes.MapGet(address, () => TypedResults.Text(hasScript ? Page : PageWithoutScript, "text/html", Encoding.UTF8)).Open().ExcludeFromDescription();
        if (hasScript)
            routes.MapGet(ScriptAddress, () => TypedResults.Stream(Open(), "text/javascript")).Open().ExcludeFromDescription();
    }

    private static Stream Open() => Assembly.GetExecutingAssembly().GetManifestResourceStream(Resource)!; // Mapped only when it is there.
}
