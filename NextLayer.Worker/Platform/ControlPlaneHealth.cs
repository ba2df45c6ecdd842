using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace NextLayer.Worker.Platform;

/// <summary>A worker is healthy while the control plane hears from it; one that just started has one lease to be heard.</summary>
internal sealed class ControlPlaneHealth(ControlPlaneContact contact, WorkerOptions options) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        var silence = contact.Silence;
        var description = contact.EverSucceeded
            ? $"The control plane last answered {silence.TotalSeconds:0.0} s ago."
            : "The control plane has not answered yet.";
        return Task.FromResult(silence <= options.Lease
            ? HealthCheckResult.Healthy(description)
            : HealthCheckResult.Unhealthy(description));
    }
}
