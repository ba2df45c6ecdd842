using System.Collections.Concurrent;
using System.Text;
using NextLayer.Contracts.Triggers;
using NextLayer.ControlPlane.Features.Runs;
using NextLayer.ControlPlane.Platform;
using NextLayer.ControlPlane.Platform.Database;
using NextLayer.ControlPlane.Platform.Registry;
using Npgsql;
using NpgsqlTypes;

namespace NextLayer.ControlPlane.Features.Triggers.Webhooks;

/// <summary>
/// The newest calls of each webhook: accepted ones in the transaction of their run, others beside it and within a budget.
/// Each sort is trimmed by itself, so that refusals never push out what was accepted.
/// </summary>
internal sealed class DeliveryLog(Databases databases, RefusalBudget budget, RunIds ids, Telemetry telemetry)
{
    /// <summary>Longest body of a refused call that is kept. An accepted one's is its run's input, whatever its length.</summary>
    public const int MaxKeptBytes = 65_536;

    // Trimming after every call would cost more than the few rows in between.
    private const int RowsBetweenTrims = 50;

    private readonly ConcurrentDictionary<Guid, int> sinceTrim = new();

    private const string AcceptSql = """
        INSERT INTO webhook_deliveries (id, pipeline_id, received_at, verdict, run_id, message_id, remote_address, redelivery_of)
        SELECT d.id, d.pipeline_id, clock_timestamp(), 'accepted', d.id, d.message_id, d.remote_address, d.redelivery_of
        FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::uuid[]) AS d (id, pipeline_id, message_id, remote_address, redelivery_of)
        """;

    /// <summary>Notes accepted calls. Each is known by its run's id: there is one of either.</summary>
    public static async Task AcceptAsync(NpgsqlConnection connection, IReadOnlyList<WebhookCall> calls, CancellationToken ct)
    {
        if (calls.Count == 0)
            return;
        await using var batch = new NpgsqlBatch(connection);
        batch.Add(AcceptSql)
            .Ids(calls, c => c.Run.Run.Id)
            .Ids(calls, c => c.PipelineId)
            .Texts(calls, c => c.Caller.MessageId)
            .Texts(calls, c => c.Caller.RemoteAddress)
            .Ids(calls, c => c.Caller.RedeliveryOf);
        await batch.ExecuteNonQueryAsync(ct);
    }

    private const string OtherSql = """
        INSERT INTO webhook_deliveries (id, pipeline_id, received_at, verdict, run_id, message_id, remote_address, detail, unrecorded,
                                        redelivery_of, body)
        VALUES ($1, $2, clock_timestamp(), $3, $4, $5, $6, $7, $8, $9, $10)
        """;

    /// <summary>Notes a call that made no run, unless there are too many of them.</summary>
    /// <param name="body">What to keep for a redelivery; dropped where it is longer than <see cref="MaxKeptBytes"/>.</param>
    public async Task NoteAsync(
        Guid pipelineId, WebhookVerdict verdict, WebhookCaller caller, CancellationToken ct,
        string? detail = null, Guid? runId = null, ReadOnlyMemory<byte>? body = null)
    {
        telemetry.WebhookCalled(verdict);
        if (budget.TrySpend(pipelineId) is not { } unrecorded)
            return;
        await using var connection = await databases.Main.OpenConnectionAsync(ct);
        await using var command = new NpgsqlCommand(OtherSql, connection);
        command.Parameters.AddWithValue(ids.Next());
        command.Parameters.AddWithValue(pipelineId);
        command.Parameters.AddWithValue(EnumText.Of(verdict));
        command.Parameters.AddWithValue((object?)runId ?? DBNull.Value);
        command.Parameters.AddWithValue((object?)caller.MessageId ?? DBNull.Value);
        command.Parameters.AddWithValue((object?)caller.RemoteAddress ?? DBNull.Value);
        command.Parameters.AddWithValue((object?)detail ?? DBNull.Value);
        command.Parameters.AddWithValue(unrecorded);
        command.Parameters.Add(new NpgsqlParameter { NpgsqlDbType = NpgsqlDbType.Uuid, Value = (object?)caller.RedeliveryOf ?? DBNull.Value });
        var kept = body is { Length: <= MaxKeptBytes } bytes ? Encoding.UTF8.GetString(bytes.Span) : null;
        command.Parameters.Add(new NpgsqlParameter { NpgsqlDbType = NpgsqlDbType.Text, Value = (object?)kept ?? DBNull.Value });
        await command.ExecuteNonQueryAsync(ct);
        await TrimAsync(connection, [pipelineId], ct);
    }

    // The newest 200 accepted, and the newest 100 others. SKIP LOCKED: another replica may be trimming the same webhook.
    private const string TrimSql = """
        DELETE FROM webhook_deliveries WHERE id IN (
            SELECT d.id
            FROM unnest($1::uuid[]) AS p (pipeline_id)
            CROSS JOIN (VALUES (true, 200), (false, 100)) AS k (accepted, keep)
            CROSS JOIN LATERAL (
                SELECT id FROM webhook_deliveries
                WHERE pipeline_id = p.pipeline_id AND (verdict = 'accepted') = k.accepted
                ORDER BY id DESC OFFSET k.keep
                FOR UPDATE SKIP LOCKED) d)
        """;

    /// <summary>Trims the webhooks of rows that have been committed, where it is time.</summary>
    public async Task TrimAsync(NpgsqlConnection connection, IReadOnlyList<Guid> written, CancellationToken ct)
    {
        var due = written.GroupBy(id => id).Where(group => IsDue(group.Key, group.Count())).Select(group => group.Key).ToList();
        if (due.Count == 0)
            return;
        await using var batch = new NpgsqlBatch(connection);
        batch.Add(TrimSql).Ids(due, id => id);
        await batch.ExecuteNonQueryAsync(ct);
    }

    // The first since this replica started counts as due: rows of the one before may have been left.
    private bool IsDue(Guid pipelineId, int rows)
    {
        var count = sinceTrim.AddOrUpdate(pipelineId, RowsBetweenTrims, (_, before) => before >= RowsBetweenTrims ? rows : before + rows);
        return count >= RowsBetweenTrims;
    }

    private const string ListSql = """
        SELECT d.id, d.received_at, d.verdict, d.run_id, r.status, d.message_id, d.remote_address, d.detail, d.unrecorded,
               d.redelivery_of, d.body IS NOT NULL OR (d.verdict = 'accepted' AND r.id IS NOT NULL)
        FROM webhook_deliveries d LEFT JOIN pipeline_runs r ON r.id = d.run_id
        WHERE d.pipeline_id = $1 ORDER BY d.id DESC LIMIT $2 OFFSET $3
        """;

    private const string FindSql = """
        SELECT d.verdict, d.run_id, d.message_id, coalesce(d.body, CASE WHEN d.verdict = 'accepted' AND r.id IS NOT NULL THEN coalesce(i.parameters::text, '{}') END)
        FROM webhook_deliveries d
        LEFT JOIN pipeline_runs r ON r.id = d.run_id
        LEFT JOIN run_inputs i ON i.run_id = d.run_id
        WHERE d.id = $1 AND d.pipeline_id = $2
        """;

    /// <returns>Null when the webhook has no such delivery, or no longer.</returns>
    public async Task<KeptDelivery?> FindAsync(Guid pipelineId, Guid id, CancellationToken ct)
    {
        await using var command = databases.Main.CreateCommand(FindSql);
        command.Parameters.AddWithValue(id);
        command.Parameters.AddWithValue(pipelineId);
        await using var row = await command.ExecuteReaderAsync(ct);
        return await row.ReadAsync(ct)
            ? new KeptDelivery(id, EnumText.Parse<WebhookVerdict>(row.GetString(0)), row.GetId(1), row.GetText(2), row.GetText(3))
            : null;
    }

    private const string CountSql = "SELECT count(*) FROM webhook_deliveries WHERE pipeline_id = $1";

    /// <summary>One page, newest first, and the number of those that are kept.</summary>
    public async Task<(IReadOnlyList<WebhookDelivery> Items, long Total)> ListAsync(Guid pipelineId, PageNumberQuery page, CancellationToken ct)
    {
        await using var connection = await databases.Main.OpenConnectionAsync(ct);
        await using var count = new NpgsqlCommand(CountSql, connection);
        count.Parameters.AddWithValue(pipelineId);
        var total = (long)(await count.ExecuteScalarAsync(ct))!; // A count is always there.
        await using var list = new NpgsqlCommand(ListSql, connection);
        list.Parameters.AddWithValue(pipelineId);
        list.Parameters.AddWithValue(page.PerPage);
        list.Parameters.AddWithValue(page.Offset);
        await using var row = await list.ExecuteReaderAsync(ct);
        var items = new List<WebhookDelivery>();
        while (await row.ReadAsync(ct))
            items.Add(Read(row));
        return (items, total);
    }

    private static WebhookDelivery Read(NpgsqlDataReader row) => new()
    {
        Id = row.GetGuid(0),
        ReceivedAt = row.GetFieldValue<DateTimeOffset>(1),
        Verdict = EnumText.Parse<WebhookVerdict>(row.GetString(2)),
        RunId = row.GetId(3),
        RunStatus = row.GetText(4) is { } status ? WorkflowWords.Of(RunRows.Parse(status)) : null,
        MessageId = row.GetText(5),
        RemoteAddress = row.GetText(6),
        Detail = row.GetText(7),
        Unrecorded = row.GetInt32(8),
        RedeliveryOf = row.GetId(9),
        CanRedeliver = row.GetBoolean(10),
    };
}
