using System.Net.Sockets;
using System.Security.Authentication;
using System.Text.Json;
using NextLayer.Contracts.Json;
using NextLayer.Contracts.Registry;
using NextLayer.ControlPlane.Platform.Database;
using NextLayer.ControlPlane.Platform.Errors;
using NextLayer.ControlPlane.Platform.Registry;
using NextLayer.ServiceDefaults.Network;
using Npgsql;

namespace NextLayer.ControlPlane.Features.Connectors.Testing;

/// <summary>
/// Tries connectors out, from the control plane and under the same rule as steps: addresses that are not public have to be
/// allowed. A credential that was refused turns ACTIVE into NEEDS_REAUTH, a test that went well turns it back.
/// </summary>
internal sealed class ConnectorTester(
    Databases databases, ConnectorCredentials credentials, HttpProbe http, ServiceAccountProbe serviceAccounts, SmtpProbe smtp, PostgresProbe postgres, TimeProvider time)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private const string FindSql = """
        SELECT tenant_id, connector_type, config::text, secrets_ref, updated_at FROM connector_instances WHERE id = $1
        """;

    public async Task<Outcome<ConnectorTest>> TestAsync(Guid id, CancellationToken ct)
    {
        if (await FindAsync(id, ct) is not { } found)
            return Problems.NotFound("connector_instance", id);
        if (ConnectorTypes.Find(found.Type) is not { Testable: true })
            return Problems.Conflict("connector_not_testable", $"Nobody here knows how to try a connector of type '{found.Type}'.");
        if (found.Unusable is not null)
            return found.Unusable;
        var started = time.GetTimestamp();
        var result = await TryAsync(new ProbeTarget(found.Type, JsonElement.Parse(found.Config), found.Secrets), ct);
        var test = new ConnectorTest
        {
            Ok = result.Ok,
            Message = result.Message,
            DurationMs = (long)time.GetElapsedTime(started).TotalMilliseconds,
            CheckedAt = time.GetUtcNow(),
        };
        await RecordAsync(id, found.UpdatedAt, result, test, ct);
        return test;
    }

    // Nothing is held while the other side is waited for.
    private async Task<Found?> FindAsync(Guid id, CancellationToken ct)
    {
        await using var connection = await databases.Main.OpenConnectionAsync(ct);
        Found found;
        await using (var command = new NpgsqlCommand(FindSql, connection))
        {
            command.Parameters.AddWithValue(id);
            await using var row = await command.ExecuteReaderAsync(ct);
            if (!await row.ReadAsync(ct))
                return null;
            found = new Found(row.GetGuid(0), row.GetString(1), row.GetString(2), row.GetText(3), row.GetFieldValue<DateTimeOffset>(4));
        }

        var (secrets, unusable) = await credentials.OpenAsync(connection, found.TenantId, id, found.Type, found.SecretsRef, ct);
        return found with { Unusable = unusable, Secrets = secrets?.Values ?? found.Secrets };
    }

    private async Task<ProbeResult> TryAsync(ProbeTarget target, CancellationToken ct)
    {
        using var timer = new CancellationTokenSource(Patience, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(ct, timer.Token);
        try
        {
            return await (target.Type switch
            {
                ConnectorTypes.Smtp => smtp.TryAsync(target, either.Token),
                ConnectorTypes.Postgres => postgres.TryAsync(target, either.Token),
                ConnectorTypes.BigQuery => serviceAccounts.TryAsync(target, either.Token),
                _ => http.TryAsync(target, either.Token),
            });
        }
        catch (Exception ex) when (timer.IsCancellationRequested && !ct.IsCancellationRequested)
        {
            _ = ex; // Whatever broke, it broke because the time was over.
            return ProbeResult.Failed($"There was no answer within {Patience.TotalSeconds:0} s.");
        }
        catch (ProbeConfigException ex)
        {
            return ProbeResult.Failed(ex.Message);
        }
        catch (Exception ex) when (ex is HttpRequestException or IOException or SocketException or AuthenticationException or NpgsqlException or AddressRefusedException or ArgumentException)
        {
            return ProbeResult.Failed(Reason(ex));
        }
    }

    // Of an exception that quotes the other side or a setting, only its kind is told.
    private static string Reason(Exception ex)
    {
        for (var inner = ex; inner is not null; inner = inner.InnerException)
        {
            switch (inner)
            {
                case AddressRefusedException:
                    return inner.Message;
                case AuthenticationException:
                    return "There is no trusted connection: the other side's certificate does not hold.";
                case SocketException socket:
                    return $"It cannot be reached: {socket.SocketErrorCode}.";
            }
        }

        return ex is IOException ? $"It was reached, but {ex.Message}." : $"It cannot be reached ({ex.GetType().Name}).";
    }

    // Only what was tested: a credential set meanwhile is not judged by the one before it.
    private const string RecordSql = """
        UPDATE connector_instances SET
            last_test = $3::json,
            status = CASE WHEN $4 AND status = 'ACTIVE' THEN 'NEEDS_REAUTH' WHEN $5 AND status = 'NEEDS_REAUTH' THEN 'ACTIVE' ELSE status END
        WHERE id = $1 AND updated_at = $2
        """;

    private async Task RecordAsync(Guid id, DateTimeOffset updatedAt, ProbeResult result, ConnectorTest test, CancellationToken ct)
    {
        await using var command = databases.Main.CreateCommand(RecordSql);
        command.Parameters.AddWithValue(id);
        command.Parameters.AddWithValue(updatedAt);
        command.Parameters.AddWithValue(JsonSerializer.Serialize(test, NextLayerJson.Options));
        command.Parameters.AddWithValue(result.IsRejected);
        command.Parameters.AddWithValue(result.Ok);
        await command.ExecuteNonQueryAsync(ct);
    }

    private sealed record Found(Guid TenantId, string Type, string Config, string? SecretsRef, DateTimeOffset UpdatedAt)
    {
        public IReadOnlyDictionary<string, string> Secrets { get; init; } = new Dictionary<string, string>();

        public Microsoft.AspNetCore.Http.HttpResults.ProblemHttpResult? Unusable { get; init; }

        // A record would print its secrets.
        public override string ToString() => Type;
    }
}
