using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using NextLayer.ServiceDefaults.Telemetry;

namespace NextLayer.ServiceDefaults;

/// <summary>What every service of the system has, whatever it does.</summary>
public static class ServiceDefaultsExtensions
{
    /// <summary>
    /// Readable console logs, and traces, metrics and logs over OTLP where the standard <c>OTEL_*</c> settings name a
    /// collector. Call it first: the telemetry of a service's own start is then complete.
    /// </summary>
    public static TBuilder AddServiceDefaults<TBuilder>(this TBuilder builder)
        where TBuilder : IHostApplicationBuilder
    {
        LoggingDefaults.Add(builder.Configuration);
        builder.AddOpenTelemetry();
        builder.Services.AddHealthChecks();
        return builder;
    }

    /// <summary>
    /// Maps <c>GET /alive</c> (the process answers) and <c>GET /health</c> (its registered health checks). A service
    /// that maps a <c>/health</c> of its own keeps it.
    /// </summary>
    public static WebApplication MapDefaultEndpoints(this WebApplication app)
    {
        app.MapGet("/alive", () => TypedResults.Text("alive")).DisableRateLimiting()
            .ExcludeFromDescription().AllowAnonymous().DisableHttpMetrics();
        // The last in order, so that it answers only where nobody else does.
        app.MapHealthChecks("/health").DisableRateLimiting().WithOrder(int.MaxValue).AllowAnonymous().DisableHttpMetrics();
        return app;
    }
}
