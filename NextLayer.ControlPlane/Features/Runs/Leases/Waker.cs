using Microsoft.Extensions.Options;
using NextLayer.ControlPlane.Features.Events;
using NextLayer.ControlPlane.Features.Runs.Changes;
using NextLayer.ControlPlane.Platform.Background;
using NextLayer.ControlPlane.Platform.Database;

namespace NextLayer.ControlPlane.Features.Runs.Leases;

/// <summary>Queues paused runs again when their time has come. Any replica may do it.</summary>
internal sealed class Waker(
    Databases databases, NewsPublisher news, IOptions<LeaseOptions> options, TimeProvider time, ILogger<Waker> logger)
    : PeriodicService(time, logger)
{
    private const int PageSize = 500;

    private const string DueRows = "wake_at <= clock_timestamp() AND status = 'PAUSED' ORDER BY wake_at LIMIT 500";

    protected override TimeSpan Interval => TimeSpan.FromSeconds(options.Value.WakeIntervalSeconds);

    public override async Task<bool> RunOnceAsync(CancellationToken ct)
    {
        await using var connection = await databases.Hot.OpenConnectionAsync(ct);
        await using var transaction = await connection.BeginTransactionAsync(ct);
        var runs = await RunLocks.FindAsync(connection, DueRows, [], ct);
        foreach (var run in runs)
            run.Requeue("woken");
        await RunWriter.WriteAsync(connection, runs, ct);
        await transaction.CommitAsync(ct);
        news.Publish(runs);
        return runs.Count == PageSize;
    }
}
