using System.ComponentModel.DataAnnotations;
using System.Text.Json;
using System.Text.Json.Serialization;
using NextLayer.Contracts.Json;
using NextLayer.Contracts.Runs;

namespace NextLayer.Contracts.Workers;

/// <summary>Body of <c>POST /api/workers/{worker_id}/reports</c>: what happened on many runs, in order per run.</summary>
public sealed record WorkerReportsRequest
{
    [Length(1, 1000)]
    public required IReadOnlyList<RunReport> Reports { get; init; }
}

/// <summary>News of one run. Applied as a whole or not at all; repeating it changes nothing.</summary>
public sealed record RunReport
{
    public required Guid RunId { get; init; }
    public required Lease Lease { get; init; }

    /// <summary>
    /// 1, 2, 3 … per lease: a number that was applied already is answered <c>replayed</c>. Without it repeats are told
    /// by their content, which cannot tell a report that holds log lines alone.
    /// </summary>
    [Range(1, int.MaxValue)]
    public int? Seq { get; init; }

    /// <summary>In the order in which they happened.</summary>
    public IReadOnlyList<StepReport> Steps { get; init; } = [];

    public IReadOnlyList<RunLogLine> Logs { get; init; } = [];

    /// <summary>Ends the lease; null while the worker goes on.</summary>
    public RunCompletion? Completion { get; init; }
}

/// <summary>One transition of one attempt of a step.</summary>
public sealed record StepReport
{
    public required string StepId { get; init; }
    public required string StepType { get; init; }

    /// <summary>1, 2, 3 … per step and generation.</summary>
    public required int Attempt { get; init; }

    /// <summary>
    /// <c>running</c> or <c>waiting</c> open the attempt (or move it), <c>completed</c>, <c>failed</c>, <c>skipped</c>,
    /// <c>cancelled</c> and <c>abandoned</c> close it. Closing an attempt that was never opened is allowed.
    /// </summary>
    public required StepStatus Status { get; init; }

    /// <summary>At most 256 KiB of JSON.</summary>
    public JsonElement? Output { get; init; }

    public StepError? Error { get; init; }

    /// <summary>Output port a completed step chose; null is the ordinary one.</summary>
    public string? Port { get; init; }

    /// <summary>Milliseconds between the transition and sending it. Workers' wall clocks decide nothing.</summary>
    public double AgeMs { get; init; }

    /// <summary>Length of a closed attempt, measured by the worker.</summary>
    public double? DurationMs { get; init; }

    /// <summary>Set on a failed attempt that will be tried again after so long.</summary>
    public double? RetryInMs { get; init; }

    /// <summary>What a waiting attempt waits for.</summary>
    public WaitReason? WaitReason { get; init; }

    /// <summary>When a waiting attempt is due, as a time; <see cref="WakeInMs"/> when only the length is known.</summary>
    public DateTimeOffset? WakeAt { get; init; }

    public double? WakeInMs { get; init; }

    /// <summary>What a waiting attempt waits for, in full; needed for events and children.</summary>
    public StepWait? Wait { get; init; }
}

/// <summary>How a worker gives a run back.</summary>
public sealed record RunCompletion
{
    /// <summary>
    /// SUCCEEDED, FAILED or CANCELLED end the run. PAUSED parks it until its waiting steps wake it. QUEUED hands it
    /// back unfinished (shutdown, engine stopped) without counting a lost lease.
    /// </summary>
    public required RunStatus Status { get; init; }

    /// <summary>Needed when FAILED.</summary>
    public string? ErrorMessage { get; init; }

    /// <summary>With PAUSED: wake after so long even if no waiting step is due by then (a retry that was put off).</summary>
    public double? WakeInMs { get; init; }

    /// <summary>
    /// With PAUSED: how many steps settled by others (<see cref="HeldRunVerdict.Settled"/>) the worker has heard of. When
    /// there were more, the run is queued again at once instead of sleeping over them.
    /// </summary>
    public int SettledSeen { get; init; }

    /// <summary>Result of a child run, at most 256 KiB of JSON; ignored for any other run.</summary>
    public JsonElement? Result { get; init; }
}

/// <summary>What became of a <see cref="RunReport"/>.</summary>
[JsonConverter(typeof(LowerSnakeEnumConverter<ReportVerdict>))]
public enum ReportVerdict
{
    Accepted,

    /// <summary>Known already: nothing was changed by the repeat.</summary>
    Replayed,

    /// <summary>The run is another's now, or back in the queue: stop working on it.</summary>
    LeaseLost,

    /// <summary>The run has ended: stop working on it.</summary>
    AlreadyTerminal,

    /// <summary>The report makes no sense for the run (see <c>detail</c>); nothing was changed.</summary>
    Rejected,

    /// <summary>No such run.</summary>
    NotFound,
}

public sealed record RunReportResult
{
    public required Guid RunId { get; init; }
    public required ReportVerdict Verdict { get; init; }

    /// <summary>State of the run after the report; null when the run is not there.</summary>
    public RunStatus? Status { get; init; }

    /// <summary>Somebody asked for the run to be cancelled: stop its steps and report CANCELLED.</summary>
    public bool CancelRequested { get; init; }

    /// <summary>Why a report was rejected.</summary>
    public string? Detail { get; init; }
}

/// <summary>Answer of <c>reports</c>, in the order of the request.</summary>
public sealed record WorkerReportsResponse
{
    public required IReadOnlyList<RunReportResult> Results { get; init; }

    /// <summary>State of the engine; <c>stopped</c> asks workers to hand their runs back at the next step boundary.</summary>
    public required string EngineState { get; init; }
}
