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
        RETURNING r.id, r.cancel_requested, r.settled_outside
        """;

    // A look while a heartbeat waits: reads only, so that it may be frequent.
    private const string NewsSql = """
        SELECT EXISTS (
            SELECT FROM unnest($1::uuid[], $2::integer[], $3::integer[]) AS held (id, epoch, settled)
            LEFT JOIN pipeline_runs r ON r.id = held.id AND r.status = 'RUNNING' AND r.lease_epoch = held.epoch
            WHERE r.id IS NULL OR r.cancel_requested OR r.settled_outside > held.settled)
        """;

    private const string WorkerSql = """
        INSERT INTO workers (worker_id, tenant_id, slots, running_runs, version, draining)
        VALUES ($1, $2, $3, $4, $5, $6)
        ON CONFLICT (worker_id) DO UPDATE SET
            tenant_id = excluded.tenant_id, slots = excluded.slots, running_runs = excluded.running_runs,
            version = excluded.version, draining = excluded.draining, last_heartbeat_at = clock_timestamp()
        -- One tenant's worker cannot pass for another's by taking its id.
        WHERE workers.tenant_id IS NULL OR excluded.tenant_id IS NULL OR workers.tenant_id = excluded.tenant_id
        """;

    /// <summary>Verdict for each run, in order; runs that are no longer the caller's are <c>lost</c>.</summary>
    public async Task<IReadOnlyList<HeldRunVerdict>> RenewAsync(IReadOnlyList<HeldRun> runs, CancellationToken ct)
    {
        await using var connection = await databases.Hot.OpenConnectionAsync(ct);
        await using var batch = new NpgsqlBatch(connection);
        AddRenewal(batch, runs);
        return await ReadVerdictsAsync(batch, runs, ct);
    }

    /// <summary>Whether there is anything that the holder of the runs does not know yet.</summary>
    public async Task<bool> HasNewsAsync(IReadOnlyList<HeldRun> runs, CancellationToken ct)
    {
        await using var connection = await databases.Hot.OpenConnectionAsync(ct);
        await using var batch = new NpgsqlBatch(connection);
        batch.Add(NewsSql).Ids(runs, r => r.RunId).Integers(runs, r => r.Lease.Epoch).Integers(runs, r => r.SettledSeen);
        return await batch.ExecuteScalarAsync(ct) is true;
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
        var renewed = new Dictionary<Guid, (bool Cancel, int Settled)>();
        await using (var rows = await batch.ExecuteReaderAsync(ct))
        {
            do
            {
                while (await rows.ReadAsync(ct))
                    renewed[rows.GetGuid(0)] = (rows.GetBoolean(1), rows.GetInt32(2));
            }
            while (await rows.NextResultAsync(ct));
        }

        return [.. runs.Select(run => renewed.TryGetValue(run.RunId, out var state)
            ? new HeldRunVerdict
            {
                RunId = run.RunId,
                Verdict = state.Cancel ? HeartbeatVerdict.Cancel : HeartbeatVerdict.Continue,
                Settled = state.Settled,
            }
            : new HeldRunVerdict { RunId = run.RunId, Verdict = HeartbeatVerdict.Lost })];
    }
}
