using NextLayer.Contracts.Workflows;

namespace NextLayer.Contracts.Runs;

/// <summary>How far a run is: an element of <c>GET /api/runs/progress</c>.</summary>
public sealed record RunStanding
{
    public required Guid RunId { get; init; }

    /// <summary>The run's newest event when its steps were counted; the counts stay true until there is a later one.</summary>
    public required int LastEventSeq { get; init; }

    public required RunProgress Progress { get; init; }

    /// <summary>The run's for-each steps that have begun, by step id; their counts change without an event of the run.</summary>
    public required IReadOnlyList<ForEachProgress> ForEach { get; init; }
}

/// <summary>Items of one for-each step, in its newest attempt.</summary>
public sealed record ForEachProgress
{
    public required string StepId { get; init; }
    public required int Total { get; init; }
    public required int Pending { get; init; }
    public required int Running { get; init; }
    public required int Succeeded { get; init; }
    public required int Failed { get; init; }
}
