using System.Text.Json;
using NextLayer.Contracts.Json;
using NextLayer.Contracts.Runs;
using NextLayer.Contracts.Workers;
using NextLayer.ControlPlane.Features.Runs.Changes;

namespace NextLayer.ControlPlane.Features.Runs.Reporting;

/// <summary>What one transition of a step does to its run.</summary>
internal static class StepReportRules
{
    /// <summary>Of one step's output, in bytes of JSON.</summary>
    public const int MaxOutputBytes = 256 * 1024;

    /// <summary>Child runs of one step.</summary>
    public const int MaxChildren = 10_000;

    private const double MaxSpanMs = 366d * 24 * 3600 * 1000;

    /// <summary>True when the transition is recorded already; a repeat of it changes nothing.</summary>
    public static bool IsKnown(RunChange run, StepReport step) =>
        run.IsClosed(step.StepId, step.Attempt)
        || (step.Status is StepStatus.Running or StepStatus.Waiting
            && run.Open.TryGetValue(step.StepId, out var open)
            && (open.Attempt > step.Attempt || (open.Attempt == step.Attempt && open.Status == step.Status)));

    /// <summary>Why the report's steps make no sense, or null.</summary>
    public static string? Check(RunChange run, RunReport report)
    {
        foreach (var step in report.Steps)
        {
            if (CheckOne(run, step) is { } problem)
                return $"step '{step.StepId}', attempt {step.Attempt}: {problem}";
        }

        return null;
    }

    private static string? CheckOne(RunChange run, StepReport step)
    {
        if (step.StepId.Length is 0 or > 200)
            return "step_id must have 1 to 200 characters";
        if (step.StepType.Length is 0 or > 100)
            return "step_type must have 1 to 100 characters";
        if (step.Attempt < 1)
            return "attempt must be at least 1";
        if (step.Output is { } output && output.ValueKind != JsonValueKind.Undefined
            && System.Text.Encoding.UTF8.GetByteCount(output.GetRawText()) > MaxOutputBytes)
            return $"output is over {MaxOutputBytes / 1024} KiB";
        return step.Status switch
        {
            StepStatus.Failed when step.Error is null => "error is required when status is failed",
            StepStatus.Waiting when step.WaitReason is null => "wait_reason is required when status is waiting",
            StepStatus.Waiting when step.WaitReason == WaitReason.Event && step.Wait?.Event is null => "wait.event is required to wait for an event",
            StepStatus.Waiting when step.WaitReason == WaitReason.Children && step.Wait?.Children is null => "wait.children is required to wait for children",
            StepStatus.Waiting when step.Wait?.Children is { Items.Count: 0 or > MaxChildren } => $"wait.children.items must have 1 to {MaxChildren} elements",
            StepStatus.Completed when run.IsCompleted(step.StepId) && !run.IsClosed(step.StepId, step.Attempt) =>
                "the step was completed by another attempt",
            StepStatus.Pending => "pending is no transition",
            _ => null,
        };
    }

    /// <summary>Steps that would still be open, with their state, once the given transitions are applied.</summary>
    public static Dictionary<string, StepStatus> OpenAfter(RunChange run, List<StepReport> steps)
    {
        var open = run.Open.ToDictionary(s => s.Key, s => s.Value.Status);
        foreach (var step in steps)
        {
            if (step.Status is StepStatus.Running or StepStatus.Waiting)
                open[step.StepId] = step.Status;
            else
                open.Remove(step.StepId);
        }

        return open;
    }

    public static void Apply(RunChange run, string workerId, StepReport step)
    {
        if (IsKnown(run, step))
            return; // Twice in one report.
        var at = run.Now - Span(step.AgeMs);
        if (run.Open.TryGetValue(step.StepId, out var earlier) && earlier.Attempt < step.Attempt)
            run.CloseOpenSteps(StepStatus.Abandoned, s => s.StepId == step.StepId);
        if (step.Status is StepStatus.Running or StepStatus.Waiting)
            Open(run, workerId, step, at);
        else
            Close(run, workerId, step, at);
    }

    private static void Open(RunChange run, string workerId, StepReport step, DateTimeOffset at)
    {
        var startedAt = run.Open.TryGetValue(step.StepId, out var open) ? open.StartedAt : at;
        if (open is null)
            run.AddEvent(RunEventTypes.StepStarted, Payloads.StepStarted(step.StepType, step.Attempt), step.StepId, at);
        var waits = step.Status == StepStatus.Waiting;
        var wakeAt = !waits ? null : step.WakeInMs is { } wakeIn ? at + Span(wakeIn) : step.WakeAt?.ToUniversalTime();
        var opened = new OpenStep
        {
            StepId = step.StepId,
            Attempt = step.Attempt,
            StepType = step.StepType,
            Status = step.Status,
            WorkerId = workerId,
            WaitReason = waits ? step.WaitReason : null,
            WakeAt = wakeAt,
            StartedAt = startedAt,
        };
        if (waits && step.WaitReason is WaitReason.Approval or WaitReason.Event or WaitReason.Children)
            run.BeginWait(opened, step.Wait ?? new StepWait { Approval = new ApprovalWait() });
        else
            run.OpenStep(opened);
        if (waits)
            run.AddEvent(
                RunEventTypes.StepWaiting,
                Payloads.StepWaiting(step.StepType, step.Attempt, step.WaitReason!.Value, wakeAt), // Checked before.
                step.StepId,
                at);
    }

    private static void Close(RunChange run, string workerId, StepReport step, DateTimeOffset at)
    {
        var wasOpen = run.Open.TryGetValue(step.StepId, out var open);
        var startedAt = wasOpen ? open!.StartedAt : at - Span(step.DurationMs ?? 0);
        if (startedAt > at)
            startedAt = at;
        var error = step.Error is null ? null : JsonSerializer.Serialize(step.Error, NextLayerJson.Options);
        var retries = step.Status == StepStatus.Failed && step.RetryInMs is not null;
        AddEvents(run, step, wasOpen, startedAt, at, error);
        run.CloseStep(new ClosedStep
        {
            StepId = step.StepId,
            Attempt = step.Attempt,
            StepType = step.StepType,
            Status = step.Status,
            Port = step.Port,
            WorkerId = workerId,
            Output = step.Status == StepStatus.Completed ? step.Output?.GetRawText() : null,
            Error = error,
            RetryAt = retries ? at + Span(step.RetryInMs!.Value) : null,
            StartedAt = startedAt,
            FinishedAt = at,
        });
    }

    private static void AddEvents(
        RunChange run, StepReport step, bool wasOpen, DateTimeOffset startedAt, DateTimeOffset at, string? error)
    {
        var type = step.Status switch
        {
            StepStatus.Completed => RunEventTypes.StepCompleted,
            StepStatus.Failed when step.RetryInMs is not null => RunEventTypes.StepRetrying,
            StepStatus.Failed => RunEventTypes.StepFailed,
            StepStatus.Skipped => RunEventTypes.StepSkipped,
            _ => null, // A cancelled or abandoned attempt is told by the run's own event.
        };
        if (type is null)
            return;
        if (type == RunEventTypes.StepSkipped)
        {
            run.AddEvent(type, Payloads.StepSkipped(step.StepType), step.StepId, at);
            return;
        }

        if (!wasOpen)
            run.AddEvent(RunEventTypes.StepStarted, Payloads.StepStarted(step.StepType, step.Attempt), step.StepId, startedAt);
        var duration = (at - startedAt).TotalMilliseconds;
        run.AddEvent(
            type, Payloads.StepEnded(step.StepType, step.Attempt, duration, step.Port, error, step.RetryInMs), step.StepId, at);
    }

    /// <summary>A length sent by a worker, kept between nothing and a year.</summary>
    public static TimeSpan Span(double milliseconds) =>
        double.IsNaN(milliseconds) ? TimeSpan.Zero : TimeSpan.FromMilliseconds(Math.Clamp(milliseconds, 0, MaxSpanMs));
}
