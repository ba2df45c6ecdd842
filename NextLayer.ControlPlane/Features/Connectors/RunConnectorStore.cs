using System.Text.Json;
using Microsoft.AspNetCore.Http.HttpResults;
using NextLayer.Contracts.Runs;
using NextLayer.ControlPlane.Platform.Database;
using NextLayer.ControlPlane.Platform.Errors;
using NextLayer.ControlPlane.Platform.Registry;
using Npgsql;

namespace NextLayer.ControlPlane.Features.Connectors;

/// <summary>Finds connectors for workers, within the tenant of the run whose lease they hold.</summary>
internal sealed class RunConnectorStore(Databases databases, ConnectorCredentials credentials)
{
    private const string HolderSql = """
        SELECT tenant_id, status = 'RUNNING' AND lease_epoch = $2 AND lease_token = $3 FROM pipeline_runs WHERE id = $1
        """;

    private const string ByIdSql = """
        SELECT id, connector_type, status, config::text, secrets_ref FROM connector_instances WHERE tenant_id = $1 AND id = $2
        """;

    // Two are enough to see that the type alone does not say which.
    private const string ByTypeSql = """
        SELECT id, connector_type, status, config::text, secrets_ref FROM connector_instances
        WHERE tenant_id = $1 AND connector_type = $2
        ORDER BY (status = 'ACTIVE') DESC, id LIMIT 2
        """;

    public async Task<Outcome<RunConnector>> FindAsync(Guid runId, RunConnectorRequest request, CancellationToken ct)
    {
        await using var connection = await databases.Main.OpenConnectionAsync(ct);
        if (await HolderAsync(connection, runId, request.Lease, ct) is not var (tenantId, holds))
            return Problems.NotFound("run", runId);
        if (!holds)
            return Problems.Conflict("lease_lost", "lease_lost: the run is another worker's now, back in the queue, or has ended");
        var (chosen, problem) = Choose(request.Connector, await CandidatesAsync(connection, tenantId, request.Connector, ct));
        if (chosen is null)
            return problem!; // One of the two is there.
        var (secrets, unusable) = await credentials.OpenAsync(connection, tenantId, chosen.Id, chosen.Type, chosen.SecretsRef, ct);
        return secrets is null
            ? unusable! // As above.
            : new RunConnector
            {
                Id = chosen.Id,
                ConnectorType = chosen.Type,
                Config = JsonElement.Parse(chosen.Config),
                Secrets = secrets.Values,
                PreviousSecrets = secrets.Previous,
            };
    }

    private static async Task<(Guid TenantId, bool Holds)?> HolderAsync(NpgsqlConnection connection, Guid runId, Lease lease, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand(HolderSql, connection);
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = runId });
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = lease.Epoch });
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = lease.Token });
        await using var row = await command.ExecuteReaderAsync(ct);
        return await row.ReadAsync(ct) ? (row.GetGuid(0), !row.IsDBNull(1) && row.GetBoolean(1)) : null;
    }

    private static async Task<List<Candidate>> CandidatesAsync(NpgsqlConnection connection, Guid tenantId, string name, CancellationToken ct)
    {
        var byId = Guid.TryParse(name, out var id);
        await using var command = new NpgsqlCommand(byId ? ByIdSql : ByTypeSql, connection);
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = tenantId });
        command.Parameters.Add(byId ? new NpgsqlParameter<Guid> { TypedValue = id } : new NpgsqlParameter<string> { TypedValue = name });
        var found = new List<Candidate>();
        await using var rows = await command.ExecuteReaderAsync(ct);
        while (await rows.ReadAsync(ct))
            found.Add(new Candidate(rows.GetGuid(0), rows.GetString(1), rows.GetString(2), rows.GetString(3), rows.GetText(4)));
        return found;
    }

    private static (Candidate? Chosen, ProblemHttpResult? Problem) Choose(string name, List<Candidate> found)
    {
        const string active = "ACTIVE";
        if (found.Count == 0)
            return (null, Problems.NotFound("connector", $"'{name}' in the run's tenant"));
        var first = found[0];
        if (first.Status != active)
            return (null, Problems.Conflict("connector_unusable", $"Connector {first.Id} of type '{first.Type}' is {first.Status}; it has to be ACTIVE."));
        if (found.Count > 1 && found[1].Status == active)
            return (null, Problems.Conflict("connector_ambiguous", $"There are several ACTIVE connectors of type '{first.Type}'; the step has to name one by its id."));
        return (first, null);
    }

    private sealed record Candidate(Guid Id, string Type, string Status, string Config, string? SecretsRef);
}
