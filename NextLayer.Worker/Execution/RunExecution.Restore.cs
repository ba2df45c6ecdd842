using NextLayer.Contracts.Runs;
using NextLayer.Workflows.Graphs;
using NextLayer.Workflows.Scheduling;

namespace NextLayer.Worker.Execution;

/// <summary>Takes up a run where earlier workers left it.</summary>
internal sealed partial class RunExecution
{
    private List<RecordedStep>? Restore()
    {
        if (run.Claim.Steps.Count == 0)
            return null;
        var recorded = new List<RecordedStep>(run.Claim.Steps.Count);
        foreach (var known in run.Claim.Steps)
        {
            if (graph.Find(known.StepId) is { } step && Restore(step, known) is { } outcome)
                recorded.Add(outcome);
        }

        return recorded;
    }

    /// <returns>Null when the step starts anew: it was running, abandoned, cancelled, or belongs to an earlier generation.</returns>
    private RecordedStep? Restore(GraphStep step, ClaimedStep known)
    {
        var current = known.Generation == run.Claim.Run.Generation;
        if (current)
            memory.Know(step, known.Attempt, known.Failures);
        switch (known.Status)
        {
            case StepStatus.Completed:
                memory.Settled(step, StepStatus.Completed, known.Output);
                return new RecordedStep(step.Id, StepOutcome.Completed, known.Port?.Split(StepResult.PortSeparator));
            case StepStatus.Skipped:
                memory.Settled(step, StepStatus.Skipped, output: null);
                return new RecordedStep(step.Id, StepOutcome.Skipped);
            case StepStatus.Failed when known.RetryAt is null:
                return RestoreFailed(step, known, current);
            case StepStatus.Failed when current:
                AddTimer(new StepTimer(step, known.Attempt + 1, run.ClaimedAt, Due(known), Resume: null));
                return new RecordedStep(step.Id, StepOutcome.Waiting);
            case StepStatus.Waiting when current:
                RestoreWaiting(step, known);
                return new RecordedStep(step.Id, StepOutcome.Waiting);
            default:
                return null;
        }
    }

    private RecordedStep? RestoreFailed(GraphStep step, ClaimedStep known, bool current)
    {
        // The failure that failed the run is what the retry, which opened this generation, is for.
        if (!step.SurvivesFailure && !current)
            return null;
        var error = known.Error ?? new StepError { Code = StepCodes.Internal, Message = "Its error was not recorded.", Retryable = false };
        if (!step.SurvivesFailure)
            failure ??= FailureMessage(step, error);
        memory.Failed(step, error);
        return new RecordedStep(step.Id, StepOutcome.Failed);
    }

    private void RestoreWaiting(GraphStep step, ClaimedStep known)
    {
        if (known.WaitReason != WaitReason.Timer)
        {
            waits[step.Index] = known.Attempt;
            return; // The control plane alone ends it.
        }

        if (known.DueInMs is null || known.WakeAt is not { } due)
            return;
        AddTimer(new StepTimer(step, known.Attempt, run.ClaimedAt, Due(known), new StepResume(known.StartedAt ?? run.Now, due)));
    }

    private static TimeSpan Due(ClaimedStep known) => TimeSpan.FromMilliseconds(Math.Max(known.DueInMs ?? 0, 0));
}
