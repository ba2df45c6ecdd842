using NextLayer.Contracts.Quotas;
using NextLayer.ControlPlane.Platform.Database;
using Npgsql;

namespace NextLayer.ControlPlane.Features.Quotas;

/// <summary>Reads how many runs a tenant made: from the ledger where it had a limit, else by counting its runs.</summary>
internal sealed class UsageStore(Databases databases)
{
    private const string TenantSql = "SELECT daily_run_limit, now() FROM tenants WHERE id = $1";

    // Each day is a walk down the index of the tenant's runs in one state, and ends at the number that is shown.
    private const string DaysSql = """
        SELECT d.day, coalesce(u.runs, least(c.runs, 10000))::integer, u.runs IS NULL AND c.runs > 10000
        FROM (SELECT (now() AT TIME ZONE 'UTC')::date - n AS day FROM generate_series(0, 29) AS n) d
        LEFT JOIN tenant_usage u ON u.tenant_id = $1 AND u.day = d.day
        LEFT JOIN LATERAL (SELECT count(*) AS runs FROM (
            SELECT FROM unnest(ARRAY['QUEUED', 'RUNNING', 'PAUSED', 'SUCCEEDED', 'FAILED', 'CANCELLED']) AS s (status)
            CROSS JOIN LATERAL (
                SELECT FROM pipeline_runs r
                WHERE u.runs IS NULL
                  AND (r.tenant_id, r.status, r.id) >= ($1, s.status, run_id_at(d.day::timestamp AT TIME ZONE 'UTC'))
                  AND (r.tenant_id, r.status, r.id) < ($1, s.status, run_id_at((d.day + 1)::timestamp AT TIME ZONE 'UTC'))
                  AND r.parent_run_id IS NULL
                LIMIT 10001) made
            LIMIT 10001) counted) c ON true
        ORDER BY d.day
        """;

    /// <returns>Null when there is no such tenant.</returns>
    public async Task<TenantUsage?> ReadAsync(Guid tenantId, CancellationToken ct)
    {
        await using var connection = await databases.OpenForCallerAsync(ct);
        await using var batch = new NpgsqlBatch(connection);
        batch.Add(TenantSql).Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = tenantId });
        batch.Add(DaysSql).Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = tenantId });
        await using var row = await batch.ExecuteReaderAsync(ct);
        if (!await row.ReadAsync(ct))
            return null;
        var limit = row.IsDBNull(0) ? (int?)null : row.GetInt32(0);
        var now = row.GetFieldValue<DateTimeOffset>(1);
        await row.NextResultAsync(ct);
        var days = new List<UsageDay>();
        while (await row.ReadAsync(ct))
            days.Add(new UsageDay { Day = row.GetFieldValue<DateOnly>(0), Runs = row.GetInt32(1), AndMore = row.GetBoolean(2) });
        var quota = new TenantQuota(tenantId, limit ?? 0, days[^1].Runs, now);
        return new TenantUsage
        {
            TenantId = tenantId,
            Day = days[^1].Day,
            DailyRunLimit = limit,
            Used = quota.Used,
            Remaining = limit is null ? null : quota.Remaining,
            ResetsAt = quota.ResetsAt,
            Days = days,
        };
    }
}
