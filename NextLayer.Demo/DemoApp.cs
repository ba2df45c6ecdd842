using NextLayer.Demo.Providers;
using NextLayer.Demo.Seeding;
using NextLayer.Demo.Shop;
using NextLayer.ServiceDefaults;

namespace NextLayer.Demo;

/// <summary>What <c>--demo</c> adds: a small shop and providers for pipelines to talk to, and the examples themselves.</summary>
public static class DemoApp
{
    /// <param name="configure">Last word on services and settings, for tests that run it in their own process.</param>
    public static WebApplication Create(string[] args, Action<WebApplicationBuilder>? configure = null)
    {
        var builder = WebApplication.CreateBuilder(args);
        builder.AddServiceDefaults();
        builder.Services.AddSingleton(TimeProvider.System);
        builder.Services.AddSingleton<FlakyService>();
        builder.Services.AddSingleton<HookLog>();
        builder.Services.AddProviders();
        builder.Services.AddSingleton<SeedState>();
        builder.Services.AddHostedService<Seeder>();
        builder.Services.AddHealthChecks().AddCheck<SeedState>("examples");
        builder.Logging.AddFilter("Microsoft.Extensions.Diagnostics.HealthChecks", LogLevel.None); // Not to be ready yet is no failure.
        configure?.Invoke(builder);

        var app = builder.Build();
        app.MapDefaultEndpoints();
        app.MapShop();
        app.MapProviders();
        return app;
    }
}
