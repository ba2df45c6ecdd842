using NextLayer.Contracts.Runs;

namespace NextLayer.Worker.Execution;

/// <summary>What others changed about steps while the run is held here: decisions, events, the last child, retries brought forward.</summary>
internal sealed partial class RunExecution
{
    private void TakeSettled()
    {
        var (steps, seen) = run.TakeSettled();
        foreach (var step in steps)
        {
            Settled(step);
            BringForward(step);
        }

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

    /// <summary>Somebody may want a retry sooner: the failed attempt then says so, and is due by the database's clock.</summary>
    private void BringForward(RunStep failed)
    {
        if (failed is not { Status: StepStatus.Failed, RetryAt: { } due } || failed.Generation != run.Claim.Run.Generation)
            return;
        var known = timers.Find(t => t.Resume is null && t.Step.Id == failed.StepId && t.Attempt == failed.Attempt + 1);
        var wait = due - run.Now;
        if (known is null || wait >= Remaining(known))
            return;
        timers.Remove(known);
        AddTimer(known with { SetAt = services.Time.GetTimestamp(), Wait = wait > TimeSpan.Zero ? wait : TimeSpan.Zero });
    }
}
