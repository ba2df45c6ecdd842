using NextLayer.Contracts.Runs;
using NextLayer.Contracts.Workers;

namespace NextLayer.ControlPlane.Features.Workflows.Explaining;

/// <summary>All that bears on where a run is, found out at one moment.</summary>
internal sealed record RunFacts
{
    public required Run Run { get; init; }

    /// <summary>The database's clock.</summary>
    public required DateTimeOffset Now { get; init; }

    /// <summary>Null unless a worker holds the run.</summary>
    public DateTimeOffset? LeaseExpiresAt { get; init; }

    /// <summary>One of <see cref="Contracts.Engine.EngineStates"/>.</summary>
    public required string EngineState { get; init; }

    public DateTimeOffset? EngineSince { get; init; }

    public required WorkerFacts Workers { get; init; }

    /// <summary>Due runs that are claimed first, counted up to <see cref="RunFactStore.MaxAhead"/>; null unless the run is queued and due.</summary>
    public int? RunsAhead { get; init; }

    /// <summary>Attempts in progress.</summary>
    public IReadOnlyList<StepInProgress> Open { get; init; } = [];

    /// <summary>Steps whose newest attempt of this generation failed and is not followed by another yet.</summary>
    public IReadOnlyList<FailedStep> Failed { get; init; } = [];
}

/// <summary>Who could take a run.</summary>
/// <param name="Live">Workers heard of lately.</param>
/// <param name="Willing">Those of them that claim for the run's tenant.</param>
/// <param name="Claiming">Those of them that are not stopping.</param>
/// <param name="FreeSlots">Runs those have room for, as they last said.</param>
/// <param name="LastHeardAt">When any worker was last heard of; null for never.</param>
internal sealed record WorkerFacts(int Live, int Willing, int Claiming, int FreeSlots, DateTimeOffset? LastHeardAt);

/// <summary>An attempt that goes on.</summary>
/// <param name="IsWaiting">False while a worker executes it.</param>
/// <param name="WakeAt">When it is due, or its deadline or time-out.</param>
internal sealed record StepInProgress(
    string StepId, int Attempt, bool IsWaiting, WaitReason? WaitReason, DateTimeOffset? WakeAt, DateTimeOffset StartedAt)
{
    public AskedPeople? Approval { get; init; }
    public AwaitedEvent? Event { get; init; }
    public StartedChildren? Children { get; init; }
}

/// <summary>Who was asked to decide, and what.</summary>
internal sealed record AskedPeople(string? Title, Approvers Approvers, IReadOnlyList<string> EscalatedTo);

internal sealed record AwaitedEvent(string Name, string? CorrelationKey);

internal sealed record StartedChildren(int Total, int Running, int Succeeded, int Failed);

/// <summary>A failed attempt.</summary>
/// <param name="RetryAt">When the next is due; null for none.</param>
internal sealed record FailedStep(string StepId, int Attempt, StepError Error, DateTimeOffset? RetryAt, DateTimeOffset FinishedAt);
