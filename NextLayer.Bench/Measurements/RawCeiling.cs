using System.Diagnostics;
using NextLayer.Bench.Reporting;
using NextLayer.Bench.Stack;
using NextLayer.ControlPlane.Platform.Database;
using Npgsql;

namespace NextLayer.Bench.Measurements;

/// <summary>
/// The most this Postgres gives on this machine: one session writes the rows of one-step runs with set-based SQL and
/// nothing else. What the whole system reaches is told as a share of it.
/// </summary>
internal static class RawCeiling
{
    public const string EnqueueRate = "raw: insert, 500 a transaction";
    public const string DrainRate = "raw: claim and record, 256 a transaction";

    private const int InsertSize = 500;
    private const int DrainSize = 256;

    private const string InsertRunsSql = """
        INSERT INTO pipeline_runs (id, tenant_id, pipeline_id, pipeline_version_id, status, run_after, last_event_seq, created_at, updated_at)
        SELECT id, $2, $3, $4, 'QUEUED', now(), 1, now(), now() FROM unnest($1::uuid[]) AS r (id)
        """;

    private const string InsertEventsSql = """
        INSERT INTO run_events (run_id, seq, type, generation, payload, created_at)
        SELECT id, 1, 'run.queued', 1, '{"trigger_type":"manual"}', now() FROM unnest($1::uuid[]) AS r (id)
        """;

    private const string ClaimSql = """
        WITH next AS MATERIALIZED (
            SELECT id FROM pipeline_runs WHERE status = 'QUEUED' AND run_after <= now()
            ORDER BY priority DESC, run_after, id LIMIT 256 FOR UPDATE SKIP LOCKED
        )
        UPDATE pipeline_runs r SET
            status = 'RUNNING', lease_epoch = lease_epoch + 1, lease_token = gen_random_uuid(), lease_seconds = 30,
            lease_expires_at = clock_timestamp() + interval '30 seconds', claimed_by = 'raw', claimed_at = clock_timestamp(),
            heartbeat_at = clock_timestamp(), started_at = clock_timestamp(), updated_at = clock_timestamp()
        FROM next WHERE r.id = next.id
        RETURNING r.id
        """;

    private const string FiveEventsSql = """
        INSERT INTO run_events (run_id, seq, type, generation, step_id, payload, created_at)
        SELECT r.id, e.seq, e.type, 1, e.step_id, e.payload::json, clock_timestamp()
        FROM unnest($1::uuid[]) AS r (id) CROSS JOIN (VALUES
            (1, 'run.queued', NULL, '{"trigger_type":"manual"}'),
            (2, 'run.started', NULL, '{"worker_id":"raw","epoch":1}'),
            (3, 'step.started', 'a', '{"step_type":"noop","attempt":1}'),
            (4, 'step.completed', 'a', '{"step_type":"noop","attempt":1,"duration_ms":0.1}'),
            (5, 'run.completed', NULL, '{}')) AS e (seq, type, step_id, payload)
        """;

    private const string StepSql = """
        INSERT INTO step_runs (run_id, generation, step_id, attempt, step_type, status, worker_id, output, started_at, finished_at)
        SELECT id, 1, 'a', 1, 'noop', 'completed', 'raw', '{}', clock_timestamp(), clock_timestamp() FROM unnest($1::uuid[]) AS r (id)
        """;

    private const string FinishSql = """
        UPDATE pipeline_runs r SET
            status = 'SUCCEEDED', last_lease_token = lease_token, lease_token = NULL, lease_seconds = NULL, lease_expires_at = NULL,
            last_event_seq = 5, steps_recorded = 1, finished_at = clock_timestamp(), updated_at = clock_timestamp()
        FROM unnest($1::uuid[]) AS done (id) WHERE r.id = done.id
        """;

    public static async Task MeasureAsync(BenchContext bench, CancellationToken ct)
    {
        var runs = bench.Options.DrainRuns;
        await using var database = await bench.Servers.CreateDatabaseAsync(ct);
        var (pipelineId, versionId) = await database.AddVersionAsync(Definitions.OneStep, ct);
        await using var session = await database.Pools.Hot.OpenConnectionAsync(ct);
        var ids = new RunIds(TimeProvider.System);
        object[] owner = [BenchDatabase.TenantId, pipelineId, versionId];
        List<double> inserts = [], drains = [];
        var cpu = new List<Dictionary<string, double>>();
        for (var pass = 0; pass <= bench.Options.Repeat; pass++)
        {
            // The first pass warms up: connections, prepared statements, pages of the new tables.
            var count = pass == 0 ? runs / 10 : runs;
            var inserted = await InsertAsync(session, ids, count, owner, withEvents: true, ct);
            // What is drained gets all five of its events in the drain.
            await database.ExecuteAsync("TRUNCATE pipeline_runs, run_labels, run_events", ct);
            await InsertAsync(session, ids, count, owner, withEvents: false, ct);
            await database.SettleAsync(ct);
            var meter = CpuMeter.Start(bench.Servers.Processes);
            var drained = await DrainAsync(session, count, ct);
            if (pass == 0)
                continue;
            inserts.Add(inserted);
            drains.Add(drained);
            cpu.Add(meter.MicrosecondsPer(count));
        }

        bench.Report.Add(new Rate(EnqueueRate, "runs/s", inserts));
        bench.Report.Add(new Rate(DrainRate, "runs/s", drains));
        CpuMeter.Add(bench.Report, DrainRate, cpu);
    }

    private static async Task<double> InsertAsync(
        NpgsqlConnection session, RunIds ids, int runs, object[] owner, bool withEvents, CancellationToken ct)
    {
        var started = Stopwatch.GetTimestamp();
        for (var made = 0; made < runs; made += InsertSize)
        {
            var chunk = Enumerable.Range(0, Math.Min(InsertSize, runs - made)).Select(_ => ids.Next()).ToArray();
            await using var batch = new NpgsqlBatch(session);
            Add(batch, InsertRunsSql, [chunk, .. owner]);
            if (withEvents)
                Add(batch, InsertEventsSql, chunk);
            await batch.ExecuteNonQueryAsync(ct); // A batch without a transaction of its own is one.
        }

        return runs / Stopwatch.GetElapsedTime(started).TotalSeconds;
    }

    private static async Task<double> DrainAsync(NpgsqlConnection session, int runs, CancellationToken ct)
    {
        var started = Stopwatch.GetTimestamp();
        var drained = 0;
        while (await ClaimAsync(session, ct) is { Length: > 0 } chunk)
        {
            await using var batch = new NpgsqlBatch(session);
            foreach (var sql in (string[])[FiveEventsSql, StepSql, FinishSql])
                Add(batch, sql, chunk);
            await batch.ExecuteNonQueryAsync(ct);
            drained += chunk.Length;
        }

        return drained == runs
            ? runs / Stopwatch.GetElapsedTime(started).TotalSeconds
            : throw new InvalidOperationException($"{drained} of {runs} runs were drained.");
    }

    private static async Task<Guid[]> ClaimAsync(NpgsqlConnection session, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand(ClaimSql, session);
        var ids = new List<Guid>(DrainSize);
        await using var rows = await command.ExecuteReaderAsync(ct);
        while (await rows.ReadAsync(ct))
            ids.Add(rows.GetGuid(0));
        ids.Sort((a, b) => string.CompareOrdinal(a.ToString(), b.ToString()));
        return [.. ids];
    }

    private static void Add(NpgsqlBatch batch, string sql, params object[] parameters)
    {
        var command = new NpgsqlBatchCommand(sql);
        foreach (var parameter in parameters)
            command.Parameters.AddWithValue(parameter);
        batch.BatchCommands.Add(command);
    }
}
