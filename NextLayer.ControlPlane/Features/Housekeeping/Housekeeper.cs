using NextLayer.ControlPlane.Platform.Background;
using NextLayer.ControlPlane.Platform.Database;
using Npgsql;

namespace NextLayer.ControlPlane.Features.Housekeeping;

/// <summary>Keeps the database in shape: partitions ahead of time, old keys away, statistics fresh.</summary>
internal sealed partial class Housekeeper(Databases databases, TimeProvider time, ILogger<Housekeeper> logger)
    : PeriodicService(time, logger)
{
    // A repeat that comes later than this is taken for a new wish.
    private const string SweepSql = """
        DELETE FROM idempotency_keys WHERE created_at < now() - interval '7 days';
        DELETE FROM claim_requests WHERE created_at < now() - interval '2 hours';
        DELETE FROM events WHERE delivered AND received_at < now() - interval '31 days';
        DELETE FROM cost_pages WHERE created_at < now() - interval '2 days';
        DELETE FROM workers
        WHERE last_heartbeat_at < now() - CASE WHEN drain_requested_at IS NULL THEN interval '1 day' ELSE interval '30 days' END
        """;

    // Autovacuum looks once a minute; a queue that goes from empty to a hundred thousand rows meanwhile is planned as
    // if it were empty. A table is analysed here once a tenth of it (and a thousand rows) has changed.
    private const string StaleTablesSql = """
        SELECT s.relid::regclass::text
        FROM pg_stat_user_tables s JOIN pg_class c ON c.oid = s.relid
        WHERE s.schemaname = current_schema()
          AND (c.relname IN ('pipeline_runs', 'run_inputs', 'open_steps')
               OR (c.relispartition AND c.relname ~ '^(run_events|step_runs|run_logs)_'))
          AND s.n_mod_since_analyze > 1000 + 0.1 * s.n_live_tup
        """;

    private long passes;

    protected override TimeSpan Interval => TimeSpan.FromSeconds(10);

    public override async Task<bool> RunOnceAsync(CancellationToken ct)
    {
        await using var connection = await databases.Main.OpenConnectionAsync(ct);
        // One replica at a time; the others have nothing to do meanwhile.
        if (!await AskAsync<bool>(connection, "SELECT pg_try_advisory_lock(hashtextextended('nextlayer.housekeeping', 0))", ct))
            return false;
        try
        {
            await AnalyzeAsync(connection, ct);
            if (passes++ % 60 == 0)
            {
                await Partitions.EnsureAsync(connection, ct);
                await ExecuteAsync(connection, SweepSql, ct);
            }

            return false;
        }
        finally
        {
            await ExecuteAsync(
                connection, "SELECT pg_advisory_unlock(hashtextextended('nextlayer.housekeeping', 0))", CancellationToken.None);
        }
    }

    private async Task AnalyzeAsync(NpgsqlConnection connection, CancellationToken ct)
    {
        var stale = new List<string>();
        await using (var command = new NpgsqlCommand(StaleTablesSql, connection))
        {
            await using var rows = await command.ExecuteReaderAsync(ct);
            while (await rows.ReadAsync(ct))
                stale.Add(rows.GetString(0));
        }

        foreach (var table in stale)
        {
            await ExecuteAsync(connection, $"ANALYZE {table}", ct); // regclass::text is quoted where it has to be.
            LogAnalyzed(table);
        }
    }

    private static async Task<T> AskAsync<T>(NpgsqlConnection connection, string sql, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        return (T)(await command.ExecuteScalarAsync(ct))!; // The statement always answers one row.
    }

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(ct);
    }

    [LoggerMessage(1301, LogLevel.Debug, "Refreshed the statistics of {Table}")]
    private partial void LogAnalyzed(string table);
}
