using System.Text.Json;
using NextLayer.Contracts.Json;
using NextLayer.ControlPlane.Features.Quotas;
using NextLayer.ControlPlane.Platform.Database;
using Npgsql;
using NpgsqlTypes;

namespace NextLayer.ControlPlane.Features.Runs.Creating;

/// <summary>Inserts runs, many at a time.</summary>
internal sealed class RunCreateStore(Databases databases)
{
    /// <summary>
    /// Inserts those whose version is the tenant's and APPROVED, whose key is free and whose tenant's quota is not spent.
    /// Two items of one call must not carry the same key.
    /// </summary>
    public async Task<InsertedRuns> InsertAsync(IReadOnlyList<NewRun> runs, CancellationToken ct)
    {
        await using var connection = await databases.Hot.OpenConnectionAsync(ct);
        var made = await InsertAsync(connection, runs, isCounted: false, ct);
        if (made.Count == runs.Count)
            return InsertedRuns.WithoutLimit(made);
        try
        {
            await using var transaction = await connection.BeginTransactionAsync(ct);
            var all = await InsertLimitedAsync(connection, runs, made, ct);
            await transaction.CommitAsync(ct);
            return all;
        }
        catch (NpgsqlException) when (made.Count > 0)
        {
            // Those that are made have committed, and their callers are told so; the others try again.
            return InsertedRuns.WithoutLimit(made);
        }
    }

    /// <summary>As the other, in the caller's transaction.</summary>
    public static async Task<InsertedRuns> InsertAsync(NpgsqlConnection connection, IReadOnlyList<NewRun> runs, CancellationToken ct)
    {
        var made = await InsertAsync(connection, runs, isCounted: false, ct);
        return made.Count == runs.Count ? InsertedRuns.WithoutLimit(made) : await InsertLimitedAsync(connection, runs, made, ct);
    }

    /// <summary>Inserts one run together with steps that are done; nobody sees it without them.</summary>
    public async Task<InsertedRuns> InsertAsync(NewRun run, TakenOutputs taken, CancellationToken ct)
    {
        await using var connection = await databases.Hot.OpenConnectionAsync(ct);
        await using var transaction = await connection.BeginTransactionAsync(ct);
        var inserted = await InsertAsync(connection, [run], ct);
        if (inserted.Has(run))
            await taken.CopyAsync(connection, run.Id, ct);
        await transaction.CommitAsync(ct);
        return inserted;
    }

    /// <summary>Goes on with the runs of tenants that have a limit, as far as it reaches, in their order.</summary>
    private static async Task<InsertedRuns> InsertLimitedAsync(
        NpgsqlConnection connection, IReadOnlyList<NewRun> runs, IReadOnlyDictionary<Guid, DateTimeOffset> before, CancellationToken ct)
    {
        var made = new Dictionary<Guid, DateTimeOffset>(before);
        var left = runs.Where(r => !made.ContainsKey(r.Id)).ToList();
        var quotas = await QuotaLedger.LockAsync(connection, left.Select(r => r.TenantId), ct);
        left.RemoveAll(r => !quotas.ContainsKey(r.TenantId));
        // A run whose key is taken or whose version is not approved uses nothing, so another may have its place.
        while (TakeAsMany(left, quotas) is { Count: > 0 } next)
        {
            var more = await InsertAsync(connection, next, isCounted: true, ct);
            foreach (var run in next.Where(r => more.ContainsKey(r.Id)))
            {
                made.Add(run.Id, more[run.Id]);
                quotas[run.TenantId] = quotas[run.TenantId] with { Used = quotas[run.TenantId].Used + 1 };
            }
        }

        await QuotaLedger.WriteAsync(connection, [.. quotas.Values], ct);
        return new InsertedRuns(made, quotas);
    }

    /// <summary>Takes from the list what the quotas leave room for.</summary>
    private static List<NewRun> TakeAsMany(List<NewRun> left, Dictionary<Guid, TenantQuota> quotas)
    {
        var room = quotas.ToDictionary(q => q.Key, q => q.Value.Remaining);
        var taken = left.Where(r => room[r.TenantId]-- > 0).ToList();
        left.RemoveAll(taken.ToHashSet().Contains);
        return taken;
    }

    private const string TakeKeySql = """
        INSERT INTO idempotency_keys (scope, key, request_hash, status, location, body)
        VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING
        """;

    private const string IsKeyTakenSql = "SELECT EXISTS (SELECT FROM idempotency_keys WHERE scope = $1 AND key = $2)";

    /// <summary>Inserts all or none, under one key for the whole call.</summary>
    /// <returns>Those that could be inserted (all, or else nothing was kept), or null when the key is taken.</returns>
    public async Task<InsertedRuns?> InsertAllAsync(IReadOnlyList<NewRun> runs, KeyedAnswer? keyed, CancellationToken ct)
    {
        await using var connection = await databases.Hot.OpenConnectionAsync(ct);
        await using var transaction = await connection.BeginTransactionAsync(ct);
        // Quotas before keys, as everywhere.
        var quotas = await QuotaLedger.LockAsync(connection, runs.Select(r => r.TenantId), ct);
        if (keyed is not null && !await TryTakeKeyAsync(connection, keyed, ct))
            return null;
        var wanted = runs.Where(r => quotas.ContainsKey(r.TenantId)).CountBy(r => r.TenantId).ToList();
        if (wanted.Exists(w => w.Value > quotas[w.Key].Remaining))
            return new InsertedRuns(new Dictionary<Guid, DateTimeOffset>(), quotas);
        var made = await InsertAsync(connection, runs, isCounted: true, ct);
        if (made.Count < runs.Count)
            return InsertedRuns.WithoutLimit(made);
        foreach (var (tenantId, count) in wanted)
            quotas[tenantId] = quotas[tenantId] with { Used = quotas[tenantId].Used + count };
        await QuotaLedger.WriteAsync(connection, [.. quotas.Values], ct);
        await transaction.CommitAsync(ct);
        return new InsertedRuns(made, quotas);
    }

    public async Task<bool> IsKeyTakenAsync(string scope, string key, CancellationToken ct)
    {
        await using var command = databases.Hot.CreateCommand(IsKeyTakenSql);
        command.Parameters.AddWithValue(scope);
        command.Parameters.AddWithValue(key);
        return await command.ExecuteScalarAsync(ct) is true;
    }

    private static async Task<bool> TryTakeKeyAsync(NpgsqlConnection connection, KeyedAnswer keyed, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand(TakeKeySql, connection);
        command.Parameters.AddWithValue(keyed.Scope);
        command.Parameters.AddWithValue(keyed.Key);
        command.Parameters.AddWithValue(keyed.RequestHash);
        command.Parameters.AddWithValue(keyed.Answer.Status);
        command.Parameters.AddWithValue((object?)keyed.Answer.Location ?? DBNull.Value);
        command.Parameters.AddWithValue(keyed.Answer.Body);
        return await command.ExecuteNonQueryAsync(ct) == 1;
    }

    /// <param name="isCounted">The caller holds the quotas of their tenants and knows that they reach.</param>
    private static async Task<Dictionary<Guid, DateTimeOffset>> InsertAsync(
        NpgsqlConnection connection, IReadOnlyList<NewRun> runs, bool isCounted, CancellationToken ct)
    {
        await using var batch = new NpgsqlBatch(connection);
        var labelled = runs.Any(r => r.Labels is not null);
        var insert = batch.Add(InsertRunsSql.For(labelled));
        insert
            .Ids(runs, r => r.Id)
            .Ids(runs, r => r.TenantId)
            .Ids(runs, r => r.PipelineVersionId)
            .Texts(runs, r => r.TriggerType)
            .SmallIntegers(runs, r => r.Priority)
            .Times(runs, r => r.RunAfter)
            .Texts(runs, r => r.TraceParent)
            .Json(runs, r => r.Parameters)
            .Texts(runs, r => r.Keyed?.Scope)
            .Texts(runs, r => r.Keyed?.Key)
            .Bytes(runs, r => r.Keyed?.RequestHash)
            .Integers(runs, r => r.Keyed?.Answer.Status)
            .Texts(runs, r => r.Keyed?.Answer.Location)
            .Bytes(runs, r => r.Keyed?.Answer.Body)
            .Bytes(runs, r => r.Keyed?.Answer.Rest)
            .Ids(runs, r => r.RerunOf)
            .Texts(runs, r => r.StartedBy)
            .Booleans(runs, r => r.IsTest)
            .Parameters.Add(new NpgsqlParameter<bool> { TypedValue = isCounted, NpgsqlDbType = NpgsqlDbType.Boolean });
        insert.Times(runs, r => r.PlannedAt);
        if (labelled)
            insert.Json(runs, r => r.Labels is null ? null : JsonSerializer.Serialize(r.Labels, NextLayerJson.Options));
        await using var rows = await batch.ExecuteReaderAsync(ct);
        var made = new Dictionary<Guid, DateTimeOffset>();
        while (await rows.ReadAsync(ct))
            made.Add(rows.GetGuid(0), rows.GetFieldValue<DateTimeOffset>(1));
        return made;
    }
}
