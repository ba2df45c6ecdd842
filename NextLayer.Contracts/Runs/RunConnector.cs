using System.ComponentModel.DataAnnotations;
using System.Text.Json;
using NextLayer.Contracts.Registry;

namespace NextLayer.Contracts.Runs;

/// <summary>Body of <c>POST /api/runs/{id}/connectors</c>: a worker asks for the connector that a step of its run names.</summary>
public sealed record RunConnectorRequest
{
    public required Lease Lease { get; init; }

    /// <summary>Id of a connector instance, or a connector type of which the run's tenant has exactly one that is ACTIVE.</summary>
    [StringLength(100, MinimumLength = 1)]
    [RegularExpression(Rules.NotBlank, ErrorMessage = Rules.NotBlankMessage)]
    public required string Connector { get; init; }
}

/// <summary>
/// Answer of <c>POST /api/runs/{id}/connectors</c>. It is for the process that holds the lease and goes no further:
/// nothing of <see cref="Config"/> and <see cref="Secrets"/> may be logged or stored.
/// </summary>
public sealed record RunConnector
{
    public required Guid Id { get; init; }
    public required string ConnectorType { get; init; }
    public required JsonElement Config { get; init; }

    /// <summary>Its secrets by name: those it keeps, and those its <c>secrets_ref</c> leads to.</summary>
    public IReadOnlyDictionary<string, string> Secrets { get; init; } = new Dictionary<string, string>();

    /// <summary>Values before the last rotation that are still used beside the present ones.</summary>
    public IReadOnlyDictionary<string, string> PreviousSecrets { get; init; } = new Dictionary<string, string>();
}
