using System.Text.Json;
using NextLayer.Contracts.Json;
using NextLayer.Contracts.Stats;
using NextLayer.ControlPlane.Platform.Database;
using Npgsql;
using NpgsqlTypes;

namespace NextLayer.ControlPlane.Features.Stats;

/// <summary>Counts and measures runs in one statement: the rows are walked once, newest first, and no further than a limit.</summary>
internal sealed class StatsStore(Databases databases)
{
    /// <summary>Runs looked at; about a tenth of a second's work.</summary>
    public const int MaxRuns = 100_000;

    private const string Columns = "r.id, r.status, r.pipeline_id, r.trigger_type, r.created_at, r.run_after, r.started_at, r.finished_at, r.parent_run_id";

    // Each walks one index (see RunListSql): rows are compared whole, so that the planner does not choose another.
    private static readonly string OfAll = Statement($"""
        SELECT {Columns} FROM pipeline_runs r WHERE r.id >= $1 AND r.id < $2 ORDER BY r.id DESC LIMIT $6
        """);

    private static readonly string OfTenants = Statement($"""
        SELECT r.* FROM unnest($7::uuid[]) AS t (id) CROSS JOIN LATERAL (
            SELECT {Columns} FROM pipeline_runs r
            WHERE (r.tenant_id, r.id) >= (t.id, $1) AND (r.tenant_id, r.id) < (t.id, $2)
            ORDER BY r.tenant_id DESC, r.id DESC LIMIT $6) r
        ORDER BY r.id DESC LIMIT $6
        """);

    private static readonly string OfPipeline = Statement($"""
        SELECT r.* FROM pipeline_versions v CROSS JOIN LATERAL (
            SELECT {Columns} FROM pipeline_runs r
            WHERE (r.pipeline_version_id, r.id) >= (v.id, $1) AND (r.pipeline_version_id, r.id) < (v.id, $2)
            ORDER BY r.pipeline_version_id DESC, r.id DESC LIMIT $6) r
        WHERE v.pipeline_id = $8 AND ($7::uuid[] IS NULL OR v.tenant_id = ANY ($7))
        ORDER BY r.id DESC LIMIT $6
        """);

    /// <param name="tests">Whether tests of drafts count.</param>
    public async Task<RunStats> ReadAsync(StatsRange range, IReadOnlyList<Guid>? tenants, Guid? pipelineId, bool tests, CancellationToken ct)
    {
        await using var command = databases.Main.CreateCommand(
            pipelineId is not null ? OfPipeline : tenants is not null ? OfTenants : OfAll);
        command.Parameters.AddWithValue(RunIds.FirstAt(range.From));
        command.Parameters.AddWithValue(RunIds.FirstAt(range.To));
        command.Parameters.AddWithValue(range.From.ToUniversalTime());
        command.Parameters.AddWithValue(range.To.ToUniversalTime());
        command.Parameters.AddWithValue(range.BucketSeconds);
        command.Parameters.AddWithValue(MaxRuns + 1);
        command.Parameters.Add(new NpgsqlParameter { NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Uuid, Value = (object?)tenants?.ToArray() ?? DBNull.Value });
        command.Parameters.Add(new NpgsqlParameter { NpgsqlDbType = NpgsqlDbType.Uuid, Value = pipelineId ?? (object)DBNull.Value });
        command.Parameters.AddWithValue(tests);
        await using var row = await command.ExecuteReaderAsync(ct);
        await row.ReadAsync(ct);
        return row.GetJson(0).Deserialize<RunStats>(NextLayerJson.Options)!; // The statement always gives an object.
    }

    // $1 first id, $2 end id, $3 from, $4 to, $5 seconds of a bucket, $6 rows and one more, $7 tenants, $8 pipeline,
    // $9 whether tests count.
    private static string Statement(string walk) => $$"""
        WITH walked AS MATERIALIZED ({{walk}}),
        -- A for-each is one run, as in the lists, and how tests of drafts fare says nothing of what was approved.
        seen AS (
            SELECT * FROM (SELECT * FROM walked ORDER BY id DESC LIMIT $6 - 1) w
            WHERE parent_run_id IS NULL AND ($9 OR trigger_type <> 'test')
        ),
        counted AS (
            SELECT least(greatest(floor(extract(epoch FROM created_at - $3) / $5), 0), ceil(extract(epoch FROM $4 - $3) / $5) - 1)::integer AS bucket,
                   count(*) FILTER (WHERE status = 'QUEUED') AS queued, count(*) FILTER (WHERE status = 'RUNNING') AS running,
                   count(*) FILTER (WHERE status = 'PAUSED') AS paused, count(*) FILTER (WHERE status = 'SUCCEEDED') AS succeeded,
                   count(*) FILTER (WHERE status = 'FAILED') AS failed, count(*) FILTER (WHERE status = 'CANCELLED') AS cancelled
            FROM seen GROUP BY 1
        ),
        filled AS (
            SELECT n, coalesce(queued, 0) AS queued, coalesce(running, 0) AS running, coalesce(paused, 0) AS paused,
                   coalesce(succeeded, 0) AS succeeded, coalesce(failed, 0) AS failed, coalesce(cancelled, 0) AS cancelled
            FROM generate_series(0, ceil(extract(epoch FROM $4 - $3) / $5)::integer - 1) AS n LEFT JOIN counted ON bucket = n
        ),
        spread AS (
            SELECT percentile_cont(ARRAY[0.5, 0.95, 1]) WITHIN GROUP (ORDER BY extract(epoch FROM finished_at - started_at) * 1000)
                       FILTER (WHERE status = 'SUCCEEDED') AS duration,
                   percentile_cont(ARRAY[0.5, 0.95, 1]) WITHIN GROUP (ORDER BY greatest(extract(epoch FROM started_at - greatest(run_after, created_at)) * 1000, 0))
                       FILTER (WHERE started_at IS NOT NULL) AS wait
            FROM seen
        ),
        fared AS (
            SELECT pipeline_id, count(*) AS runs, count(*) FILTER (WHERE status = 'FAILED') AS failed,
                   percentile_cont(ARRAY[0.5, 0.95]) WITHIN GROUP (ORDER BY extract(epoch FROM finished_at - started_at) * 1000)
                       FILTER (WHERE status = 'SUCCEEDED') AS duration
            FROM seen GROUP BY pipeline_id
        ),
        ranked AS (
            SELECT fared.*, row_number() OVER (ORDER BY runs DESC, pipeline_id) AS by_runs,
                   row_number() OVER (ORDER BY failed DESC, pipeline_id) AS by_failed,
                   row_number() OVER (ORDER BY duration[2] DESC NULLS LAST, pipeline_id) AS by_duration
            FROM fared
        ),
        due AS (
            SELECT run_after FROM pipeline_runs
            WHERE status = 'QUEUED' AND run_after <= now() AND ($7::uuid[] IS NULL OR tenant_id = ANY ($7)) AND ($8::uuid IS NULL OR pipeline_id = $8)
            ORDER BY priority DESC, run_after, id LIMIT 50000
        )
        SELECT json_build_object(
            'from', $3, 'to', $4, 'bucket_seconds', $5,
            'truncated', (SELECT count(*) FROM walked) = $6,
            'buckets', (SELECT json_agg(json_build_object('at', $3 + n * $5 * interval '1 second', 'queued', queued, 'running', running,
                'paused', paused, 'succeeded', succeeded, 'failed', failed, 'cancelled', cancelled) ORDER BY n) FROM filled),
            'totals', (SELECT json_build_object('queued', sum(queued), 'running', sum(running), 'paused', sum(paused),
                'succeeded', sum(succeeded), 'failed', sum(failed), 'cancelled', sum(cancelled)) FROM filled),
            'duration', (SELECT json_build_object('p50_ms', duration[1], 'p95_ms', duration[2], 'max_ms', duration[3]) FROM spread),
            'queue_wait', (SELECT json_build_object('p50_ms', wait[1], 'p95_ms', wait[2], 'max_ms', wait[3]) FROM spread),
            'queue', (SELECT json_build_object('depth', count(*), 'oldest_due_at', min(run_after)) FROM due),
            'pipelines', (SELECT coalesce(json_agg(json_build_object('pipeline_id', f.pipeline_id, 'name', p.name, 'runs', f.runs, 'failed', f.failed,
                'p50_ms', f.duration[1], 'p95_ms', f.duration[2]) ORDER BY f.runs DESC, f.pipeline_id), '[]')
                FROM (SELECT * FROM ranked ORDER BY least(by_runs, by_failed, by_duration), pipeline_id LIMIT 20) f
                JOIN pipelines p ON p.id = f.pipeline_id))
        """;
}
