using System.Text.Json;

namespace NextLayer.Contracts.Runs;

/// <summary>A numbered fact of a run. Numbers are 1, 2, 3 … per run, without holes, in commit order.</summary>
public sealed record RunEvent
{
    public required int Seq { get; init; }
    public required Guid RunId { get; init; }

    /// <summary>One of <see cref="RunEventTypes"/>.</summary>
    public required string Event { get; init; }

    public string? StepId { get; init; }
    public required DateTimeOffset Timestamp { get; init; }

    /// <summary>An object; its members depend on the type and are listed with it.</summary>
    public required JsonElement Payload { get; init; }
}

/// <summary>The types of <see cref="RunEvent"/> and what their payload holds.</summary>
public static class RunEventTypes
{
    /// <summary><c>{trigger_type, run_after?}</c></summary>
    public const string RunQueued = "run.queued";

    /// <summary><c>{worker_id, epoch}</c>, once per generation; later claims are <see cref="RunResumed"/>.</summary>
    public const string RunStarted = "run.started";

    public const string RunCompleted = "run.completed";

    /// <summary><c>{error_message}</c></summary>
    public const string RunFailed = "run.failed";

    /// <summary><c>{wait_reason, wake_at?}</c></summary>
    public const string RunPaused = "run.paused";

    /// <summary><c>{worker_id, epoch}</c>: claimed again after a pause, a hand-back or a lost worker.</summary>
    public const string RunResumed = "run.resumed";

    /// <summary><c>{reason?}</c></summary>
    public const string RunCancelled = "run.cancelled";

    /// <summary><c>{generation}</c></summary>
    public const string RunRetried = "run.retried";

    /// <summary><c>{reason: lease_lost|released|woken, run_after?, lease_losses?}</c></summary>
    public const string RunRequeued = "run.requeued";

    /// <summary><c>{labels, by?}</c>: the labels that the run has from now on.</summary>
    public const string RunLabelled = "run.labelled";

    /// <summary><c>{step_type, attempt}</c></summary>
    public const string StepStarted = "step.started";

    /// <summary>
    /// <c>{step_type, attempt, duration_ms, port?, taken_from?}</c>; the output is with the step. <c>taken_from</c> is the run
    /// whose output it is, of a step that was not run.
    /// </summary>
    public const string StepCompleted = "step.completed";

    /// <summary><c>{step_type, attempt, duration_ms, error}</c></summary>
    public const string StepFailed = "step.failed";

    /// <summary><c>{step_type, attempt, duration_ms, error, retry_in_ms}</c></summary>
    public const string StepRetrying = "step.retrying";

    /// <summary><c>{step_type, attempt, by?}</c>: somebody wants the next attempt at once, after the failure of this one.</summary>
    public const string StepRetryRequested = "step.retry_requested";

    /// <summary><c>{step_type}</c></summary>
    public const string StepSkipped = "step.skipped";

    /// <summary><c>{step_type, attempt, wait_reason, wake_at?}</c></summary>
    public const string StepWaiting = "step.waiting";

    /// <summary><c>{first_line, last_line}</c>: lines that were added to the run's log.</summary>
    public const string Log = "log";
}

/// <summary>Answer of <c>GET /api/runs/{id}/events</c>.</summary>
public sealed record RunEventPage
{
    public required IReadOnlyList<RunEvent> Items { get; init; }

    /// <summary>Give it back as <c>after_seq</c> to go on.</summary>
    public required int LastSeq { get; init; }
}
