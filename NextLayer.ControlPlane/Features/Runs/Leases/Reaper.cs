using Microsoft.Extensions.Options;
using NextLayer.Contracts.Runs;
using NextLayer.ControlPlane.Features.Events;
using NextLayer.ControlPlane.Features.Runs.Changes;
using NextLayer.ControlPlane.Platform;
using NextLayer.ControlPlane.Platform.Background;
using NextLayer.ControlPlane.Platform.Database;

namespace NextLayer.ControlPlane.Features.Runs.Leases;

/// <summary>
/// Takes runs back from workers that fell silent. Any replica may do it: rows that another one holds are skipped, and
/// the lock makes it certain that a heartbeat or completion either came before or finds the lease gone.
/// </summary>
internal sealed partial class Reaper(
    Databases databases,
    NewsPublisher news,
    Telemetry telemetry,
    IOptions<LeaseOptions> options,
    TimeProvider time,
    ILogger<Reaper> logger)
    : PeriodicService(time, logger)
{
    private const int PageSize = 100;

    private const string ExpiredRows = "status = 'RUNNING' AND lease_expires_at < clock_timestamp() ORDER BY id LIMIT 100";

    private readonly TimeProvider time = time;
    private long? contactSince;

    protected override TimeSpan Interval => TimeSpan.FromSeconds(options.Value.ReapIntervalSeconds);

    // A database that was away has expired every lease, though no worker did anything wrong.
    protected override void OnFailure() => contactSince = null;

    public override async Task<bool> RunOnceAsync(CancellationToken ct)
    {
        await using var connection = await databases.Hot.OpenConnectionAsync(ct);
        await using var transaction = await connection.BeginTransactionAsync(ct);
        contactSince ??= time.GetTimestamp();
        if (time.GetElapsedTime(contactSince.Value) < TimeSpan.FromSeconds(options.Value.ReapGraceSeconds))
        {
            await PingAsync(connection, ct);
            return false;
        }

        var runs = await RunLocks.FindAsync(connection, ExpiredRows, [], ct);
        foreach (var run in runs)
            TakeBack(run, options.Value.MaxLosses);
        await RunWriter.WriteAsync(connection, runs, ct);
        await transaction.CommitAsync(ct);
        news.Publish(runs);
        telemetry.LeasesLost(runs.Count);
        telemetry.RunsChanged(runs, TimeSpan.Zero);
        foreach (var run in runs)
            LogTakenBack(run.Id, run.Before.ClaimedBy, run.Status, run.LeaseLosses);
        return runs.Count == PageSize;
    }

    internal static void TakeBack(RunChange run, int maxLosses)
    {
        run.RevokeLease();
        if (run.CancelRequested)
            run.End(RunStatus.Cancelled, run.ErrorMessage);
        else if (run.LeaseLosses >= maxLosses)
            run.End(
                RunStatus.Failed,
                $"worker_lost: {run.LeaseLosses} workers fell silent while they executed this run, the last was {run.Before.ClaimedBy}");
        else
            run.Requeue("lease_lost", run.Now + TimeSpan.FromSeconds(Math.Pow(2, run.LeaseLosses - 1)));
    }

    private static async Task PingAsync(Npgsql.NpgsqlConnection connection, CancellationToken ct)
    {
        await using var command = new Npgsql.NpgsqlCommand("SELECT 1", connection);
        await command.ExecuteScalarAsync(ct);
    }

    [LoggerMessage(1211, LogLevel.Warning, "Run {RunId} was lost by worker {WorkerId}: now {Status}, lost {Losses} times")]
    private partial void LogTakenBack(Guid runId, string? workerId, RunStatus status, int losses);
}
