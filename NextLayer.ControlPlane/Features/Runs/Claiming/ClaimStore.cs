using NextLayer.Contracts.Runs;
using NextLayer.ControlPlane.Platform.Database;
using Npgsql;

namespace NextLayer.ControlPlane.Features.Runs.Claiming;

/// <summary>One worker's wish for runs.</summary>
/// <param name="RequestId">The worker's own id of the attempt; null for callers that do not repeat.</param>
internal sealed record ClaimItem(string WorkerId, Guid? TenantId, int MaxRuns, int LeaseSeconds, Guid? RequestId);

/// <summary>A run that was given to a worker.</summary>
internal sealed record ClaimedRow(Run Run, string VersionStatus, Lease Lease, bool HasSteps, string? BodyPath);

/// <summary>
/// Gives queued runs to workers. The rows' locks decide who gets what; nothing outside Postgres is asked.
/// </summary>
internal sealed class ClaimStore(Databases databases)
{
    // The locking CTE is materialised: as a subquery of the UPDATE the planner may run it again and lock more rows
    // than the limit. SKIP LOCKED lets claimers work side by side instead of queueing behind each other.
    private const string ClaimSql = $"""
        WITH next AS MATERIALIZED (
            SELECT id, priority, run_after, started_at FROM pipeline_runs
            WHERE status = 'QUEUED' AND run_after <= now() {TenantMark}
              AND EXISTS (SELECT FROM pipeline_state WHERE id = 1 AND state = 'running')
            ORDER BY priority DESC, run_after, id
            LIMIT $1
            FOR UPDATE SKIP LOCKED
        ), slotted AS (
            SELECT id, started_at IS NULL AS first_start, row_number() OVER (ORDER BY priority DESC, run_after, id) AS slot,
                   clock_timestamp() AS at -- Once a run: claimed_at is later than started_at only where another claim came before.
            FROM next
        ), claimed AS (
            UPDATE pipeline_runs r SET
                status = 'RUNNING',
                lease_epoch = r.lease_epoch + 1,
                lease_token = ($2::uuid[])[s.slot],
                lease_seconds = ($3::integer[])[s.slot],
                lease_expires_at = s.at + make_interval(secs => ($3::integer[])[s.slot]),
                last_report_seq = 0,
                settled_outside = 0,
                claimed_by = ($5::text[])[($4::integer[])[s.slot]],
                claimed_at = s.at,
                heartbeat_at = s.at,
                started_at = coalesce(r.started_at, s.at),
                last_event_seq = r.last_event_seq + 1,
                updated_at = s.at
            FROM slotted s WHERE r.id = s.id
            RETURNING r.*, s.slot, s.first_start
        ), events AS (
            INSERT INTO run_events (run_id, seq, type, generation, payload, created_at)
            SELECT id, last_event_seq, CASE WHEN first_start THEN 'run.started' ELSE 'run.resumed' END, generation,
                   json_build_object('worker_id', claimed_by, 'epoch', lease_epoch), claimed_at
            FROM claimed
        )
        SELECT {RunRows.Columns}, v.status, r.lease_epoch, r.lease_token, r.lease_seconds, r.steps_recorded > 0, r.slot, r.body_path
        FROM claimed r
        JOIN pipeline_versions v ON v.id = r.pipeline_version_id
        LEFT JOIN run_inputs i ON i.run_id = r.id
        ORDER BY r.slot
        """;

    private const string TenantMark = "/* tenant */";

    private static readonly string ClaimOfTenantSql = ClaimSql.Replace(TenantMark, "AND tenant_id = $6", StringComparison.Ordinal);

    // Every claim passes here before it looks who is drained; who drains a worker waits until those inside are through.
    private const string PassTurnstileSql = "SELECT pg_advisory_xact_lock_shared(hashtextextended('nextlayer.claims', 0))";

    /// <summary>Holds new claims up, and waits for those that are being answered, until the caller's transaction ends.</summary>
    public const string CloseTurnstileSql = "SELECT pg_advisory_xact_lock(hashtextextended('nextlayer.claims', 0))";

    private const string DrainedSql = "SELECT worker_id FROM workers WHERE worker_id = ANY($1) AND drain_requested_at IS NOT NULL";

    private const string RepeatedSql = "SELECT request_id, worker_id, run_ids, tokens FROM claim_requests WHERE request_id = ANY($1)";

    private const string StillHeldSql = $"""
        SELECT {RunRows.Columns}, v.status, r.lease_epoch, r.lease_token, r.lease_seconds, r.steps_recorded > 0, 0::bigint, r.body_path
        FROM unnest($1::uuid[], $2::uuid[]) AS given (id, token)
        JOIN pipeline_runs r ON r.id = given.id AND r.status = 'RUNNING' AND r.lease_token = given.token
        JOIN pipeline_versions v ON v.id = r.pipeline_version_id
        LEFT JOIN run_inputs i ON i.run_id = r.id
        """;

    // The arrays of one request are written as text, since unnest would flatten an array of arrays.
    private const string RememberSql = """
        INSERT INTO claim_requests (request_id, worker_id, run_ids, tokens)
        SELECT request_id, worker_id, run_ids::uuid[], tokens::uuid[]
        FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[]) AS r (request_id, worker_id, run_ids, tokens)
        ORDER BY request_id
        ON CONFLICT DO NOTHING
        """;

    /// <summary>Answers each item, in order, with the runs it got.</summary>
    /// <param name="items">No two with the same request id.</param>
    public async Task<IReadOnlyList<IReadOnlyList<ClaimedRow>>> ClaimAsync(IReadOnlyList<ClaimItem> items, CancellationToken ct)
    {
        await using var connection = await databases.Hot.OpenConnectionAsync(ct);
        while (true)
        {
            if (await TryClaimAsync(connection, items, ct) is { } answers)
                return answers;
        }
    }

    /// <returns>Null when another transaction answered one of the requests meanwhile: nothing was claimed, try again.</returns>
    private static async Task<IReadOnlyList<IReadOnlyList<ClaimedRow>>?> TryClaimAsync(
        NpgsqlConnection connection, IReadOnlyList<ClaimItem> items, CancellationToken ct)
    {
        await using var transaction = await connection.BeginTransactionAsync(ct);
        var answers = new IReadOnlyList<ClaimedRow>?[items.Count];
        await AnswerKnownAsync(connection, items, answers, ct);
        var fresh = Enumerable.Range(0, items.Count).Where(i => answers[i] is null).ToList();
        foreach (var sameTenant in fresh.GroupBy(i => items[i].TenantId))
            await ClaimForTenantAsync(connection, items, sameTenant.Key, [.. sameTenant], answers, ct);

        var served = fresh.Where(i => answers[i]!.Count > 0).ToList();
        if (served.Count == 0)
        {
            await transaction.RollbackAsync(ct); // Nothing was written; spare the commit.
            return answers!;
        }

        if (!await RememberAsync(connection, items, answers, served, ct))
        {
            await transaction.RollbackAsync(ct);
            return null;
        }

        await transaction.CommitAsync(ct);
        return answers!;
    }

    private static async Task ClaimForTenantAsync(
        NpgsqlConnection connection, IReadOnlyList<ClaimItem> items, Guid? tenantId, List<int> claimers,
        IReadOnlyList<ClaimedRow>?[] answers, CancellationToken ct)
    {
        var slots = DealSlots(items, claimers);
        await using var batch = new NpgsqlBatch(connection);
        var command = batch.Add(tenantId is null ? ClaimSql : ClaimOfTenantSql);
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = slots.Count });
        command.Ids(slots, _ => Guid.NewGuid())
            .Integers(slots, claimer => items[claimers[claimer]].LeaseSeconds)
            .Integers(slots, claimer => claimer + 1)
            .Texts(claimers, i => items[i].WorkerId);
        if (tenantId is { } id)
            command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = id });

        var given = claimers.Select(_ => new List<ClaimedRow>()).ToList();
        await using var rows = await batch.ExecuteReaderAsync(ct);
        while (await rows.ReadAsync(ct))
            given[slots[(int)rows.GetInt64(RunRows.Count + 5) - 1]].Add(ReadRow(rows));
        for (var i = 0; i < claimers.Count; i++)
            answers[claimers[i]] = given[i];
    }

    /// <summary>Deals the places round-robin, so that scarce runs spread over the workers that ask.</summary>
    private static List<int> DealSlots(IReadOnlyList<ClaimItem> items, List<int> claimers)
    {
        var slots = new List<int>();
        for (var round = 0; round < claimers.Max(i => items[i].MaxRuns); round++)
        {
            for (var claimer = 0; claimer < claimers.Count; claimer++)
            {
                if (round < items[claimers[claimer]].MaxRuns)
                    slots.Add(claimer);
            }
        }

        return slots;
    }

    /// <summary>Answers repeats as at first, and drained workers with nothing; one round trip, the first of the transaction.</summary>
    private static async Task AnswerKnownAsync(
        NpgsqlConnection connection, IReadOnlyList<ClaimItem> items, IReadOnlyList<ClaimedRow>?[] answers, CancellationToken ct)
    {
        var drained = new HashSet<string>(StringComparer.Ordinal);
        var known = new List<(Guid RequestId, string WorkerId, Guid[] RunIds, Guid[] Tokens)>();
        await using (var batch = new NpgsqlBatch(connection))
        {
            batch.Add(PassTurnstileSql);
            batch.Add(DrainedSql).Parameters.Add(new NpgsqlParameter<string[]> { TypedValue = [.. items.Select(i => i.WorkerId).Distinct()] });
            batch.Add(RepeatedSql).Parameters.Add(new NpgsqlParameter<Guid[]> { TypedValue = [.. items.Where(i => i.RequestId is not null).Select(i => i.RequestId!.Value)] });
            await using var rows = await batch.ExecuteReaderAsync(ct);
            await rows.NextResultAsync(ct);
            while (await rows.ReadAsync(ct))
                drained.Add(rows.GetString(0));
            await rows.NextResultAsync(ct);
            while (await rows.ReadAsync(ct))
                known.Add((rows.GetGuid(0), rows.GetString(1), rows.GetFieldValue<Guid[]>(2), rows.GetFieldValue<Guid[]>(3)));
        }

        foreach (var (requestId, workerId, runIds, tokens) in known)
        {
            var index = Enumerable.Range(0, items.Count).First(i => items[i].RequestId == requestId);
            // Another worker's id is no key to its runs.
            answers[index] = items[index].WorkerId == workerId ? await ReadHeldAsync(connection, runIds, tokens, ct) : [];
        }

        for (var i = 0; i < items.Count; i++)
        {
            if (drained.Contains(items[i].WorkerId))
                answers[i] ??= [];
        }
    }

    private static async Task<List<ClaimedRow>> ReadHeldAsync(
        NpgsqlConnection connection, Guid[] runIds, Guid[] tokens, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand(StillHeldSql, connection);
        command.Parameters.Add(new NpgsqlParameter<Guid[]> { TypedValue = runIds });
        command.Parameters.Add(new NpgsqlParameter<Guid[]> { TypedValue = tokens });
        await using var rows = await command.ExecuteReaderAsync(ct);
        var held = new List<ClaimedRow>();
        while (await rows.ReadAsync(ct))
            held.Add(ReadRow(rows));
        return held;
    }

    private static async Task<bool> RememberAsync(
        NpgsqlConnection connection, IReadOnlyList<ClaimItem> items, IReadOnlyList<ClaimedRow>?[] answers, List<int> served,
        CancellationToken ct)
    {
        var keyed = served.Where(i => items[i].RequestId is not null).ToList();
        if (keyed.Count == 0)
            return true;
        await using var batch = new NpgsqlBatch(connection);
        batch.Add(RememberSql)
            .Ids(keyed, i => items[i].RequestId!.Value)
            .Texts(keyed, i => items[i].WorkerId)
            .Texts(keyed, i => ArrayText(answers[i]!.Select(r => r.Run.Id)))
            .Texts(keyed, i => ArrayText(answers[i]!.Select(r => r.Lease.Token)));
        return await batch.ExecuteNonQueryAsync(ct) == keyed.Count;
    }

    private static string ArrayText(IEnumerable<Guid> ids) => $"{{{string.Join(',', ids)}}}";

    private static ClaimedRow ReadRow(NpgsqlDataReader row) => new(
        RunRows.Read(row),
        row.GetString(RunRows.Count),
        new Lease
        {
            Epoch = row.GetInt32(RunRows.Count + 1),
            Token = row.GetGuid(RunRows.Count + 2),
            Seconds = row.GetInt32(RunRows.Count + 3),
        },
        row.GetBoolean(RunRows.Count + 4),
        row.GetText(RunRows.Count + 6));
}
