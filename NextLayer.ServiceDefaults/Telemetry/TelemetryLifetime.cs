using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using OpenTelemetry.Metrics;
using OpenTelemetry.Trace;

namespace NextLayer.ServiceDefaults.Telemetry;

/// <summary>
/// Starts listening before the first request. The container owns the providers and disposes them after the last
/// service has stopped, which sends what is still buffered; the logs' provider comes with the logger factory.
/// </summary>
internal sealed class TelemetryLifetime(IServiceProvider services, OtelSignals signals) : IHostedService
{
    public Task StartAsync(CancellationToken cancellationToken)
    {
        if (signals.Traces)
            services.GetRequiredService<TracerProvider>();
        if (signals.Metrics)
            services.GetRequiredService<MeterProvider>();
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
