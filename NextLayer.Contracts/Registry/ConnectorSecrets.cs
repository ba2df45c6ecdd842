using System.ComponentModel.DataAnnotations;
using System.Text.Json;

namespace NextLayer.Contracts.Registry;

/// <summary>A secret of a connector that is set. Its value is shown to nobody.</summary>
public sealed record ConnectorSecret
{
    public required string Name { get; init; }
    public required DateTimeOffset UpdatedAt { get; init; }

    /// <summary>Until when the value before the last rotation is used beside it; null when it is not.</summary>
    public DateTimeOffset? PreviousUntil { get; init; }
}

/// <summary>Body of <c>PUT /api/connector-instances/{id}/secrets/{name}</c>.</summary>
public sealed record SetConnectorSecretRequest
{
    /// <summary>The new value: a text of at most 64 KiB, or an object that is kept as its JSON.</summary>
    public required JsonElement Value { get; init; }

    /// <summary>
    /// How long the present value is used beside the new one, in seconds; 0 when absent. Only a <c>signing_secret</c> takes
    /// it: deliveries are then signed with both.
    /// </summary>
    [Range(0, 30 * 86_400)]
    public int? OverlapSeconds { get; init; }
}

/// <summary>Answer of <c>POST /api/connector-instances/{id}/test</c>.</summary>
public sealed record ConnectorTest
{
    public required bool Ok { get; init; }

    /// <summary>What was reached, or why not, in a sentence. It never holds what the other side wrote.</summary>
    public required string Message { get; init; }

    public required long DurationMs { get; init; }
    public required DateTimeOffset CheckedAt { get; init; }
}

/// <summary>A kind of system that connectors lead to. Item of <c>GET /api/connector-types</c>.</summary>
public sealed record ConnectorType
{
    public required string Type { get; init; }
    public required string Label { get; init; }
    public required string Description { get; init; }

    /// <summary>JSON Schema of <c>config</c>; further members are kept as they are.</summary>
    public required JsonElement ConfigSchema { get; init; }

    /// <summary>What it signs in with; empty where any names will do.</summary>
    public required IReadOnlyList<ConnectorTypeSecret> Secrets { get; init; }

    /// <summary>Whether <c>POST …/test</c> knows how to try it.</summary>
    public required bool Testable { get; init; }
}

/// <summary>One credential of a connector type.</summary>
public sealed record ConnectorTypeSecret
{
    public required string Name { get; init; }
    public required string Title { get; init; }

    /// <summary>Whether it is of several lines, such as a key file.</summary>
    public bool Multiline { get; init; }
}
