using NextLayer.ControlPlane.Platform;
using NextLayer.ControlPlane.Platform.Background;
using NextLayer.ControlPlane.Platform.Database;

namespace NextLayer.ControlPlane.Features.Dispatch;

/// <summary>Counts the queue for the dashboards of operators and for autoscalers, while somebody listens.</summary>
internal sealed class QueueSampler(Databases databases, Telemetry telemetry, TimeProvider time, ILogger<QueueSampler> logger)
    : PeriodicService(time, logger)
{
    // Read from the queue's index alone, in its order. Beyond the limit an autoscaler has long decided, and counting on
    // would cost what the claims need.
    private const string SampleSql = """
        SELECT count(*), coalesce(extract(epoch FROM now() - min(run_after)), 0)::double precision
        FROM (SELECT run_after FROM pipeline_runs
              WHERE status = 'QUEUED' AND run_after <= now()
              ORDER BY priority DESC, run_after, id
              LIMIT 50000) AS due
        """;

    protected override TimeSpan Interval => TimeSpan.FromSeconds(5);

    public override async Task<bool> RunOnceAsync(CancellationToken ct)
    {
        if (!telemetry.MeasuresQueue)
            return false;
        await using var command = databases.Hot.CreateCommand(SampleSql);
        await using var row = await command.ExecuteReaderAsync(ct);
        await row.ReadAsync(ct);
        telemetry.QueueSampled(row.GetInt64(0), TimeSpan.FromSeconds(row.GetDouble(1)));
        return false;
    }
}
