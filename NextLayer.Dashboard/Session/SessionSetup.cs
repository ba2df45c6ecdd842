using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using NextLayer.Dashboard.Forwarding;

namespace NextLayer.Dashboard.Session;

/// <summary>Sessions in an encrypted cookie that no script can read: any replica with the same keys knows them.</summary>
internal static class SessionSetup
{
    public static void AddSessions(this WebApplicationBuilder builder)
    {
        var services = builder.Services;
        services.AddOptions<SessionOptions>().BindConfiguration("Session").ValidateDataAnnotations().ValidateOnStart();
        services.TryAddSingleton(TimeProvider.System);
        var protection = services.AddDataProtection().SetApplicationName("NextLayer.Dashboard");
        if (builder.Configuration["Session:KeyFolder"] is { Length: > 0 } folder)
            protection.PersistKeysToFileSystem(new DirectoryInfo(folder));
        services.AddAuthentication(SessionTicket.Name).AddCookie(SessionTicket.Name);
        services.AddOptions<CookieAuthenticationOptions>(SessionTicket.Name).Configure<IOptions<SessionOptions>, TimeProvider>(Configure);
        services.AddSignInLimit();
        services.AddHttpClient<ControlPlaneAccount>(http => http.Timeout = TimeSpan.FromSeconds(10));
        services.AddSingleton(ControlPlaneAddresses.Of(builder.Configuration));
    }

    private static void Configure(CookieAuthenticationOptions cookie, IOptions<SessionOptions> options, TimeProvider time)
    {
        cookie.TimeProvider = time;
        cookie.Cookie.Name = options.Value.SecureCookie ? SessionTicket.SecureName : SessionTicket.Name;
        cookie.Cookie.HttpOnly = true;
        cookie.Cookie.IsEssential = true;
        // A link from elsewhere opens a page for somebody who is signed in; SameOriginGuard keeps writes out.
        cookie.Cookie.SameSite = SameSiteMode.Lax;
        cookie.Cookie.SecurePolicy = options.Value.SecureCookie ? CookieSecurePolicy.Always : CookieSecurePolicy.SameAsRequest;
        cookie.ExpireTimeSpan = TimeSpan.FromHours(options.Value.IdleHours);
        cookie.SlidingExpiration = true;
    }
}
