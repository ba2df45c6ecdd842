namespace NextLayer.Contracts.Engine;

/// <summary>Answer of <c>GET /api/pipeline</c> and of its controls.</summary>
public sealed record PipelineStateEnvelope
{
    public required PipelineState Pipeline { get; init; }
}

/// <summary>Whether work is given out. There is one such state for the whole system.</summary>
public sealed record PipelineState
{
    /// <summary>
    /// <c>running</c>; <c>paused</c>: nothing is claimed, running runs go on; <c>stopped</c>: nothing is claimed and
    /// running runs are handed back at their next step boundary.
    /// </summary>
    public required string State { get; init; }

    /// <summary>Process that carried out the last change.</summary>
    public int? Pid { get; init; }

    /// <summary>The newest run that was started.</summary>
    public Guid? RunId { get; init; }

    public DateTimeOffset? StartedAt { get; init; }
    public DateTimeOffset? PausedAt { get; init; }
    public DateTimeOffset? ResumedAt { get; init; }
    public DateTimeOffset? StoppedAt { get; init; }
    public required DateTimeOffset UpdatedAt { get; init; }
}

/// <summary>Answer of <c>GET /api/pipeline/status</c>.</summary>
public sealed record PipelineStatus
{
    /// <summary>True in state <c>running</c>.</summary>
    public required bool Running { get; init; }

    public int? Pid { get; init; }
    public Guid? RunId { get; init; }
    public required string State { get; init; }
}

/// <summary>The three states as they are stored and sent.</summary>
public static class EngineStates
{
    public const string Running = "running";
    public const string Paused = "paused";
    public const string Stopped = "stopped";
}
