using System.Text.Json;
using NextLayer.Contracts.Workflows;
using NextLayer.ControlPlane.Platform.Database;
using Npgsql;

namespace NextLayer.ControlPlane.Features.Waits.Events;

/// <summary>Keeps events from outside.</summary>
internal sealed class EventStore(Databases databases)
{
    private const string InsertSql = """
        INSERT INTO events (tenant_id, id, name, correlation_key, payload) VALUES ($1, $2, $3, $4, $5)
        ON CONFLICT DO NOTHING
        RETURNING id, name, correlation_key, payload, received_at
        """;

    private const string FindSql =
        "SELECT id, name, correlation_key, payload, received_at FROM events WHERE tenant_id = $1 AND id = $2";

    /// <returns>The event as it is kept, and whether it is new. A known one keeps what it said first.</returns>
    public async Task<(PostedEvent Event, bool IsNew)> AddAsync(Guid tenantId, PostEventRequest request, JsonElement payload, CancellationToken ct)
    {
        var id = request.Id ?? Guid.CreateVersion7().ToString();
        while (true)
        {
            await using (var insert = databases.Main.CreateCommand(InsertSql))
            {
                insert.Parameters.AddWithValue(tenantId);
                insert.Parameters.AddWithValue(id);
                insert.Parameters.AddWithValue(request.Name);
                insert.Parameters.AddWithValue((object?)request.CorrelationKey ?? DBNull.Value);
                insert.Parameters.AddWithValue(NpgsqlTypes.NpgsqlDbType.Json, payload.GetRawText());
                if (await ReadAsync(insert, ct) is { } made)
                    return (made, true);
            }

            // A second statement: the first one's snapshot is older than the winner's commit.
            await using var find = databases.Main.CreateCommand(FindSql);
            find.Parameters.AddWithValue(tenantId);
            find.Parameters.AddWithValue(id);
            if (await ReadAsync(find, ct) is { } known)
                return (known, false);
        }
    }

    private static async Task<PostedEvent?> ReadAsync(NpgsqlCommand command, CancellationToken ct)
    {
        await using var row = await command.ExecuteReaderAsync(ct);
        return await row.ReadAsync(ct)
            ? new PostedEvent
            {
                Id = row.GetString(0),
                Name = row.GetString(1),
                CorrelationKey = row.GetText(2),
                Payload = row.GetJson(3),
                ReceivedAt = row.GetFieldValue<DateTimeOffset>(4),
            }
            : null;
    }
}
