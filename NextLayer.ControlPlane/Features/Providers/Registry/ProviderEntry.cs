using System.Text.Json;
using NextLayer.Contracts.Providers;

namespace NextLayer.ControlPlane.Features.Providers.Registry;

/// <summary>A pipeline of the registry with its definition.</summary>
internal sealed record ProviderEntry
{
    public required ProviderPipeline View { get; init; }

    public required JsonElement Definition { get; init; }
    public required JsonElement InputSchema { get; init; }

    /// <summary>SHA-256 of definition and input schema: another one makes another version.</summary>
    public required byte[] ContentHash { get; init; }

    public string Id => View.Id;

    public string ConnectorType => View.ConnectorType;
}

/// <summary>The registry as it was read, whole and without mistakes.</summary>
/// <param name="IsFallback">True for the built-in files, used while the others cannot be read.</param>
internal sealed record ProviderRegistryContent(IReadOnlyList<ProviderEntry> Entries, bool IsFallback)
{
    /// <summary>The pipeline at an address; <paramref name="domain"/> is empty where the address has none.</summary>
    public ProviderEntry? Find(string provider, string domain, string pipeline) => Entries.FirstOrDefault(e =>
        e.View.Provider == provider && e.View.Domain == domain && e.View.Pipeline == pipeline);
}
