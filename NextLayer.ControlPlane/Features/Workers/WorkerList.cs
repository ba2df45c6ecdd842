using Microsoft.AspNetCore.Http.HttpResults;
using NextLayer.Contracts.Access;
using NextLayer.Contracts.Registry;
using NextLayer.Contracts.Workers;
using NextLayer.ControlPlane.Platform.Access;
using NextLayer.ControlPlane.Platform.Database;
using NextLayer.ControlPlane.Platform.Registry;
using Npgsql;
using NpgsqlTypes;

namespace NextLayer.ControlPlane.Features.Workers;

/// <summary><c>GET /api/workers</c>: who has claimed or beaten within the last day. Of workers that serve everybody a tenant sees
/// how many of its own runs they execute.</summary>
internal sealed class WorkerList(Databases databases)
{
    /// <summary>Heartbeats come every 10 s; after three that did not, the worker counts as gone.</summary>
    public const string GoneAfter = "interval '30 seconds'";

    // Of a drained worker the leases themselves are counted: its last heartbeat may be older than its last run.
    private const string SelectSql = $"""
        SELECT worker_id, tenant_id, slots,
               CASE WHEN $3::uuid[] IS NULL THEN coalesce(held.runs, running_runs)
                    ELSE (SELECT count(*)::integer FROM pipeline_runs r
                          WHERE r.status = 'RUNNING' AND r.claimed_by = worker_id AND r.tenant_id = ANY ($3)) END,
               version,
               CASE WHEN last_heartbeat_at < now() - {GoneAfter} THEN 'gone'
                    WHEN held.runs = 0 THEN 'drained'
                    WHEN draining OR drain_requested_at IS NOT NULL THEN 'draining' ELSE 'live' END,
               first_seen_at, last_heartbeat_at, drain_requested_at
        FROM workers
        LEFT JOIN LATERAL (
            SELECT count(*)::integer AS runs FROM pipeline_runs r WHERE r.status = 'RUNNING' AND r.claimed_by = worker_id
        ) AS held ON drain_requested_at IS NOT NULL
        WHERE ($3::uuid[] IS NULL OR tenant_id IS NULL OR tenant_id = ANY ($3)) AND ($4::text IS NULL OR worker_id = $4)
        ORDER BY last_heartbeat_at DESC, worker_id LIMIT $1 OFFSET $2
        """;

    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapGet("/api/workers", ListAsync).WithTags("Workers").Requires(Permission.WorkersRead).WithName("ListWorkers")
            .WithSummary("Lists workers, the last heard first.");

    private static async Task<Ok<Page<WorkerView>>> ListAsync(
        [AsParameters] PageQuery page, CallerScope scope, WorkerList workers, HttpContext context, CancellationToken ct)
    {
        var (items, total) = await workers.ReadAsync(page, scope, ct);
        context.Response.Headers[PageQueryExtensions.TotalCount] = total.ToString();
        return TypedResults.Ok(new Page<WorkerView> { Items = items, Limit = page.Limit, Offset = page.Offset, Count = items.Count });
    }

    private async Task<(IReadOnlyList<WorkerView> Items, long Total)> ReadAsync(PageQuery page, CallerScope scope, CancellationToken ct)
    {
        await using var count = databases.Main.CreateCommand("SELECT count(*) FROM workers WHERE $1::uuid[] IS NULL OR tenant_id IS NULL OR tenant_id = ANY ($1)");
        count.Parameters.Add(Tenants(scope));
        var total = (long)(await count.ExecuteScalarAsync(ct))!; // count(*) is never null.
        return (await SelectAsync(page.Limit, page.Offset, scope, workerId: null, ct), total);
    }

    /// <summary>Null when there is no such worker, or it is another tenant's.</summary>
    public async Task<WorkerView?> FindAsync(string workerId, CallerScope scope, CancellationToken ct) =>
        (await SelectAsync(1, 0, scope, workerId, ct)).SingleOrDefault();

    private async Task<IReadOnlyList<WorkerView>> SelectAsync(int limit, int offset, CallerScope scope, string? workerId, CancellationToken ct)
    {
        await using var command = databases.Main.CreateCommand(SelectSql);
        command.Parameters.AddWithValue(limit);
        command.Parameters.AddWithValue(offset);
        command.Parameters.Add(Tenants(scope));
        command.Parameters.Add(new NpgsqlParameter { NpgsqlDbType = NpgsqlDbType.Text, Value = (object?)workerId ?? DBNull.Value });
        await using var row = await command.ExecuteReaderAsync(ct);
        var workers = new List<WorkerView>();
        while (await row.ReadAsync(ct))
        {
            workers.Add(new WorkerView
            {
                WorkerId = row.GetString(0),
                TenantId = row.GetId(1),
                Slots = row.GetInt32(2),
                RunningRuns = row.GetInt32(3),
                Version = row.GetText(4),
                State = row.GetString(5),
                FirstSeenAt = row.GetFieldValue<DateTimeOffset>(6),
                LastHeartbeatAt = row.GetFieldValue<DateTimeOffset>(7),
                DrainRequestedAt = row.GetTime(8),
            });
        }

        return workers;
    }

    private static NpgsqlParameter Tenants(CallerScope scope) =>
        new() { NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Uuid, Value = (object?)scope.Tenants?.ToArray() ?? DBNull.Value };
}
