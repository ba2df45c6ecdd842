using System.Text.Json;

namespace NextLayer.Contracts.Runs;

/// <summary>One attempt of one step, as <c>GET /api/runs/{id}/steps</c> lists it.</summary>
public sealed record RunStep
{
    public required string StepId { get; init; }
    public required string StepType { get; init; }
    public required int Generation { get; init; }

    /// <summary>1, 2, 3 … per step and generation.</summary>
    public required int Attempt { get; init; }

    public required StepStatus Status { get; init; }

    /// <summary>Output port a completed step chose; null is the ordinary one.</summary>
    public string? Port { get; init; }

    public string? WorkerId { get; init; }

    /// <summary>What a waiting attempt waits for.</summary>
    public WaitReason? WaitReason { get; init; }

    /// <summary>When a waiting attempt is due; null when only a decision or event wakes it.</summary>
    public DateTimeOffset? WakeAt { get; init; }

    public JsonElement? Output { get; init; }
    public StepError? Error { get; init; }

    /// <summary>When the step is tried again after this failed attempt; the moment of the wish where somebody wanted it at once.</summary>
    public DateTimeOffset? RetryAt { get; init; }

    public required DateTimeOffset StartedAt { get; init; }

    /// <summary>Null while the attempt goes on.</summary>
    public DateTimeOffset? FinishedAt { get; init; }
}

/// <summary>Answer of <c>GET /api/runs/{id}/steps</c>: every attempt, in the order in which they began.</summary>
public sealed record RunSteps
{
    public required IReadOnlyList<RunStep> Items { get; init; }
    public required int Count { get; init; }
}
