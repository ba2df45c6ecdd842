using System.Text.Json;
using System.Text.Json.Serialization;
using NextLayer.Workflows.Retries;

namespace NextLayer.Workflows.Catalog;

/// <summary>
/// What there is to know about one type of step, as <c>GET /api/v1/catalog/steps</c> shows it. A new type is one file
/// in <c>Catalog/Steps</c> and one line in <see cref="StepCatalog"/>.
/// </summary>
public sealed record StepType
{
    /// <summary>The name definitions use.</summary>
    public required string Type { get; init; }

    /// <summary>What people read.</summary>
    public required string Label { get; init; }

    /// <summary>One sentence.</summary>
    public required string Description { get; init; }

    /// <summary><c>integrations</c>, <c>ai</c>, <c>logic</c>, <c>data</c> or <c>flow</c>.</summary>
    public required string Category { get; init; }

    /// <summary>Name of a Lucide icon.</summary>
    public required string Icon { get; init; }

    /// <summary>What it does to the world: <c>none</c>, <c>read</c>, <c>write</c>, or <c>by_method</c>, <c>by_mode</c>, <c>by_body</c>.</summary>
    public required string Effect { get; init; }

    /// <summary>
    /// JSON Schema of the config, with the hints <c>x-ui</c> for editors, <c>x-evaluate</c> (see
    /// <c>ConfigTemplate</c>) and <c>x-variables</c>. A string with a template in it fits any type.
    /// </summary>
    public required JsonElement ConfigSchema { get; init; }

    /// <summary>Ports edges enter by; edges name none, so this is for drawing.</summary>
    public IReadOnlyList<string> InputPorts { get; init; } = ["in"];

    /// <summary>Ports edges may leave by where the config does not say otherwise; see <see cref="OutputPortsFor"/>.</summary>
    public IReadOnlyList<string> OutputPorts { get; init; } = [StepPorts.Out, StepPorts.Error];

    /// <summary>JSON Schema of the output.</summary>
    public required JsonElement OutputSchema { get; init; }

    /// <summary>A config that validates.</summary>
    public required JsonElement Example { get; init; }

    /// <summary>The policy of a step that names none.</summary>
    public RetryPolicy DefaultRetry { get; init; } = RetryPolicy.None;

    /// <summary>Rises when the config changes its meaning.</summary>
    public int Version { get; init; } = 1;

    /// <summary>The port an edge without one leaves by. Null: such an edge is followed whatever port was chosen.</summary>
    [JsonIgnore]
    public string? DefaultPort { get; init; }

    /// <summary>False for types only the engine itself uses, which the catalog endpoint does not show.</summary>
    [JsonIgnore]
    public bool IsListed { get; init; } = true;

    /// <summary>Ports that come from the config, besides <c>error</c>; null where it does not matter.</summary>
    [JsonIgnore]
    internal Func<JsonElement, IEnumerable<string>>? PortsOf { get; init; }

    /// <summary>Ports that must have an edge; null for none.</summary>
    [JsonIgnore]
    internal Func<JsonElement, IEnumerable<string>>? RequiredPortsOf { get; init; }

    /// <summary>What the schema cannot say; null for nothing.</summary>
    [JsonIgnore]
    internal Func<JsonElement, IEnumerable<ConfigProblem>>? Check { get; init; }

    /// <summary>The ports of a step with this config: switch cases, classes, or the fixed ones.</summary>
    public IReadOnlyList<string> OutputPortsFor(JsonElement config) =>
        PortsOf is null ? OutputPorts : [.. PortsOf(config).Append(StepPorts.Error).Distinct()];

    /// <summary>Ports that need an edge for the step to make sense, such as both branches of a condition.</summary>
    public IReadOnlyList<string> RequiredPortsFor(JsonElement config) =>
        RequiredPortsOf is null ? [] : [.. RequiredPortsOf(config).Distinct()];
}

/// <summary>Something wrong with a config.</summary>
/// <param name="Code">Stable, such as <c>invalid_config</c>.</param>
/// <param name="Path">Within the config, such as <c>cases[0].port</c>; empty for the whole.</param>
/// <param name="Message">A sentence.</param>
internal sealed record ConfigProblem(string Code, string Path, string Message);
