using NextLayer.Contracts.Runs;
using NextLayer.Contracts.Workflows;
using NextLayer.ControlPlane.Features.Runs;
using NextLayer.ControlPlane.Features.Runs.Changes;

namespace NextLayer.ControlPlane.Features.Waits.Retries;

/// <summary>The newest attempt of a step that has ended.</summary>
internal sealed record EndedAttempt(int Attempt, string StepType, StepStatus Status, DateTimeOffset? RetryAt);

/// <summary>Whether a step's next attempt can be brought forward.</summary>
internal static class RetryStepRules
{
    /// <summary>Null when it can.</summary>
    /// <param name="run">Locked.</param>
    /// <param name="request">What is wished.</param>
    /// <param name="newest">Of this generation; null when no attempt has ended.</param>
    public static RetryStepOutcome.WrongState? Refuse(RunChange run, RetryStepRequest request, EndedAttempt? newest)
    {
        var step = request.StepId;
        if (RunRows.IsTerminal(run.Status))
            return new("run_finished", $"Run {run.Id} is {RunRows.Text(run.Status)}; none of its steps is tried again by itself.");
        if (run.CancelRequested)
            return new("run_cancelling", $"Run {run.Id} is being cancelled; no further attempt is made.");
        if (run.Open.TryGetValue(step, out var open))
            return new("step_has_begun", $"Attempt {open.Attempt} of step '{step}' has begun already.");
        if (newest is null)
            return new("step_not_retrying", $"No attempt of step '{step}' has failed in this run.");
        if (request.Attempt is { } meant && meant != newest.Attempt)
            return newest.Attempt > meant
                ? new("step_has_begun", $"Attempt {newest.Attempt} of step '{step}' has been made already.")
                : new("step_not_retrying", $"Step '{step}' has come to attempt {newest.Attempt} only.");
        return newest is { Status: StepStatus.Failed, RetryAt: not null }
            ? null
            : new("step_not_retrying", $"Attempt {newest.Attempt} of step '{step}' is {Names.Of(newest.Status)}; no other one is put off.");
    }
}
