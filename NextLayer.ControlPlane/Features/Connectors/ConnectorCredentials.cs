using System.Text.Json;
using Microsoft.AspNetCore.Http.HttpResults;
using NextLayer.ControlPlane.Platform.Errors;
using NextLayer.ControlPlane.Platform.Secrets;
using Npgsql;

namespace NextLayer.ControlPlane.Features.Connectors;

/// <summary>All that a connector signs in with: what it keeps, over what its <c>secrets_ref</c> leads to.</summary>
internal sealed class ConnectorCredentials(ConnectorSecretStore secrets, SecretReferences references)
{
    public async Task<(OpenedSecrets? Secrets, ProblemHttpResult? Problem)> OpenAsync(
        NpgsqlConnection connection, Guid tenantId, Guid id, string type, string? secretsRef, CancellationToken ct)
    {
        if (await secrets.OpenAsync(connection, id, ct) is not { } own)
            return (null, Unusable(id, type, "has a secret that cannot be opened, because the key it was sealed with is gone; it has to be set again."));
        if (!SecretReferences.IsReference(secretsRef))
            return (own, null);
        var (text, problem) = await references.ReadAsync(secretsRef!, tenantId, ct); // It is a reference.
        if (problem is not null)
            return (null, Unusable(id, type, $"cannot be used: {problem}"));
        var all = Named(text!, type); // One of the two is there.
        foreach (var (name, value) in own.Values)
            all[name] = value;
        return (own with { Values = all }, null);
    }

    private static ProblemHttpResult Unusable(Guid id, string type, string why) =>
        Problems.Conflict("connector_unusable", $"Connector {id} of type '{type}' {why}");

    /// <summary>An object of texts is read as secrets by name; anything else, a service account's file too, is the type's main one.</summary>
    private static Dictionary<string, string> Named(string text, string type)
    {
        try
        {
            if (text.TrimStart().StartsWith('{') && JsonElement.Parse(text) is { ValueKind: JsonValueKind.Object } named && !IsServiceAccount(named)
                && named.EnumerateObject().All(member => member.Value.ValueKind == JsonValueKind.String))
                return named.EnumerateObject().ToDictionary(member => member.Name, member => member.Value.GetString()!); // All are texts.
        }
        catch (JsonException)
        {
            // A text that only begins like an object.
        }

        return new() { [ConnectorTypes.MainSecret(type)] = text };
    }

    private static bool IsServiceAccount(JsonElement json) =>
        json.TryGetProperty("type", out var type) && type.ValueKind == JsonValueKind.String && type.ValueEquals("service_account");
}
