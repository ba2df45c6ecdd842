using NextLayer.Contracts.Runs;

namespace NextLayer.ControlPlane.Features.Runs.Changes;

/// <summary>A run's row, read while the transaction holds its lock: nobody else can change the run or its history.</summary>
internal sealed record LockedRun
{
    public required Guid Id { get; init; }
    public required Guid TenantId { get; init; }
    public required RunStatus Status { get; init; }
    public required int Generation { get; init; }
    public required int LeaseEpoch { get; init; }
    public Guid? LeaseToken { get; init; }
    public Guid? LastLeaseToken { get; init; }
    public int LastReportSeq { get; init; }
    public int LeaseLosses { get; init; }
    public bool CancelRequested { get; init; }
    public required int LastEventSeq { get; init; }
    public int LastLogLine { get; init; }
    public int StepsRecorded { get; init; }
    public string? ErrorMessage { get; init; }
    public WaitReason? WaitReason { get; init; }
    public DateTimeOffset? WakeAt { get; init; }
    public required DateTimeOffset RunAfter { get; init; }
    public required DateTimeOffset CreatedAt { get; init; }
    public DateTimeOffset? StartedAt { get; init; }
    public string? ClaimedBy { get; init; }
    public string? TraceParent { get; init; }
    public int SettledOutside { get; init; }

    /// <summary>Place in a parent's for-each; null for a run of its own.</summary>
    public ChildPlace? Child { get; init; }
}

/// <summary>A child run's row in <c>child_items</c>.</summary>
internal readonly record struct ChildPlace(Guid RunId, string StepId, int Index);

/// <summary>An attempt in progress: a row of <c>open_steps</c>.</summary>
internal sealed record OpenStep
{
    public required string StepId { get; init; }
    public required int Attempt { get; init; }
    public required string StepType { get; init; }

    /// <summary><c>Running</c> or <c>Waiting</c>.</summary>
    public required StepStatus Status { get; init; }

    public string? WorkerId { get; init; }
    public WaitReason? WaitReason { get; init; }
    public DateTimeOffset? WakeAt { get; init; }
    public required DateTimeOffset StartedAt { get; init; }
}

/// <summary>A finished attempt: a row of <c>step_runs</c>. JSON columns are raw text.</summary>
internal sealed record ClosedStep
{
    public required string StepId { get; init; }
    public required int Attempt { get; init; }
    public required string StepType { get; init; }
    public required StepStatus Status { get; init; }
    public string? Port { get; init; }
    public string? WorkerId { get; init; }
    public string? Output { get; init; }
    public string? Error { get; init; }
    public DateTimeOffset? RetryAt { get; init; }
    public required DateTimeOffset StartedAt { get; init; }
    public required DateTimeOffset FinishedAt { get; init; }
}

/// <summary>A fact to be appended to the run's events; its number is taken while the run is locked.</summary>
internal readonly record struct EventRow(int Seq, string Type, int Generation, string? StepId, string Payload, DateTimeOffset At);

/// <summary>A line to be appended to the run's log.</summary>
internal readonly record struct LogRow(
    int Line, DateTimeOffset Ts, string Level, string Message, string? Source, string? StepId, int? Attempt, string? Meta);
