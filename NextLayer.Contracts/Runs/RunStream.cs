using System.Text.Json;

namespace NextLayer.Contracts.Runs;

/// <summary>First message of <c>/ws/runs/{run_id}</c>: the run as it stands after event <see cref="LastSeq"/>.</summary>
public sealed record RunSnapshot
{
    public string Type { get; init; } = "snapshot";
    public required Guid RunId { get; init; }

    /// <summary>In the Workflow API's words: <c>pending</c>, <c>running</c>, <c>paused</c>, <c>completed</c>, <c>failed</c>, <c>cancelled</c>.</summary>
    public required string RunStatus { get; init; }

    /// <summary>Newest state of every step that was touched, by its id.</summary>
    public required IReadOnlyDictionary<string, StepStatus> StepStatuses { get; init; }

    public required IReadOnlyList<SnapshotStep> Steps { get; init; }

    /// <summary>Outputs of the finished steps, by step id.</summary>
    public required IReadOnlyDictionary<string, JsonElement> Context { get; init; }

    /// <summary>The first event that follows has this number plus one, unless <c>after_seq</c> asked for earlier ones.</summary>
    public required int LastSeq { get; init; }
}

/// <summary>Newest attempt of a step.</summary>
public sealed record SnapshotStep
{
    public required string StepId { get; init; }
    public required string StepType { get; init; }
    public required StepStatus Status { get; init; }
    public required int Attempt { get; init; }
    public StepError? Error { get; init; }
}

/// <summary>Every later message of <c>/ws/runs/{run_id}</c>; <see cref="Seq"/> rises by one.</summary>
public sealed record RunStreamEvent
{
    public string Type { get; init; } = "event";

    /// <summary>One of <see cref="RunEventTypes"/>.</summary>
    public required string Event { get; init; }

    public required int Seq { get; init; }
    public required Guid RunId { get; init; }
    public string? StepId { get; init; }
    public required DateTimeOffset Timestamp { get; init; }
    public required JsonElement Payload { get; init; }
}
