using NextLayer.Contracts.Runs;

namespace NextLayer.Worker.Execution;

/// <summary>Waits that ended while other steps of the run keep it here: decisions, events, the last child.</summary>
internal sealed partial class RunExecution
{
    private void TakeSettled()
    {
        var (steps, seen) = run.TakeSettled();
        foreach (var step in steps)
            Settled(step);
        settledSeen = Math.Max(settledSeen, seen);
    }

    private void Settled(RunStep settled)
    {
        if (graph.Find(settled.StepId) is not { } step || settled.Generation != run.Claim.Run.Generation
            || waits.GetValueOrDefault(step.Index) != settled.Attempt)
            return;
        switch (settled.Status)
        {
            case StepStatus.Completed:
                waits.Remove(step.Index);
                memory.Settled(step, StepStatus.Completed, settled.Output);
                Follow(plan.Complete(step, settled.Port is { } port ? port.Split(StepResult.PortSeparator) : []));
                break;
            case StepStatus.Failed:
                waits.Remove(step.Index);
                var error = settled.Error ?? new StepError { Code = StepCodes.Internal, Message = "Its error was not recorded.", Retryable = false };
                memory.Failed(step, error);
                if (!step.SurvivesFailure)
                    failure ??= FailureMessage(step, error);
                Follow(plan.Fail(step));
                break;
        }
    }
}
