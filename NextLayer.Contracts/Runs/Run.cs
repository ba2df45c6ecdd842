using System.Text.Json;
using System.Text.Json.Serialization;

namespace NextLayer.Contracts.Runs;

/// <summary>
/// One execution of one pipeline version, as <c>GET /api/runs/{id}</c> and the lists show it. The members up to
/// <see cref="UpdatedAt"/> are the first documents' and keep their order; later ones only ever follow.
/// </summary>
public sealed record Run
{
    /// <summary>UUIDv7 made by the control plane: sorting by it sorts by creation.</summary>
    public required Guid Id { get; init; }

    public required Guid TenantId { get; init; }
    public required Guid PipelineVersionId { get; init; }
    public required RunStatus Status { get; init; }

    /// <summary>Who asked for it: <c>manual</c>, <c>webhook</c>, <c>schedule</c>, <c>backfill</c>, <c>api</c> or a caller's own word.</summary>
    public required string TriggerType { get; init; }

    /// <summary>The run's input as it was posted, <c>{}</c> when none was.</summary>
    public required JsonElement Parameters { get; init; }

    /// <summary>Worker of the last claim; stays after the run ended.</summary>
    public string? ClaimedBy { get; init; }

    public DateTimeOffset? ClaimedAt { get; init; }

    /// <summary>First claim of the current generation.</summary>
    public DateTimeOffset? StartedAt { get; init; }

    public DateTimeOffset? FinishedAt { get; init; }
    public string? ErrorMessage { get; init; }
    public required DateTimeOffset CreatedAt { get; init; }
    public required DateTimeOffset UpdatedAt { get; init; }
    public DateTimeOffset? HeartbeatAt { get; init; }
    public required Guid PipelineId { get; init; }

    /// <summary>1 at first; each retry of the failed run opens the next.</summary>
    public required int Generation { get; init; }

    /// <summary>Higher is claimed first; 0 by default.</summary>
    public required int Priority { get; init; }

    /// <summary>Not claimed before this time.</summary>
    public required DateTimeOffset RunAfter { get; init; }

    /// <summary>What a PAUSED run waits for; null in every other state.</summary>
    public WaitReason? WaitReason { get; init; }

    /// <summary>When a PAUSED run wakes by itself; null when only a person, event or child wakes it.</summary>
    public DateTimeOffset? WakeAt { get; init; }

    /// <summary>True from a cancel request until the worker has stopped.</summary>
    public required bool CancelRequested { get; init; }

    /// <summary>Times a worker lost this run in the current generation; three make it FAILED.</summary>
    public required int LeaseLosses { get; init; }

    /// <summary>Number of the run's newest event; the next is this plus one.</summary>
    public required int LastEventSeq { get; init; }

    /// <summary>W3C <c>traceparent</c> of the call that made the run; null when that call was not traced.</summary>
    public string? TraceParent { get; init; }

    /// <summary>The run whose for-each made this one; null for a run of its own.</summary>
    public Guid? ParentRunId { get; init; }

    public string? ParentStepId { get; init; }

    /// <summary>Place of its item, from 0.</summary>
    public int? ChildIndex { get; init; }

    /// <summary>When the run fails with <c>RUN_TIMEOUT</c>; null where its definition sets no <c>timeout_seconds</c>.</summary>
    public DateTimeOffset? DeadlineAt { get; init; }

    /// <summary>The run whose input this one took over; null for a run of its own.</summary>
    public Guid? RerunOf { get; init; }

    /// <summary>The planned time of a schedule that it was made for, long past for a backfill; null where nothing planned it.</summary>
    public DateTimeOffset? PlannedAt { get; init; }

    /// <summary>Left out where it has none.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyDictionary<string, string>? Labels { get; init; }
}

/// <summary>Answer of <c>GET /api/runs/{id}</c>.</summary>
public sealed record RunFound
{
    public bool Found { get; init; } = true;
    public required Run Run { get; init; }
}

/// <summary>The <c>404</c> of <c>GET /api/runs/{id}</c>; its shape is the first documents' and no problem document.</summary>
public sealed record RunNotFound
{
    public bool Found { get; init; }
    public string Reason { get; init; } = "run_not_found";
}

/// <summary>One page of <c>GET /api/runs</c>, newest first.</summary>
public sealed record RunPage
{
    public required IReadOnlyList<Run> Items { get; init; }
    public required int Limit { get; init; }
    public required int Offset { get; init; }

    /// <summary>Number of items on this page; the total is in header <c>X-Total-Count</c>.</summary>
    public required int Count { get; init; }

    /// <summary>Give it back as <c>cursor</c> for the next page; null on the last one.</summary>
    public string? NextCursor { get; init; }
}

/// <summary>Answer of <c>complete</c>, <c>cancel</c> and <c>retry</c>.</summary>
public sealed record RunChanged
{
    public bool Ok { get; init; } = true;
    public required Run Run { get; init; }
}
