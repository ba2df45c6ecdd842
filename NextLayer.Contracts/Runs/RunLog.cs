using System.ComponentModel.DataAnnotations;
using System.Text.Json;
using System.Text.Json.Serialization;
using NextLayer.Contracts.Json;

namespace NextLayer.Contracts.Runs;

[JsonConverter(typeof(LowerSnakeEnumConverter<RunLogLevel>))]
public enum RunLogLevel
{
    Debug,
    Info,
    Warning,
    Error,
}

/// <summary>A line of a run's log as it is written.</summary>
public sealed record RunLogLine
{
    /// <summary><c>info</c> when absent.</summary>
    public RunLogLevel Level { get; init; } = RunLogLevel.Info;

    /// <summary>Cut at 8,192 characters.</summary>
    public required string Message { get; init; }

    /// <summary>Who wrote it: <c>worker</c>, <c>step</c> or a caller's own word, at most 200 characters.</summary>
    [StringLength(200)]
    public string? Source { get; init; }

    public string? StepId { get; init; }
    public int? Attempt { get; init; }
    public JsonElement? Meta { get; init; }

    /// <summary>Milliseconds between writing the line and sending it; the database's clock minus this is its time.</summary>
    [Range(0, 86_400_000)]
    public double AgeMs { get; init; }
}

/// <summary>A line of a run's log as it is read.</summary>
public sealed record RunLogEntry
{
    /// <summary>1, 2, 3 … per run, without holes: the cursor of the log.</summary>
    public required int Line { get; init; }

    public required DateTimeOffset Ts { get; init; }
    public required RunLogLevel Level { get; init; }
    public required string Message { get; init; }
    public string? Source { get; init; }
    public string? StepId { get; init; }
    public int? Attempt { get; init; }
    public JsonElement? Meta { get; init; }
}

/// <summary>Body of <c>POST /api/runs/{id}/logs</c>.</summary>
public sealed record AppendLogsRequest
{
    [Length(1, 1000)]
    public required IReadOnlyList<RunLogLine> Lines { get; init; }
}

/// <summary>Answer of <c>GET /api/runs/{id}/logs</c>, oldest first.</summary>
public sealed record RunLogPage
{
    public required IReadOnlyList<RunLogEntry> Items { get; init; }

    /// <summary>Give it back as <c>after_line</c> to go on.</summary>
    public required int LastLine { get; init; }
}

/// <summary>Answer of <c>POST /api/runs/{id}/logs</c>.</summary>
public sealed record LogsAppended
{
    public required int FirstLine { get; init; }
    public required int LastLine { get; init; }
}
