namespace NextLayer.Contracts.Workflows;

/// <summary>Answer of <c>GET /api/v1/runs/{id}/explain</c>: why the run is where it is, and what it waits for.</summary>
public sealed record RunExplanation
{
    public required Guid RunId { get; init; }
    public required WorkflowRunStatus Status { get; init; }

    /// <summary>What matters most in one sentence: that of the first reason.</summary>
    public required string Summary { get; init; }

    /// <summary>All that is known, what holds the run up most first. Never empty.</summary>
    public required IReadOnlyList<RunReason> Reasons { get; init; }

    /// <summary>Due runs that are claimed before this one: 0 for the next. Null unless it is in the queue and due.</summary>
    public int? RunsAhead { get; init; }

    /// <summary>The database's clock when this was found out; the times of the reasons are by the same clock.</summary>
    public required DateTimeOffset AsOf { get; init; }
}

/// <summary>One reason for a run's being where it is.</summary>
public sealed record RunReason
{
    /// <summary>Stable: one of <see cref="RunReasonCodes"/>.</summary>
    public required string Code { get; init; }

    /// <summary>A sentence.</summary>
    public required string Message { get; init; }

    /// <summary>The step it is about.</summary>
    public string? StepId { get; init; }

    /// <summary>Since when, or at what time something will happen: the code says which.</summary>
    public DateTimeOffset? At { get; init; }

    /// <summary>When waiting ends by itself: the deadline of an approval, the time-out of an event, the end of a lease.</summary>
    public DateTimeOffset? Until { get; init; }
}

/// <summary>The codes of <see cref="RunReason"/> and what their <c>at</c> means.</summary>
public static class RunReasonCodes
{
    /// <summary>The engine gives nothing out and running runs go on. At: since when.</summary>
    public const string DispatchPaused = "dispatch_paused";

    /// <summary>The engine gives nothing out. At: since when.</summary>
    public const string DispatchStopped = "dispatch_stopped";

    /// <summary>It may not start before a time. At: that time.</summary>
    public const string Scheduled = "scheduled";

    /// <summary>Its worker was lost; it may start again after a pause. At: when.</summary>
    public const string WorkerLost = "worker_lost";

    /// <summary>No worker has been heard of lately. At: when the last one was.</summary>
    public const string NoWorker = "no_worker";

    /// <summary>All live workers claim for other tenants only.</summary>
    public const string WorkersForOtherTenants = "workers_for_other_tenants";

    /// <summary>All workers that could take it are stopping.</summary>
    public const string WorkersDraining = "workers_draining";

    /// <summary>All workers that could take it are full.</summary>
    public const string WorkersBusy = "workers_busy";

    /// <summary>Others are claimed before it; <c>runs_ahead</c> says how many.</summary>
    public const string Queued = "queued";

    /// <summary>Nothing holds it up: the next claim takes it.</summary>
    public const string NextInQueue = "next_in_queue";

    /// <summary>A worker holds it. At: since when.</summary>
    public const string Running = "running";

    /// <summary>When its worker was last heard of. At: that time.</summary>
    public const string Heartbeat = "heartbeat";

    /// <summary>Its worker is silent; the lease runs out and another worker takes it. At: when.</summary>
    public const string WorkerSilent = "worker_silent";

    /// <summary>Its worker has been asked to stop.</summary>
    public const string CancelRequested = "cancel_requested";

    /// <summary>A step is being executed. At: since when.</summary>
    public const string StepRunning = "step_running";

    /// <summary>A step failed and is tried again. At: when.</summary>
    public const string StepRetry = "step_retry";

    /// <summary>People must decide. At: since when.</summary>
    public const string WaitingForApproval = "waiting_for_approval";

    /// <summary>An event must arrive. At: since when.</summary>
    public const string WaitingForEvent = "waiting_for_event";

    /// <summary>A time must come. At: that time.</summary>
    public const string WaitingForTime = "waiting_for_time";

    /// <summary>Child runs must end. At: since when.</summary>
    public const string WaitingForChildren = "waiting_for_children";

    /// <summary>Somebody must resume it. At: since when.</summary>
    public const string WaitingForResume = "waiting_for_resume";

    /// <summary>It has only so much time. At: when it fails.</summary>
    public const string Deadline = "deadline";

    /// <summary>It has ended well. At: when.</summary>
    public const string Completed = "completed";

    /// <summary>It has failed. At: when.</summary>
    public const string Failed = "failed";

    /// <summary>A step failed for good. At: when.</summary>
    public const string StepFailed = "step_failed";

    /// <summary>It was cancelled. At: when.</summary>
    public const string Cancelled = "cancelled";
}
