using NextLayer.Bench.Stack;

namespace NextLayer.Bench.Measurements;

/// <summary>Fills the run list as months of use would: twenty tenants, a hundred versions, all states.</summary>
internal static class ManyRuns
{
    public const int Tenants = 20;

    private const string TenantsSql = """
        INSERT INTO tenants (id, name, slug)
        SELECT ('00000000-0000-7000-9000-' || lpad(t::text, 12, '0'))::uuid, 'Tenant ' || t, 'tenant_' || t FROM generate_series(1, $1) t
        """;

    // Five pipelines a tenant, one version each.
    private const string PipelinesSql = """
        INSERT INTO pipelines (id, tenant_id, name)
        SELECT ('00000000-0000-7000-a000-' || lpad((t * 10 + p)::text, 12, '0'))::uuid,
               ('00000000-0000-7000-9000-' || lpad(t::text, 12, '0'))::uuid, 'Pipeline ' || p
        FROM generate_series(1, $1) t, generate_series(1, 5) p
        """;

    private const string VersionsSql = """
        INSERT INTO pipeline_versions (id, tenant_id, pipeline_id, version, version_number, status, definition, frozen_at)
        SELECT ('00000000-0000-7000-b000-' || right(id::text, 12))::uuid, tenant_id, id, '1', 1, 'APPROVED', '{"steps":["a"]}', now()
        FROM pipelines
        """;

    // One run every two seconds up to now, ids in the order of time. Of a hundred 90 succeeded, 6 failed, 2 were
    // cancelled, 1 is paused, 1 queued.
    private const string RunsSql = """
        INSERT INTO pipeline_runs (id, tenant_id, pipeline_id, pipeline_version_id, status, trigger_type, run_after, wait_reason,
                                   last_event_seq, created_at, updated_at, started_at, claimed_at, claimed_by, finished_at, error_message)
        SELECT (lpad(to_hex((extract(epoch FROM at) * 1000)::bigint), 12, '0') || '7' || lpad(to_hex(i % 4096), 3, '0')
                || '8000' || lpad(to_hex(i), 12, '0'))::uuid,
               ('00000000-0000-7000-9000-' || lpad(t::text, 12, '0'))::uuid,
               ('00000000-0000-7000-a000-' || lpad(p::text, 12, '0'))::uuid,
               ('00000000-0000-7000-b000-' || lpad(p::text, 12, '0'))::uuid,
               status, CASE WHEN i % 3 = 0 THEN 'schedule' ELSE 'manual' END, at,
               CASE WHEN status = 'PAUSED' THEN 'approval' END, 5, at, at + interval '1 second',
               CASE WHEN status <> 'QUEUED' THEN at END, CASE WHEN status <> 'QUEUED' THEN at END,
               CASE WHEN status <> 'QUEUED' THEN 'worker-' || i % 8 END,
               CASE WHEN status IN ('SUCCEEDED', 'FAILED', 'CANCELLED') THEN at + interval '1 second' END,
               CASE WHEN status = 'FAILED' THEN 'HTTP_STATUS: the partner answered ' || 500 + i % 4 END
        FROM (SELECT i, now() - make_interval(secs => 2 * ($1 - i)) AS at, 1 + i % $2 AS t, (1 + i % $2) * 10 + 1 + i / 7 % 5 AS p,
                     CASE WHEN hash < 90 THEN 'SUCCEEDED' WHEN hash < 96 THEN 'FAILED' WHEN hash < 98 THEN 'CANCELLED'
                          WHEN hash < 99 THEN 'PAUSED' ELSE 'QUEUED' END AS status
              FROM (SELECT i, abs(hashint4(i)::bigint) % 100 AS hash FROM generate_series($3::integer, $4::integer) i) numbers) rows
        """;

    private const string InputsSql = """
        INSERT INTO run_inputs (run_id, parameters) SELECT id, '{"date":"2026-01-01","store":17}' FROM pipeline_runs
        """;

    public static Guid TenantId(int tenant) => Guid.Parse($"00000000-0000-7000-9000-{tenant:D12}");

    public static Guid PipelineId(int tenant, int pipeline) => Guid.Parse($"00000000-0000-7000-a000-{(tenant * 10) + pipeline:D12}");

    public static async Task FillAsync(BenchDatabase database, int runs, CancellationToken ct)
    {
        await database.ExecuteAsync(TenantsSql, ct, Tenants);
        await database.ExecuteAsync(PipelinesSql, ct, Tenants);
        await database.ExecuteAsync(VersionsSql, ct);
        const int chunk = 100_000;
        for (var first = 1; first <= runs; first += chunk)
            await database.ExecuteAsync(RunsSql, ct, runs, Tenants, first, Math.Min(first + chunk - 1, runs));
        await database.ExecuteAsync(InputsSql, ct);
        await database.SettleAsync(ct);
    }
}
