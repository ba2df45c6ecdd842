using Microsoft.Extensions.Options;
using NextLayer.Contracts.Runs;
using NextLayer.ControlPlane.Features.Events;
using NextLayer.ControlPlane.Features.Runs.Changes;
using NextLayer.ControlPlane.Features.Waits;
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
        await DueWaits.SettleAsync(connection, runs, ct);
        foreach (var run in runs.Where(r => r.Status == RunStatus.Paused))
            GoOn(run);
        await RunWriter.WriteAsync(connection, runs, ct);
        await transaction.CommitAsync(ct);
        news.Publish(runs);
        return runs.Count == PageSize;
    }

    /// <summary>Timers and put-off retries are the worker's; a run whose wait was prolonged sleeps on.</summary>
    private static void GoOn(RunChange run)
    {
        if (run.IsChanged)
            run.Reschedule();
        else
            run.Requeue("woken");
    }
}
