using NextLayer.Dashboard.Forwarding;
using NextLayer.Dashboard.Pages;
using NextLayer.Dashboard.Session;
using NextLayer.ServiceDefaults;

namespace NextLayer.Dashboard;

/// <summary>Puts the dashboard's host together, for <c>Program</c> and for tests alike.</summary>
internal static class DashboardApp
{
    /// <param name="webRoot">Folder of the built pages; null takes <c>wwwroot</c> beside the application.</param>
    /// <param name="configure">Last word on settings, for tests.</param>
    public static WebApplication Create(string[] args, string? webRoot = null, Action<WebApplicationBuilder>? configure = null)
    {
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions { Args = args, WebRootPath = webRoot });
        configure?.Invoke(builder);
        builder.AddServiceDefaults();
        builder.AddTrustedProxies();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.AddServerHeader = false);
        builder.AddControlPlaneProxy();
        builder.AddSessions();

        var app = builder.Build();
        app.UseTrustedProxies();
        app.UseMiddleware<SameOriginGuard>();
        app.UseClientFiles();
        app.UseRouting();
        app.UseRateLimiter();
        app.UseAuthentication();
        app.UseWebSockets();
        app.MapDefaultEndpoints();
        app.MapSession();
        app.MapControlPlaneProxy();
        app.MapClientPages();
        return app;
    }
}
