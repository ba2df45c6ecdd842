using NextLayer.Contracts.Workers;
using NextLayer.ControlPlane.Platform.Database;
using Npgsql;

namespace NextLayer.ControlPlane.Features.Runs.Leases;

/// <summary>Renews leases.</summary>
internal sealed class HeartbeatStore(Databases databases)
{
    // The reaper ends ownership, not the clock: a late heartbeat on a lease that nobody has reaped yet counts.
    private const string RenewSql = """
        UPDATE pipeline_runs r SET
            lease_expires_at = clock_timestamp() + make_interval(secs => r.lease_seconds),
            heartbeat_at = clock_timestamp()
        FROM unnest($1::uuid[], $2::integer[], $3::uuid[]) AS held (id, epoch, token)
        WHERE r.id = held.id AND r.status = 'RUNNING' AND r.lease_epoch = held.epoch AND r.lease_token = held.token
        RETURNING r.id, r.cancel_requested
        """;

    private const string WorkerSql = """
        INSERT INTO workers (worker_id, tenant_id, slots, running_runs, version, draining)
        VALUES ($1, $2, $3, $4, $5, $6)
        ON CONFLICT (worker_id) DO UPDATE SET
            tenant_id = excluded.tenant_id, slots = excluded.slots, running_runs = excluded.running_runs,
            version = excluded.version, draining = excluded.draining, last_heartbeat_at = clock_timestamp()
        """;

    /// <summary>Verdict for each run, in order; runs that are no longer the caller's are <c>lost</c>.</summary>
    public async Task<IReadOnlyList<HeldRunVerdict>> RenewAsync(IReadOnlyList<HeldRun> runs, CancellationToken ct)
    {
        await using var connection = await databases.Hot.OpenConnectionAsync(ct);
        await using var batch = new NpgsqlBatch(connection);
        AddRenewal(batch, runs);
        return await ReadVerdictsAsync(batch, runs, ct);
    }

    /// <summary>As <see cref="RenewAsync"/>, and notes that the worker lives.</summary>
    public async Task<IReadOnlyList<HeldRunVerdict>> BeatAsync(string workerId, WorkerHeartbeatRequest beat, CancellationToken ct)
    {
        await using var connection = await databases.Hot.OpenConnectionAsync(ct);
        await using var batch = new NpgsqlBatch(connection);
        if (beat.Runs.Count > 0)
            AddRenewal(batch, beat.Runs);
        var worker = batch.Add(WorkerSql);
        worker.Parameters.Add(new NpgsqlParameter<string> { TypedValue = workerId });
        worker.Parameters.Add(new NpgsqlParameter<Guid?> { TypedValue = beat.TenantId });
        worker.Parameters.Add(new NpgsqlParameter<int> { TypedValue = beat.Slots });
        worker.Parameters.Add(new NpgsqlParameter<int> { TypedValue = beat.Runs.Count });
        worker.Parameters.Add(new NpgsqlParameter<string?> { TypedValue = beat.Version, NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Text });
        worker.Parameters.Add(new NpgsqlParameter<bool> { TypedValue = beat.Draining });
        return await ReadVerdictsAsync(batch, beat.Runs, ct);
    }

    private static void AddRenewal(NpgsqlBatch batch, IReadOnlyList<HeldRun> runs)
    {
        // Reports lock in the order of ids too, so the two never wait for each other in a circle.
        var ordered = runs.OrderBy(r => r.RunId).ToList();
        batch.Add(RenewSql).Ids(ordered, r => r.RunId).Integers(ordered, r => r.Lease.Epoch).Ids(ordered, r => r.Lease.Token);
    }

    private static async Task<IReadOnlyList<HeldRunVerdict>> ReadVerdictsAsync(
        NpgsqlBatch batch, IReadOnlyList<HeldRun> runs, CancellationToken ct)
    {
        var renewed = new Dictionary<Guid, bool>();
        await using (var rows = await batch.ExecuteReaderAsync(ct))
        {
            do
            {
                while (await rows.ReadAsync(ct))
                    renewed[rows.GetGuid(0)] = rows.GetBoolean(1);
            }
            while (await rows.NextResultAsync(ct));
        }

        return [.. runs.Select(run => new HeldRunVerdict
        {
            RunId = run.RunId,
            Verdict = !renewed.TryGetValue(run.RunId, out var cancel) ? HeartbeatVerdict.Lost
                : cancel ? HeartbeatVerdict.Cancel
                : HeartbeatVerdict.Continue,
        })];
    }
}
