using System.Text.Json;
using Microsoft.AspNetCore.Http.HttpResults;
using NextLayer.Contracts.Json;
using NextLayer.Contracts.Providers;
using NextLayer.Contracts.Runs;
using NextLayer.ControlPlane.Platform.Database;
using NextLayer.ControlPlane.Platform.Errors;
using NextLayer.ControlPlane.Platform.Registry;
using Npgsql;
using NpgsqlTypes;

namespace NextLayer.ControlPlane.Features.Costs;

/// <summary>
/// Takes the rows that workers fetch. Pages wait apart until the last call of the attempt, which puts them in the place of
/// the day's old rows in one transaction: a run that dies half-way leaves what was there. Of several runs of a day the rows of
/// the newest stay.
/// </summary>
internal sealed class RunCostStore(Databases databases)
{
    private const string HolderSql = """
        SELECT tenant_id, pipeline_id, status = 'RUNNING' AND lease_epoch = $2 AND lease_token = $3 FROM pipeline_runs WHERE id = $1
        """;

    private const string StageSql = """
        INSERT INTO cost_pages (run_id, lease_epoch, step_id, attempt, page, row_count, rows) VALUES ($1, $2, $3, $4, $5, $6, $7)
        ON CONFLICT DO NOTHING
        """;

    // Those of a run made later stay, however late this one comes: ids grow with the time of creation.
    private const string StandingSql = """
        SELECT row_count, run_id = $4 FROM cost_loads
        WHERE tenant_id = $1 AND pipeline_id = $2 AND usage_date = $3
          AND (run_id > $4 OR (run_id = $4 AND lease_epoch = $5 AND step_id = $6 AND attempt = $7))
        """;

    private const string PagesSql = """
        SELECT count(*)::integer, coalesce(sum(row_count), 0)::integer, coalesce(max(page), 0) FROM cost_pages
        WHERE run_id = $1 AND lease_epoch = $2 AND step_id = $3 AND attempt = $4
        """;

    // The day's lock: of two runs that load the same day, one waits here for the other; the newer one's rows stay.
    private const string ClaimDaySql = """
        INSERT INTO cost_loads (tenant_id, pipeline_id, usage_date, provider, run_id, lease_epoch, step_id, attempt, row_count)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
        ON CONFLICT (tenant_id, pipeline_id, usage_date) DO UPDATE SET
            provider = excluded.provider, run_id = excluded.run_id, lease_epoch = excluded.lease_epoch,
            step_id = excluded.step_id, attempt = excluded.attempt, row_count = excluded.row_count, loaded_at = now()
        WHERE cost_loads.run_id <= excluded.run_id
        """;

    private const string RemoveSql = "DELETE FROM cost_records WHERE tenant_id = $1 AND pipeline_id = $2 AND usage_date = $3";

    // jsonb keeps numbers as they were written, so money goes from the wire into numeric without ever being a float.
    private const string InsertSql = """
        INSERT INTO cost_records (tenant_id, pipeline_id, usage_date, row_no, provider, service, sku_or_model, quantity, unit, cost, currency, raw)
        SELECT $1, $2, $3, row_number() OVER (ORDER BY p.page, r.n), $4, r.row ->> 'service', r.row ->> 'sku_or_model',
               (r.row ->> 'quantity')::numeric, r.row ->> 'unit', (r.row ->> 'cost')::numeric, r.row ->> 'currency', r.row -> 'raw'
        FROM cost_pages p CROSS JOIN LATERAL jsonb_array_elements(p.rows) WITH ORDINALITY AS r (row, n)
        WHERE p.run_id = $5 AND p.lease_epoch = $6 AND p.step_id = $7 AND p.attempt = $8
        """;

    private const string ForgetPagesSql = "DELETE FROM cost_pages WHERE run_id = $1 AND step_id = $2";

    // Last, so that the run's row is locked for a moment only; and guarded, so that who has lost the lease changes nothing.
    private const string FinishSql = """
        UPDATE pipeline_runs r SET rows_processed =
            (SELECT coalesce(sum(row_count), 0) FROM cost_loads l WHERE l.tenant_id = r.tenant_id AND l.pipeline_id = r.pipeline_id AND l.run_id = r.id)
        WHERE r.id = $1 AND r.status = 'RUNNING' AND r.lease_epoch = $2 AND r.lease_token = $3
        """;

    public async Task<Outcome<CostsStaged>> StageAsync(Guid runId, StageCostsRequest request, CancellationToken ct)
    {
        await using var connection = await databases.Main.OpenConnectionAsync(ct);
        var (_, refusal) = await FindHolderAsync(connection, runId, request.Lease, ct);
        if (refusal is not null)
            return refusal;
        await using var command = Command(connection, StageSql, runId, request.Lease.Epoch, request.StepId, request.Attempt, request.Page, request.Rows.Count);
        command.Parameters.Add(new NpgsqlParameter { NpgsqlDbType = NpgsqlDbType.Jsonb, Value = JsonSerializer.SerializeToUtf8Bytes(request.Rows, NextLayerJson.Options) });
        await command.ExecuteNonQueryAsync(ct);
        return new CostsStaged { Rows = request.Rows.Count };
    }

    public async Task<Outcome<CostsLoaded>> LoadAsync(Guid runId, LoadCostsRequest request, CancellationToken ct)
    {
        await using var connection = await databases.Main.OpenConnectionAsync(ct);
        await using var transaction = await connection.BeginTransactionAsync(ct);
        var (place, refusal) = await FindHolderAsync(connection, runId, request.Lease, ct);
        if (place is not var (tenantId, pipelineId))
            return refusal!; // One of the two is there.
        object[] attempt = [runId, request.Lease.Epoch, request.StepId, request.Attempt];
        object[] day = [tenantId, pipelineId, request.UsageDate];
        var standing = await StandingAsync(connection, day, attempt, ct);
        if (standing is (var known, true))
            return new CostsLoaded { Rows = known }; // Its answer was lost, and it is asked again.
        if (standing is null)
        {
            if (await CountAsync(connection, request, attempt, ct) is not { } rows)
                return Problems.Conflict("costs_incomplete", $"Not all of the {request.Pages} pages of this attempt are here. Send them again, then load.");
            standing = await ReplaceAsync(connection, day, request.Provider, attempt, rows, ct)
                ? (rows, IsOwn: true)
                : await StandingAsync(connection, day, attempt, ct); // A newer run was quicker.
        }

        await RunAsync(connection, ForgetPagesSql, ct, runId, request.StepId);
        if (await RunAsync(connection, FinishSql, ct, runId, request.Lease.Epoch, request.Lease.Token) == 0)
            return LeaseLost();
        await transaction.CommitAsync(ct);
        return new CostsLoaded { Rows = standing?.Rows ?? 0 };
    }

    /// <returns>False when the day has the rows of a newer run, which stay.</returns>
    private static async Task<bool> ReplaceAsync(NpgsqlConnection connection, object[] day, string provider, object[] attempt, int rows, CancellationToken ct)
    {
        if (await RunAsync(connection, ClaimDaySql, ct, [.. day, provider, .. attempt, rows]) == 0)
            return false;
        await RunAsync(connection, RemoveSql, ct, day);
        await RunAsync(connection, InsertSql, ct, [.. day, provider, .. attempt]);
        return true;
    }

    /// <returns>The rows that this attempt, or a newer run, has put there for the day; null when neither has.</returns>
    private static async Task<(int Rows, bool IsOwn)?> StandingAsync(NpgsqlConnection connection, object[] day, object[] attempt, CancellationToken ct)
    {
        await using var command = Command(connection, StandingSql, [.. day, .. attempt]);
        await using var row = await command.ExecuteReaderAsync(ct);
        return await row.ReadAsync(ct) ? (row.GetInt32(0), row.GetBoolean(1)) : null;
    }

    /// <returns>Rows that are there; null unless the pages are exactly 1 to the number that was sent.</returns>
    private static async Task<int?> CountAsync(NpgsqlConnection connection, LoadCostsRequest request, object[] attempt, CancellationToken ct)
    {
        await using var command = Command(connection, PagesSql, attempt);
        await using var row = await command.ExecuteReaderAsync(ct);
        await row.ReadAsync(ct); // An aggregate always has a row.
        return row.GetInt32(0) == request.Pages && row.GetInt32(2) == request.Pages ? row.GetInt32(1) : null;
    }

    private static async Task<((Guid TenantId, Guid PipelineId)? Place, ProblemHttpResult? Refusal)> FindHolderAsync(
        NpgsqlConnection connection, Guid runId, Lease lease, CancellationToken ct)
    {
        await using var command = Command(connection, HolderSql, runId, lease.Epoch, lease.Token);
        await using var row = await command.ExecuteReaderAsync(ct);
        if (!await row.ReadAsync(ct))
            return (null, Problems.NotFound("run", runId));
        return !row.IsDBNull(2) && row.GetBoolean(2) ? ((row.GetGuid(0), row.GetGuid(1)), null) : (null, LeaseLost());
    }

    private static ProblemHttpResult LeaseLost() =>
        Problems.Conflict("lease_lost", "lease_lost: the run is another worker's now, back in the queue, or has ended");

    private static async Task<int> RunAsync(NpgsqlConnection connection, string sql, CancellationToken ct, params object[] values)
    {
        await using var command = Command(connection, sql, values);
        return await command.ExecuteNonQueryAsync(ct);
    }

    private static NpgsqlCommand Command(NpgsqlConnection connection, string sql, params object[] values)
    {
        var command = new NpgsqlCommand(sql, connection);
        foreach (var value in values)
            command.Parameters.AddWithValue(value);
        return command;
    }
}
