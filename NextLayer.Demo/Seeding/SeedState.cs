using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace NextLayer.Demo.Seeding;

/// <summary>Healthy once the examples are published.</summary>
internal sealed class SeedState : IHealthCheck
{
    private readonly TaskCompletionSource done = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Task Done => done.Task;

    public void Finish() => done.TrySetResult();

    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) =>
        Task.FromResult(done.Task.IsCompleted ? HealthCheckResult.Healthy() : HealthCheckResult.Unhealthy("The examples are being published."));
}
