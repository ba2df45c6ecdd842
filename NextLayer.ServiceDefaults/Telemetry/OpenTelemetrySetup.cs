using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using OpenTelemetry;
using OpenTelemetry.Logs;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace NextLayer.ServiceDefaults.Telemetry;

/// <summary>
/// Traces, metrics and logs over OTLP. .NET, ASP.NET Core, HttpClient and Npgsql bring sources and meters of their own,
/// so nothing here instruments: it listens, names the service and exports. Endpoint, protocol, headers, sampler, delays
/// and resource attributes are the standard <c>OTEL_*</c> settings, read by the SDK itself.
/// </summary>
internal static class OpenTelemetrySetup
{
    public static void AddOpenTelemetry(this IHostApplicationBuilder builder)
    {
        var signals = OtelSignals.From(builder.Configuration);
        if (!signals.Any)
            return; // No listener is made: an activity or a measurement then costs a null check.

        AppContext.SetSwitch(ServerSpans.RequestTagsSwitch, false);
        builder.Services.AddSingleton(signals);
        builder.Services.AddHostedService<TelemetryLifetime>();
        builder.Services.AddSingleton<IStartupFilter, ServerSpans>();
        if (!signals.Logs)
            builder.Logging.AddFilter<OpenTelemetryLoggerProvider>(null, LogLevel.None);

        new HostTelemetryBuilder(builder.Services)
            .ConfigureResource(resource => Describe(resource, builder.Environment))
            .WithTracing(tracing => tracing
                .AddSource("Microsoft.AspNetCore", "System.Net.Http", "Npgsql", "NextLayer.*")
                .AddProcessor<RootlessDatabaseSpans>())
            .WithMetrics(metrics => metrics
                .AddMeter("Microsoft.AspNetCore.*", "System.Net.Http", "System.Runtime", "Npgsql", "NextLayer.*"))
            .WithLogging(null, logging => (logging.IncludeScopes, logging.IncludeFormattedMessage) = (true, true))
            .UseOtlpExporter();
    }

    // The environment is read once more after our own names, so that it wins.
    private static void Describe(ResourceBuilder resource, IHostEnvironment environment) => resource
        .AddService(environment.ApplicationName, serviceVersion: typeof(OpenTelemetrySetup).Assembly.GetName().Version?.ToString(3))
        .AddEnvironmentVariableDetector();

    /// <summary>Lets the SDK's verbs work on the host's own services, as its hosting package would.</summary>
    private sealed class HostTelemetryBuilder(IServiceCollection services) : IOpenTelemetryBuilder
    {
        public IServiceCollection Services => services;
    }
}
