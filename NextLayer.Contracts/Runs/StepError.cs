using System.Text.Json;

namespace NextLayer.Contracts.Runs;

/// <summary>Why an attempt of a step failed.</summary>
public sealed record StepError
{
    /// <summary>Stable and machine-readable: <c>TIMEOUT</c>, <c>TEMPLATE_UNRESOLVED</c>, <c>HTTP_STATUS</c> …</summary>
    public required string Code { get; init; }

    /// <summary>One sentence for a person.</summary>
    public required string Message { get; init; }

    /// <summary>Whether another attempt may go better.</summary>
    public required bool Retryable { get; init; }

    public int Attempt { get; init; }

    /// <summary>Further facts, by step type: an HTTP status, a path, a stack of the user's own code.</summary>
    public JsonElement? Detail { get; init; }
}
