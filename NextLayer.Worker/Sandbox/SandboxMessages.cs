using System.Text.Json;

namespace NextLayer.Worker.Sandbox;

/// <summary>What a sandbox is asked: one script with all that it may know.</summary>
internal sealed record SandboxRequest
{
    /// <summary>Body of a function of <c>input</c>, <c>run</c> and <c>console</c>.</summary>
    public required string Code { get; init; }

    public required JsonElement Input { get; init; }

    /// <summary>What <c>run</c> holds; its <c>now</c> is the only clock.</summary>
    public required JsonElement Run { get; init; }

    /// <summary>Milliseconds since 1970 that <c>Date</c> begins from.</summary>
    public required long NowMs { get; init; }

    /// <summary>Where <c>Math.random</c> begins; the same gives the same numbers.</summary>
    public required int Seed { get; init; }

    public required int Statements { get; init; }
    public required int TimeoutMs { get; init; }

    /// <summary>Bytes of JSON that the answer may have.</summary>
    public required int MaxResultBytes { get; init; }
}

/// <summary>How a script ended.</summary>
internal enum SandboxEnd
{
    Completed,

    /// <summary>It returned nothing that JSON could hold.</summary>
    NoResult,

    /// <summary>It threw, or is no JavaScript.</summary>
    Error,

    /// <summary>It ran into a limit.</summary>
    Limit,

    /// <summary>Its result is too large.</summary>
    TooLarge,
}

/// <summary>What a sandbox answers.</summary>
internal sealed record SandboxAnswer
{
    public required SandboxEnd End { get; init; }

    /// <summary>JSON of what the script returned; null unless it completed.</summary>
    public string? Result { get; init; }

    public IReadOnlyList<string> Logs { get; init; } = [];

    /// <summary>What went wrong; null when nothing did.</summary>
    public string? Message { get; init; }

    /// <summary>From 1, in the script's own lines; null where no place is known.</summary>
    public int? Line { get; init; }

    public int? Column { get; init; }
}
