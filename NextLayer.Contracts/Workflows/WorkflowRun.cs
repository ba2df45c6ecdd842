using System.ComponentModel.DataAnnotations;
using System.Text.Json;
using System.Text.Json.Serialization;
using NextLayer.Contracts.Json;
using NextLayer.Contracts.Runs;

namespace NextLayer.Contracts.Workflows;

/// <summary>State of a run: the Workflow API's words for <see cref="RunStatus"/>.</summary>
[JsonConverter(typeof(LowerSnakeEnumConverter<WorkflowRunStatus>))]
public enum WorkflowRunStatus
{
    /// <summary>Waits for a worker; with <c>run_after</c> in the future it is scheduled.</summary>
    Pending,

    /// <summary>Held by one worker.</summary>
    Running,

    /// <summary>Waits for something (<c>wait_reason</c>) and holds no worker.</summary>
    Paused,

    Completed,
    Failed,
    Cancelled,
}

/// <summary>One execution of one workflow.</summary>
public sealed record WorkflowRun
{
    /// <summary>UUIDv7: sorting by it sorts by creation.</summary>
    public required Guid Id { get; init; }

    public required Guid WorkflowId { get; init; }
    public required WorkflowRunStatus Status { get; init; }

    /// <summary>Who asked for it: <c>manual</c>, <c>webhook</c>, <c>schedule</c>, <c>api</c> or a caller's own word.</summary>
    public required string TriggerType { get; init; }

    public required JsonElement Input { get; init; }

    /// <summary>
    /// Outputs of the completed steps by step id. Null in lists, where it could be of any size: read the run itself.
    /// </summary>
    public IReadOnlyDictionary<string, JsonElement>? Context { get; init; }

    /// <summary>Why a failed run failed; of a cancelled one the reason that was given.</summary>
    public string? Error { get; init; }

    /// <summary>First claim of the current generation.</summary>
    public DateTimeOffset? StartedAt { get; init; }

    public DateTimeOffset? CompletedAt { get; init; }
    public required DateTimeOffset CreatedAt { get; init; }
    public required RunProgress Progress { get; init; }
    public required Guid PipelineId { get; init; }

    /// <summary>1 at first; each retry of the failed run opens the next.</summary>
    public required int Generation { get; init; }

    /// <summary>Higher is claimed first; 0 by default.</summary>
    public required int Priority { get; init; }

    /// <summary>Not claimed before this time; null when that is no later than its creation.</summary>
    public DateTimeOffset? RunAfter { get; init; }

    /// <summary>What a paused run waits for.</summary>
    public WaitReason? WaitReason { get; init; }

    /// <summary>When a paused run wakes by itself; null when only a person, event or child wakes it.</summary>
    public DateTimeOffset? WakeAt { get; init; }

    /// <summary>True from a cancel request until the worker has stopped.</summary>
    public required bool CancelRequested { get; init; }

    /// <summary>Worker of the last claim; stays after the run ended.</summary>
    public string? WorkerId { get; init; }

    /// <summary>When it fails with <c>RUN_TIMEOUT</c>; null where its definition sets no <c>timeout_seconds</c>.</summary>
    public DateTimeOffset? DeadlineAt { get; init; }

    /// <summary>The run whose for-each made this one; null for a run of its own.</summary>
    public Guid? ParentRunId { get; init; }

    public string? ParentStepId { get; init; }

    /// <summary>Place of its item, from 0.</summary>
    public int? ChildIndex { get; init; }

    /// <summary>The run whose input this one took over; null for a run of its own.</summary>
    public Guid? RerunOf { get; init; }

    /// <summary>The planned time of a schedule that it was made for, long past for a backfill; null where nothing planned it.</summary>
    public DateTimeOffset? PlannedAt { get; init; }

    /// <summary>Runs that were made of this one by <c>rerun</c>, newest first, at most 100. Null in lists.</summary>
    public IReadOnlyList<Guid>? Reruns { get; init; }

    /// <summary>Number of the run's newest event: follow on from here with <c>after_seq</c>.</summary>
    public required int LastEventSeq { get; init; }

    /// <summary>Left out where it has none.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyDictionary<string, string>? Labels { get; init; }
}

/// <summary>How many steps of a run are in which state. They add up to <see cref="Total"/>.</summary>
public sealed record RunProgress
{
    /// <summary>Steps of the definition.</summary>
    public required int Total { get; init; }

    /// <summary>Not begun, or to begin again.</summary>
    public required int Pending { get; init; }

    public required int Running { get; init; }

    /// <summary>For a person, an event, a time, children, or their next attempt.</summary>
    public required int Waiting { get; init; }

    public required int Completed { get; init; }
    public required int Failed { get; init; }
    public required int Skipped { get; init; }
    public required int Cancelled { get; init; }
}

/// <summary>Body of <c>POST /api/v1/workflows/{id}/run</c>; may be left out.</summary>
public sealed record RunWorkflowRequest
{
    /// <summary>A JSON object, checked against the workflow's <c>input_schema</c>; <c>{}</c> when absent.</summary>
    public JsonElement? Input { get; init; }

    /// <summary>The same as the header <c>Idempotency-Key</c>.</summary>
    public string? IdempotencyKey { get; init; }

    /// <summary>Higher is claimed first.</summary>
    [Range(-100, 100)]
    public int? Priority { get; init; }

    /// <summary>Earliest start; the past or null means now.</summary>
    public DateTimeOffset? RunAfter { get; init; }

    /// <summary>At most 16; keys of 1 to 63 letters, digits or <c>. _ / -</c>, values of at most 255 characters. Runs are found by them.</summary>
    public IReadOnlyDictionary<string, string?>? Labels { get; init; }
}

/// <summary>Body of <c>POST /api/v1/workflows/{id}/test</c>; may be left out.</summary>
public sealed record TestWorkflowRequest
{
    /// <summary>A JSON object, checked against the draft's <c>input_schema</c>; <c>{}</c> when absent.</summary>
    public JsonElement? Input { get; init; }

    /// <summary>Runs this step and those before it alone; the others may still be unfinished. All of them when absent.</summary>
    [StringLength(200)]
    public string? UpTo { get; init; }

    /// <summary>
    /// A run of the same pipeline: steps before <see cref="UpTo"/> that completed in it are not run again but give what
    /// they gave there. All of them run when absent.
    /// </summary>
    public Guid? OutputsOf { get; init; }

    /// <summary>The same as the header <c>Idempotency-Key</c>.</summary>
    public string? IdempotencyKey { get; init; }
}

/// <summary>Body of <c>POST /api/v1/runs/{id}/rerun</c>; may be left out.</summary>
public sealed record RerunRequest
{
    /// <summary>The input of the new run; that of the first when absent.</summary>
    public JsonElement? Input { get; init; }

    /// <summary>The labels of the new run; those of the first when absent.</summary>
    public IReadOnlyDictionary<string, string?>? Labels { get; init; }

    /// <summary>The same as the header <c>Idempotency-Key</c>.</summary>
    public string? IdempotencyKey { get; init; }
}
