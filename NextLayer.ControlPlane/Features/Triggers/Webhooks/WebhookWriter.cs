using System.Text.Json;
using NextLayer.Contracts.Json;
using NextLayer.Contracts.Triggers;
using NextLayer.ControlPlane.Features.Runs.Creating;
using NextLayer.ControlPlane.Platform;
using NextLayer.ControlPlane.Platform.Batching;
using NextLayer.ControlPlane.Platform.Database;
using Npgsql;

namespace NextLayer.ControlPlane.Features.Triggers.Webhooks;

/// <summary>
/// Writes concurrent calls together: their keys, runs and deliveries are one transaction, so a message that was accepted is
/// known as such from the moment its run exists.
/// </summary>
internal sealed class WebhookWriter : IAsyncDisposable
{
    private const int BatchSize = 256;

    private readonly Databases databases;
    private readonly TriggeredRuns runs;
    private readonly DeliveryLog deliveries;
    private readonly Telemetry telemetry;
    private readonly TimeProvider time;
    private readonly Batcher<WebhookCall, WebhookWritten> batcher;

    public WebhookWriter(Databases databases, TriggeredRuns runs, DeliveryLog deliveries, Telemetry telemetry, TimeProvider time)
    {
        this.databases = databases;
        this.runs = runs;
        this.deliveries = deliveries;
        this.telemetry = telemetry;
        this.time = time;
        batcher = new(WriteAsync, BatchSize);
    }

    public Task<WebhookWritten> WriteAsync(WebhookCall call, CancellationToken ct) => batcher.EnqueueAsync(call, ct);

    private async Task<IReadOnlyList<WebhookWritten>> WriteAsync(IReadOnlyList<WebhookCall> calls, CancellationToken ct)
    {
        var started = time.GetTimestamp();
        await using var connection = await databases.Hot.OpenConnectionAsync(ct);
        await using var transaction = await connection.BeginTransactionAsync(ct);
        var first = FirstOfEachKey(calls);
        var taken = await TakeKeysAsync(connection, first, ct);
        var free = first.Where(c => c.Keys.All(k => taken.Contains((k.Scope, k.Key)))).ToList();
        var inserted = await TriggeredRuns.InsertAsync(connection, [.. free.Select(c => c.Run)], ct);
        var accepted = free.Where(c => inserted.Has(c.Run.Run)).ToList();
        // A call that makes no run must not hold the keys it could take.
        await ReleaseKeysAsync(connection, [.. first.Except(accepted).SelectMany(c => c.Keys).Where(k => taken.Contains((k.Scope, k.Key)))], ct);
        await DeliveryLog.AcceptAsync(connection, accepted, ct);
        await transaction.CommitAsync(ct);
        telemetry.BatchWritten("webhook", calls.Count, time.GetElapsedTime(started));
        runs.Announce([.. accepted.Select(c => c.Run)]);
        telemetry.WebhookCalled(WebhookVerdict.Accepted, accepted.Count);
        await deliveries.TrimAsync(connection, [.. accepted.Select(c => c.PipelineId)], ct);
        var gone = free.Except(accepted).ToHashSet();
        return [.. calls.Select(c => new WebhookWritten(End(c, inserted, gone), inserted.Quotas.GetValueOrDefault(c.Run.Run.TenantId)))];
    }

    private static WebhookWrite End(WebhookCall call, InsertedRuns inserted, HashSet<WebhookCall> gone) =>
        inserted.Has(call.Run.Run) ? WebhookWrite.Made
        : !gone.Contains(call) ? WebhookWrite.KeyTaken
        : inserted.IsOverQuota(call.Run.Run) ? WebhookWrite.QuotaExceeded
        : WebhookWrite.VersionGone;

    /// <summary>Two calls with one key in one statement would both see it as theirs: the later one is a repeat.</summary>
    private static List<WebhookCall> FirstOfEachKey(IReadOnlyList<WebhookCall> calls)
    {
        var seen = new HashSet<(string, string)>();
        var first = new List<WebhookCall>();
        foreach (var call in calls)
        {
            if (call.Keys.Any(k => seen.Contains((k.Scope, k.Key))))
                continue;
            first.Add(call);
            seen.UnionWith(call.Keys.Select(k => (k.Scope, k.Key)));
        }

        return first;
    }

    // Waits for a transaction that is just taking the same key; in one order, so that two batches never wait for each other.
    private const string TakeKeysSql = """
        INSERT INTO idempotency_keys (scope, key, request_hash, status, location, body)
        SELECT * FROM unnest($1::text[], $2::text[], $3::bytea[], $4::integer[], $5::text[], $6::bytea[]) AS k (scope, key, h, s, l, b)
        ORDER BY k.scope, k.key
        ON CONFLICT DO NOTHING
        RETURNING scope, key
        """;

    private static async Task<HashSet<(string, string)>> TakeKeysAsync(
        NpgsqlConnection connection, IReadOnlyList<WebhookCall> calls, CancellationToken ct)
    {
        var taken = new HashSet<(string, string)>();
        var keys = calls.SelectMany(c => c.Keys, (call, key) => (Call: call, Key: key)).ToList();
        if (keys.Count == 0)
            return taken;
        await using var batch = new NpgsqlBatch(connection);
        batch.Add(TakeKeysSql)
            .Texts(keys, k => k.Key.Scope)
            .Texts(keys, k => k.Key.Key)
            .Bytes(keys, k => k.Key.RequestHash)
            .Integers(keys, _ => StatusCodes.Status201Created)
            .Texts(keys, k => WebhookEndpoints.RunAddress(k.Call.Answer.RunId))
            .Bytes(keys, k => JsonSerializer.SerializeToUtf8Bytes(k.Call.Answer, NextLayerJson.Options));
        await using var row = await batch.ExecuteReaderAsync(ct);
        while (await row.ReadAsync(ct))
            taken.Add((row.GetString(0), row.GetString(1)));
        return taken;
    }

    private const string ReleaseKeysSql = """
        DELETE FROM idempotency_keys i USING unnest($1::text[], $2::text[]) AS k (scope, key)
        WHERE i.scope = k.scope AND i.key = k.key
        """;

    private static async Task ReleaseKeysAsync(NpgsqlConnection connection, List<WebhookKey> keys, CancellationToken ct)
    {
        if (keys.Count == 0)
            return;
        await using var batch = new NpgsqlBatch(connection);
        batch.Add(ReleaseKeysSql).Texts(keys, k => k.Scope).Texts(keys, k => k.Key);
        await batch.ExecuteNonQueryAsync(ct);
    }

    private const string FindRepeatedSql = """
        SELECT i.request_hash, i.body, k.strict
        FROM unnest($1::text[], $2::text[], $3::boolean[]) AS k (scope, key, strict)
        JOIN idempotency_keys i ON i.scope = k.scope AND i.key = k.key
        ORDER BY k.strict DESC
        """;

    /// <summary>What was answered to the call that has one of these keys.</summary>
    /// <returns>Null when nobody has: it was released again. With <c>IsOther</c> the key belongs to another request.</returns>
    public async Task<(WebhookRun Answer, bool IsOther)?> FindRepeatedAsync(WebhookCall call, CancellationToken ct)
    {
        await using var connection = await databases.Hot.OpenConnectionAsync(ct);
        await using var batch = new NpgsqlBatch(connection);
        batch.Add(FindRepeatedSql).Texts(call.Keys, k => k.Scope).Texts(call.Keys, k => k.Key).Booleans(call.Keys, k => k.IsStrict);
        await using var row = await batch.ExecuteReaderAsync(ct);
        if (!await row.ReadAsync(ct))
            return null;
        var isOther = row.GetBoolean(2) && !row.GetFieldValue<byte[]>(0).AsSpan().SequenceEqual(call.Keys[0].RequestHash);
        return (JsonSerializer.Deserialize<WebhookRun>(row.GetFieldValue<byte[]>(1), NextLayerJson.Options)!, isOther); // Written above.
    }

    public ValueTask DisposeAsync() => batcher.DisposeAsync();
}
