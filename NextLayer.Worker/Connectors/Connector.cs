using System.Text.Json;
using System.Text.Json.Nodes;
using NextLayer.Contracts.Json;
using NextLayer.Contracts.Runs;
using NextLayer.Worker.Execution;
using NextLayer.Worker.Steps;

namespace NextLayer.Worker.Connectors;

/// <summary>A tenant's connection to another system, in the hands of one attempt.</summary>
internal sealed class Connector
{
    public Connector(RunConnector given)
    {
        Id = given.Id;
        Type = given.ConnectorType;
        Secrets = given.Secrets;
        PreviousSecrets = given.PreviousSecrets;
        Json = given.Secrets.Count == 0 ? given.Config : Merge(given.Config, given.Secrets);
    }

    /// <summary>Its instance.</summary>
    public Guid Id { get; }

    /// <summary>What it connects to.</summary>
    public string Type { get; }

    /// <summary>Its configuration with its secrets as further members; never to be shown.</summary>
    public JsonElement Json { get; }

    /// <summary>What it signs in with, by name.</summary>
    public IReadOnlyDictionary<string, string> Secrets { get; }

    /// <summary>Values before the last rotation that are still used beside the present ones.</summary>
    public IReadOnlyDictionary<string, string> PreviousSecrets { get; }

    /// <summary>Its configuration, for reading; complaints name the member, never its value.</summary>
    public StepConfig Config => new(Json, "connector.config");

    /// <summary>Keeps all that is secret of it out of what an attempt leaves.</summary>
    public void HideIn(SecretValues secrets)
    {
        foreach (var value in Secrets.Values.Concat(PreviousSecrets.Values))
            secrets.Add(value);
        secrets.AddFrom(Json);
    }

    private static JsonElement Merge(JsonElement config, IReadOnlyDictionary<string, string> secrets)
    {
        var all = JsonObject.Create(config) ?? [];
        foreach (var (name, value) in secrets)
            all[name] = value;
        return JsonSerializer.SerializeToElement(all, NextLayerJson.Options);
    }

    public override string ToString() => $"{Type} {Id}";
}
