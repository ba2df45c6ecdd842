using Microsoft.Extensions.Options;
using NextLayer.Contracts.Runs;
using NextLayer.ControlPlane.Features.Events;
using NextLayer.ControlPlane.Features.Runs.Changes;
using NextLayer.ControlPlane.Platform;
using NextLayer.ControlPlane.Platform.Background;
using NextLayer.ControlPlane.Platform.Database;

namespace NextLayer.ControlPlane.Features.Runs.Leases;

/// <summary>Fails runs that took longer than their definition allows, whatever they do at that moment.</summary>
internal sealed class DeadlineWatch(
    Databases databases,
    NewsPublisher news,
    Telemetry telemetry,
    IOptions<LeaseOptions> options,
    TimeProvider time,
    ILogger<DeadlineWatch> logger)
    : PeriodicService(time, logger)
{
    private const int PageSize = 500;

    // Spelled as the index that finds them.
    private const string LateRows =
        "deadline_at <= clock_timestamp() AND deadline_at IS NOT NULL AND finished_at IS NULL ORDER BY deadline_at LIMIT 500";

    protected override TimeSpan Interval => TimeSpan.FromSeconds(options.Value.WakeIntervalSeconds);

    public override async Task<bool> RunOnceAsync(CancellationToken ct)
    {
        await using var connection = await databases.Hot.OpenConnectionAsync(ct);
        await using var transaction = await connection.BeginTransactionAsync(ct);
        var runs = await RunLocks.FindAsync(connection, LateRows, [], ct);
        foreach (var run in runs)
            run.EndByForce(RunStatus.Failed, $"RUN_TIMEOUT: the run took longer than its timeout_seconds, counted from its start at {run.Before.StartedAt:O}");
        await RunWriter.WriteAsync(connection, runs, ct);
        await transaction.CommitAsync(ct);
        news.Publish(runs);
        telemetry.RunsChanged(runs, TimeSpan.Zero);
        return runs.Count == PageSize;
    }
}
