using System.Text.Json;

namespace NextLayer.Contracts.Workflows;

/// <summary>A type of step as <c>GET /api/v1/catalog/steps</c> shows it: all that a palette and a config form need.</summary>
public sealed record StepTypeInfo
{
    /// <summary>The name definitions use.</summary>
    public required string Type { get; init; }

    /// <summary>What people read.</summary>
    public required string Label { get; init; }

    public required string Description { get; init; }

    /// <summary><c>integrations</c>, <c>ai</c>, <c>logic</c>, <c>data</c> or <c>flow</c>.</summary>
    public required string Category { get; init; }

    /// <summary>Name of a Lucide icon.</summary>
    public required string Icon { get; init; }

    /// <summary>What it does to the world: <c>none</c>, <c>read</c>, <c>write</c>, or <c>by_method</c>, <c>by_mode</c>, <c>by_body</c>.</summary>
    public required string Effect { get; init; }

    /// <summary>JSON Schema of the config, with the hints <c>x-ui</c>, <c>x-evaluate</c> and <c>x-variables</c>.</summary>
    public required JsonElement ConfigSchema { get; init; }

    public required IReadOnlyList<string> InputPorts { get; init; }

    /// <summary>Ports edges may leave by; a config may add others, as the cases of a switch do.</summary>
    public required IReadOnlyList<string> OutputPorts { get; init; }

    /// <summary>JSON Schema of the output.</summary>
    public required JsonElement OutputSchema { get; init; }

    /// <summary>A config that validates.</summary>
    public required JsonElement Example { get; init; }

    /// <summary>The policy of a step that names none.</summary>
    public required StepRetryPolicy DefaultRetry { get; init; }

    /// <summary>Rises when the config changes its meaning.</summary>
    public required int Version { get; init; }
}

/// <summary>Whether and when a failed step is tried again.</summary>
public sealed record StepRetryPolicy
{
    /// <summary>Attempts in all, the first included.</summary>
    public required int MaxAttempts { get; init; }

    /// <summary><c>fixed</c> or <c>exponential</c>.</summary>
    public required string Backoff { get; init; }

    /// <summary>Wait before the second attempt.</summary>
    public required double InitialSeconds { get; init; }

    /// <summary>Growth of the exponential wait.</summary>
    public required double Factor { get; init; }

    public required double MaxSeconds { get; init; }

    /// <summary>Share of the wait that chance may add or take away, 0 to 1.</summary>
    public required double Jitter { get; init; }

    /// <summary>Error codes to retry, and no others; empty retries whatever the step calls retryable.</summary>
    public required IReadOnlyList<string> On { get; init; }
}
