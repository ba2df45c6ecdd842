using Npgsql;

namespace NextLayer.ControlPlane.Platform.Database;

/// <summary>
/// Makes the monthly partitions of the append-only tables ahead of time. A UUIDv7 begins with its time in
/// milliseconds, so a month is a range of ids; what falls outside every month goes to a default partition.
/// </summary>
internal static class Partitions
{
    /// <summary>Months made beyond the current one: a control plane may be down over a month's end.</summary>
    private const int MonthsAhead = 2;

    // Runs under the migrator's lock or its own; IF NOT EXISTS makes a repeat free.
    private const string EnsureSql = """
        DO $$
        DECLARE
            parent text;
            month  timestamptz;
        BEGIN
            PERFORM pg_advisory_xact_lock(hashtextextended('nextlayer.partitions', 0));
            FOREACH parent IN ARRAY ARRAY['step_runs', 'run_events', 'run_logs'] LOOP
                EXECUTE format('CREATE TABLE IF NOT EXISTS %I PARTITION OF %I DEFAULT', parent || '_default', parent);
                FOR step IN 0 .. {ahead} LOOP
                    month := date_trunc('month', now() AT TIME ZONE 'UTC') AT TIME ZONE 'UTC' + make_interval(months => step);
                    EXECUTE format(
                        'CREATE TABLE IF NOT EXISTS %I PARTITION OF %I FOR VALUES FROM (%L) TO (%L) WITH (autovacuum_analyze_scale_factor = 0.05)',
                        parent || to_char(month AT TIME ZONE 'UTC', '_YYYY_MM'), parent,
                        lpad(to_hex((extract(epoch FROM month) * 1000)::bigint), 12, '0') || '00000000000000000000',
                        lpad(to_hex((extract(epoch FROM month + interval '1 month') * 1000)::bigint), 12, '0') || '00000000000000000000');
                END LOOP;
            END LOOP;
        END $$
        """;

    public static async Task EnsureAsync(NpgsqlConnection connection, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand(EnsureSql.Replace("{ahead}", MonthsAhead.ToString(), StringComparison.Ordinal), connection);
        await command.ExecuteNonQueryAsync(ct);
    }
}
