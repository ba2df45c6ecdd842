using System.Security.Cryptography;
using System.Text;
using NextLayer.Contracts.Registry;
using NextLayer.ControlPlane.Platform.Database;
using NextLayer.ControlPlane.Platform.Secrets;
using Npgsql;

namespace NextLayer.ControlPlane.Features.Connectors;

/// <summary>What a connector signs in with, opened: for its holder and no further.</summary>
/// <param name="Values">By name.</param>
/// <param name="Previous">Values before the last rotation that are still used.</param>
internal sealed record OpenedSecrets(IReadOnlyDictionary<string, string> Values, IReadOnlyDictionary<string, string> Previous)
{
    // A record would print them.
    public override string ToString() => $"{Values.Count} secrets";
}

/// <summary>Seals and opens connectors' secrets. The database only ever sees them sealed.</summary>
internal sealed partial class ConnectorSecretStore(SecretBox box, ILogger<ConnectorSecretStore> log)
{
    /// <summary>What a secret is sealed for: moved to another row, it cannot be opened.</summary>
    private static string Purpose(Guid connectorId, string name) => $"connector/{connectorId}/{name}";

    // A rotation with an overlap keeps what was there; one without ends it, and its repeat ($6) leaves that as it is.
    private const string SetSql = """
        INSERT INTO connector_secrets AS s (connector_id, tenant_id, name, sealed) VALUES ($1, $2, $3, $4)
        ON CONFLICT (connector_id, name) DO UPDATE SET
            sealed = excluded.sealed,
            previous_sealed = CASE WHEN $6 THEN s.previous_sealed WHEN $5 > 0 THEN s.sealed END,
            previous_until = CASE WHEN $6 THEN s.previous_until WHEN $5 > 0 THEN now() + make_interval(secs => $5) END,
            updated_at = now()
        """;

    private const string RemoveSql = "DELETE FROM connector_secrets WHERE connector_id = $1 AND name = $2";

    /// <summary>Within the caller's transaction, which holds the connector's row.</summary>
    public async Task ApplyAsync(
        NpgsqlConnection connection, Guid connectorId, Guid tenantId, IReadOnlyDictionary<string, string?> changes, int overlapSeconds, CancellationToken ct)
    {
        foreach (var (name, value) in changes)
        {
            if (value is null)
                await RemoveAsync(connection, connectorId, name, ct);
            else
                await SetAsync(connection, connectorId, tenantId, name, value, overlapSeconds, ct);
        }
    }

    /// <summary>As <see cref="ApplyAsync"/>.</summary>
    /// <returns>False when there was none.</returns>
    public static async Task<bool> RemoveAsync(NpgsqlConnection connection, Guid connectorId, string name, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand(RemoveSql, connection);
        command.Parameters.AddWithValue(connectorId);
        command.Parameters.AddWithValue(name);
        return await command.ExecuteNonQueryAsync(ct) == 1;
    }

    private async Task SetAsync(
        NpgsqlConnection connection, Guid connectorId, Guid tenantId, string name, string value, int overlapSeconds, CancellationToken ct)
    {
        // Of a rotation that is sent twice, the second must not take the new value for the old one.
        var isRepeat = overlapSeconds > 0 && (await OpenAsync(connection, connectorId, ct))?.Values.GetValueOrDefault(name) == value;
        await using var command = new NpgsqlCommand(SetSql, connection);
        command.Parameters.AddWithValue(connectorId);
        command.Parameters.AddWithValue(tenantId);
        command.Parameters.AddWithValue(name);
        command.Parameters.AddWithValue(box.Seal(Purpose(connectorId, name), Encoding.UTF8.GetBytes(value)));
        command.Parameters.AddWithValue((double)overlapSeconds);
        command.Parameters.AddWithValue(isRepeat);
        await command.ExecuteNonQueryAsync(ct);
    }

    private const string CountSql = "SELECT count(*) FROM connector_secrets WHERE connector_id = $1";

    public static async Task<long> CountAsync(NpgsqlConnection connection, Guid connectorId, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand(CountSql, connection);
        command.Parameters.AddWithValue(connectorId);
        return (long)(await command.ExecuteScalarAsync(ct))!; // A count is always there.
    }

    private const string ListSql = """
        SELECT connector_id, name, updated_at, CASE WHEN previous_until > now() THEN previous_until END
        FROM connector_secrets WHERE connector_id = ANY ($1) ORDER BY connector_id, name
        """;

    /// <summary>Which secrets connectors have.</summary>
    public static async Task<ILookup<Guid, ConnectorSecret>> ListAsync(NpgsqlConnection connection, Guid[] connectorIds, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand(ListSql, connection);
        command.Parameters.AddWithValue(connectorIds);
        await using var row = await command.ExecuteReaderAsync(ct);
        var found = new List<(Guid ConnectorId, ConnectorSecret Secret)>();
        while (await row.ReadAsync(ct))
            found.Add((row.GetGuid(0), new ConnectorSecret { Name = row.GetString(1), UpdatedAt = row.GetFieldValue<DateTimeOffset>(2), PreviousUntil = row.GetTime(3) }));
        return found.ToLookup(each => each.ConnectorId, each => each.Secret);
    }

    private const string OpenSql = """
        SELECT name, sealed, CASE WHEN previous_until > now() THEN previous_sealed END FROM connector_secrets WHERE connector_id = $1
        """;

    /// <returns>Null when one of them cannot be opened.</returns>
    public async Task<OpenedSecrets?> OpenAsync(NpgsqlConnection connection, Guid connectorId, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand(OpenSql, connection);
        command.Parameters.AddWithValue(connectorId);
        await using var row = await command.ExecuteReaderAsync(ct);
        var (values, previous) = (new Dictionary<string, string>(), new Dictionary<string, string>());
        try
        {
            while (await row.ReadAsync(ct))
            {
                var purpose = Purpose(connectorId, row.GetString(0));
                values[row.GetString(0)] = Encoding.UTF8.GetString(box.Open(purpose, row.GetFieldValue<byte[]>(1)));
                if (!row.IsDBNull(2))
                    previous[row.GetString(0)] = Encoding.UTF8.GetString(box.Open(purpose, row.GetFieldValue<byte[]>(2)));
            }
        }
        catch (CryptographicException ex)
        {
            LogUnreadable(ex, connectorId);
            return null;
        }

        return new OpenedSecrets(values, previous);
    }

    [LoggerMessage(1703, LogLevel.Error, "A secret of connector {ConnectorId} cannot be opened: the key it was sealed with is not in the key ring")]
    private partial void LogUnreadable(Exception ex, Guid connectorId);
}
