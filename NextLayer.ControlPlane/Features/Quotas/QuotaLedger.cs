using NextLayer.ControlPlane.Platform.Database;
using Npgsql;

namespace NextLayer.ControlPlane.Features.Quotas;

/// <summary>
/// Counts runs against daily limits, in the transaction that makes them: the tenant's row of the day is locked first, and
/// what the limit leaves is read by the next statement, so that no number of callers on any number of replicas gets past it.
/// </summary>
internal static class QuotaLedger
{
    private const string Today = "(now() AT TIME ZONE 'UTC')::date";

    // In the order of the ids, so that two batches never wait for each other.
    private const string LockSql = $"""
        SELECT FROM tenant_usage WHERE tenant_id = ANY($1) AND day = {Today} ORDER BY tenant_id FOR UPDATE
        """;

    // A statement of its own: one that had to wait for the lock would read the limit as it was before the wait.
    private const string ReadSql = $"""
        SELECT t.id, t.daily_run_limit, u.runs, now()
        FROM tenants t LEFT JOIN tenant_usage u ON u.tenant_id = t.id AND u.day = {Today}
        WHERE t.id = ANY($1) AND t.daily_run_limit IS NOT NULL
        """;

    // The first run of a day, or of a limit that was set during the day: what was made before it counts too, as far as the
    // limit reaches. Runs of a for-each belong to their parent.
    private const string OpenSql = $"""
        INSERT INTO tenant_usage (tenant_id, day, runs)
        SELECT t.id, {Today}, (SELECT count(*) FROM (
            SELECT FROM unnest(ARRAY['QUEUED', 'RUNNING', 'PAUSED', 'SUCCEEDED', 'FAILED', 'CANCELLED']) AS s (status)
            CROSS JOIN LATERAL (
                SELECT FROM pipeline_runs r
                WHERE (r.tenant_id, r.status, r.id) >= (t.id, s.status, run_id_at({Today}::timestamp AT TIME ZONE 'UTC'))
                  AND (r.tenant_id, r.status) <= (t.id, s.status) AND r.parent_run_id IS NULL
                LIMIT t.daily_run_limit) made
            LIMIT t.daily_run_limit) counted)
        FROM tenants t WHERE t.id = ANY($1) AND t.daily_run_limit IS NOT NULL ORDER BY t.id
        ON CONFLICT DO NOTHING
        """;

    private const string WriteSql = $"""
        UPDATE tenant_usage u SET runs = n.runs
        FROM unnest($1::uuid[], $2::integer[]) AS n (tenant_id, runs)
        WHERE u.tenant_id = n.tenant_id AND u.day = {Today}
        """;

    /// <summary>Locks what the tenants with a limit have used, until the caller's transaction ends. The others are not in the answer.</summary>
    public static async Task<Dictionary<Guid, TenantQuota>> LockAsync(NpgsqlConnection connection, IEnumerable<Guid> tenants, CancellationToken ct)
    {
        var ids = tenants.Distinct().ToArray();
        while (true)
        {
            var quotas = await TryLockAsync(connection, ids, ct);
            if (quotas is not null)
                return quotas;
            await using var open = new NpgsqlCommand(OpenSql, connection);
            open.Parameters.Add(new NpgsqlParameter<Guid[]> { TypedValue = ids });
            await open.ExecuteNonQueryAsync(ct);
        }
    }

    /// <returns>Null when the day has still to be opened for one of them.</returns>
    private static async Task<Dictionary<Guid, TenantQuota>?> TryLockAsync(NpgsqlConnection connection, Guid[] ids, CancellationToken ct)
    {
        await using var batch = new NpgsqlBatch(connection);
        batch.Add(LockSql).Parameters.Add(new NpgsqlParameter<Guid[]> { TypedValue = ids });
        batch.Add(ReadSql).Parameters.Add(new NpgsqlParameter<Guid[]> { TypedValue = ids });
        await using var rows = await batch.ExecuteReaderAsync(ct);
        await rows.NextResultAsync(ct);
        var quotas = new Dictionary<Guid, TenantQuota>();
        var isOpen = true;
        while (await rows.ReadAsync(ct))
        {
            isOpen &= !rows.IsDBNull(2);
            if (isOpen)
                quotas.Add(rows.GetGuid(0), new TenantQuota(rows.GetGuid(0), rows.GetInt32(1), rows.GetInt32(2), rows.GetFieldValue<DateTimeOffset>(3)));
        }

        return isOpen ? quotas : null;
    }

    /// <summary>Writes what was used of the locked quotas.</summary>
    public static async Task WriteAsync(NpgsqlConnection connection, IReadOnlyList<TenantQuota> quotas, CancellationToken ct)
    {
        if (quotas.Count == 0)
            return;
        await using var batch = new NpgsqlBatch(connection);
        batch.Add(WriteSql).Ids(quotas, q => q.TenantId).Integers(quotas, q => q.Used);
        await batch.ExecuteNonQueryAsync(ct);
    }
}
