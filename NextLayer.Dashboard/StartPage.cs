using System.Net;
using NextLayer.ServiceDefaults;

namespace NextLayer.Dashboard;

/// <summary>The page a browser opens first: where things are.</summary>
internal static class StartPage
{
    public static void MapStartPage(this WebApplication app)
    {
        var template = File.ReadAllText(Path.Combine(app.Environment.WebRootPath, "start.html"));
        // The address comes from our own configuration; encoded all the same, as everything is that goes into a page.
        var controlPlane = ServiceAddresses.Resolve(app.Configuration, "control-plane").Select(a => a.ToString().TrimEnd('/')).FirstOrDefault()
            ?? "http://localhost:8000";
        var page = template.Replace("{{control-plane}}", WebUtility.HtmlEncode(controlPlane), StringComparison.Ordinal);
        app.MapGet("/", () => TypedResults.Content(page, "text/html; charset=utf-8"));
    }
}
