using System.Text.Json.Serialization;
using NextLayer.Contracts.Json;

namespace NextLayer.Contracts.Runs;

/// <summary>State of a run; <c>docs/state-machine.md</c> draws the moves between them.</summary>
[JsonConverter(typeof(UpperSnakeEnumConverter<RunStatus>))]
public enum RunStatus
{
    /// <summary>Waits for a worker; with <c>run_after</c> in the future it is scheduled.</summary>
    Queued,

    /// <summary>Held by one worker under a lease.</summary>
    Running,

    /// <summary>Waits for something (<see cref="WaitReason"/>) and holds no worker.</summary>
    Paused,

    Succeeded,
    Failed,
    Cancelled,
}

/// <summary>What a PAUSED run waits for.</summary>
[JsonConverter(typeof(LowerSnakeEnumConverter<WaitReason>))]
public enum WaitReason
{
    Approval,
    Event,
    Timer,
    Children,
    Manual,
}

/// <summary>State of one attempt of one step.</summary>
[JsonConverter(typeof(LowerSnakeEnumConverter<StepStatus>))]
public enum StepStatus
{
    Pending,
    Running,
    Waiting,
    Completed,
    Failed,
    Skipped,
    Cancelled,

    /// <summary>The attempt's worker lost its lease; what became of its side effects is unknown.</summary>
    Abandoned,
}
