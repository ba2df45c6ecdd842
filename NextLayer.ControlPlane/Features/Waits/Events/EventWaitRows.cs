using System.Text.Json;
using NextLayer.Contracts.Json;
using NextLayer.Contracts.Workers;
using NextLayer.ControlPlane.Platform.Database;
using Npgsql;

namespace NextLayer.ControlPlane.Features.Waits.Events;

/// <summary>A step that waits for an event.</summary>
internal sealed record PendingEventWait(Guid RunId, string StepId, int Generation, int Attempt, EventWait Wait, DateTimeOffset Since);

/// <summary>An event a wait may be about.</summary>
internal sealed record ArrivedEvent(string Id, string Name, string? CorrelationKey, JsonElement Payload, DateTimeOffset ReceivedAt);

/// <summary>Reads event waits of runs whose locks the transaction holds.</summary>
internal static class EventWaitRows
{
    private const string OfRunsSql = """
        SELECT run_id, step_id, generation, attempt, wait, since FROM event_waits WHERE run_id = ANY($1)
        """;

    // Their rows are locked before the events are read: an event that is delivered meanwhile marks the wait afterwards.
    private const string UncheckedSql = """
        SELECT run_id, step_id, generation, attempt, wait, since FROM event_waits
        WHERE run_id = ANY($1) AND NOT checked ORDER BY run_id, step_id FOR UPDATE
        """;

    private const string ArrivedSql = """
        SELECT w.run_id, w.step_id, e.id, e.name, e.correlation_key, e.payload, e.received_at
        FROM event_waits w
        JOIN events e ON e.tenant_id = w.tenant_id AND e.name = w.name AND e.received_at >= w.since
             AND (w.correlation_key IS NULL OR e.correlation_key = w.correlation_key)
        WHERE w.run_id = ANY($1) AND NOT w.checked
        ORDER BY w.run_id, w.step_id, e.received_at, e.id
        """;

    private const string CheckedSql = "UPDATE event_waits SET checked = true WHERE run_id = ANY($1) AND NOT checked";

    public static Task<Dictionary<(Guid RunId, string StepId), PendingEventWait>> OfRunsAsync(
        NpgsqlConnection connection, Guid[] runIds, CancellationToken ct) => ReadAsync(connection, OfRunsSql, runIds, ct);

    public static Task<Dictionary<(Guid RunId, string StepId), PendingEventWait>> LockUncheckedAsync(
        NpgsqlConnection connection, Guid[] runIds, CancellationToken ct) => ReadAsync(connection, UncheckedSql, runIds, ct);

    /// <summary>Gives each unchecked wait of the runs the events it may be about, in the order in which they came.</summary>
    public static async Task ReadArrivedAsync(
        NpgsqlConnection connection, Guid[] runIds, Action<Guid, string, ArrivedEvent> take, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand(ArrivedSql, connection);
        command.Parameters.Add(new NpgsqlParameter<Guid[]> { TypedValue = runIds });
        await using var rows = await command.ExecuteReaderAsync(ct);
        while (await rows.ReadAsync(ct))
            take(rows.GetGuid(0), rows.GetString(1), new ArrivedEvent(
                rows.GetString(2), rows.GetString(3), rows.GetText(4), rows.GetJson(5), rows.GetFieldValue<DateTimeOffset>(6)));
    }

    public static async Task MarkCheckedAsync(NpgsqlConnection connection, Guid[] runIds, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand(CheckedSql, connection);
        command.Parameters.Add(new NpgsqlParameter<Guid[]> { TypedValue = runIds });
        await command.ExecuteNonQueryAsync(ct);
    }

    private static async Task<Dictionary<(Guid RunId, string StepId), PendingEventWait>> ReadAsync(
        NpgsqlConnection connection, string sql, Guid[] runIds, CancellationToken ct)
    {
        var waits = new Dictionary<(Guid, string), PendingEventWait>();
        await using var command = new NpgsqlCommand(sql, connection);
        command.Parameters.Add(new NpgsqlParameter<Guid[]> { TypedValue = runIds });
        await using var rows = await command.ExecuteReaderAsync(ct);
        while (await rows.ReadAsync(ct))
        {
            var wait = JsonSerializer.Deserialize<EventWait>(rows.GetString(4), NextLayerJson.Options)!; // Never a JSON null.
            waits[(rows.GetGuid(0), rows.GetString(1))] = new PendingEventWait(
                rows.GetGuid(0), rows.GetString(1), rows.GetInt32(2), rows.GetInt32(3), wait, rows.GetFieldValue<DateTimeOffset>(5));
        }

        return waits;
    }
}
