using NextLayer.Contracts.Engine;
using NextLayer.Contracts.Runs;
using NextLayer.Contracts.Workflows;
using NextLayer.ControlPlane.Features.Workflows.Running;

namespace NextLayer.ControlPlane.Features.Workflows.Explaining;

/// <summary>Says from the facts why a run is where it is. Only decides; what is true was found out before.</summary>
internal static class RunExplainer
{
    public static RunExplanation Explain(RunFacts facts)
    {
        var reasons = Reasons(facts).Concat(Deadline(facts)).ToList();
        return new RunExplanation
        {
            RunId = facts.Run.Id,
            Status = WorkflowRunViews.Of(facts.Run.Status),
            Summary = reasons[0].Message,
            Reasons = reasons,
            RunsAhead = facts.RunsAhead is { } ahead ? Math.Min(ahead, RunFactStore.MaxAhead) : null,
            AsOf = facts.Now,
        };
    }

    private static IEnumerable<RunReason> Reasons(RunFacts facts) => facts.Run.Status switch
    {
        RunStatus.Queued => Queued(facts),
        RunStatus.Running => Running(facts),
        RunStatus.Paused => Paused(facts),
        _ => Ended(facts),
    };

    private static IEnumerable<RunReason> Deadline(RunFacts facts) => facts.Run is { DeadlineAt: { } deadline, FinishedAt: null }
        ? [Reason(RunReasonCodes.Deadline, "It fails when it has not ended by its deadline.", deadline)]
        : [];

    private static IEnumerable<RunReason> Queued(RunFacts facts)
    {
        var obstacles = (RunReason?[])[Engine(facts), NotDue(facts), WorkerReasons.NobodyTakesIt(facts.Workers), Behind(facts)];
        return obstacles.OfType<RunReason>().DefaultIfEmpty(Reason(RunReasonCodes.NextInQueue, "Nothing holds it up: the next claim takes it."));
    }

    private static IEnumerable<RunReason> Running(RunFacts facts)
    {
        var run = facts.Run;
        if (run.CancelRequested)
            yield return Reason(RunReasonCodes.CancelRequested, $"Worker {run.ClaimedBy} has been asked to stop and has not done so yet.");
        if (WorkerReasons.Silent(facts) is { } silent)
            yield return silent;
        yield return Reason(RunReasonCodes.Running, $"Worker {run.ClaimedBy} executes it.", run.ClaimedAt);
        yield return Reason(RunReasonCodes.Heartbeat, $"Worker {run.ClaimedBy} was last heard of.", run.HeartbeatAt) with { Until = facts.LeaseExpiresAt };
        foreach (var reason in StepReasons.InProgress(facts))
            yield return reason;
        if (facts.EngineState == EngineStates.Stopped)
            yield return Reason(RunReasonCodes.DispatchStopped, "The engine is stopped: the run is handed back at its next step boundary.", facts.EngineSince);
    }

    private static IEnumerable<RunReason> Paused(RunFacts facts)
    {
        // Without an attempt that says it better, the run's own word.
        var waits = StepReasons.InProgress(facts).DefaultIfEmpty(StepReasons.OfRun(facts.Run));
        return Engine(facts) is { } engine ? waits.Append(engine) : waits;
    }

    private static IEnumerable<RunReason> Ended(RunFacts facts)
    {
        var run = facts.Run;
        return run.Status switch
        {
            RunStatus.Succeeded => [Reason(RunReasonCodes.Completed, "It has completed.", run.FinishedAt)],
            RunStatus.Cancelled => [Reason(RunReasonCodes.Cancelled, run.ErrorMessage is { } why ? $"It was cancelled: {why}" : "It was cancelled.", run.FinishedAt)],
            _ => StepReasons.Failed(facts).Prepend(Reason(RunReasonCodes.Failed, $"It failed: {run.ErrorMessage}", run.FinishedAt)),
        };
    }

    private static RunReason? Engine(RunFacts facts) => facts.EngineState switch
    {
        EngineStates.Paused => Reason(RunReasonCodes.DispatchPaused, "The engine is paused: no worker is given a run until somebody resumes it.", facts.EngineSince),
        EngineStates.Stopped => Reason(RunReasonCodes.DispatchStopped, "The engine is stopped: no worker is given a run until somebody starts it.", facts.EngineSince),
        _ => null,
    };

    private static RunReason? NotDue(RunFacts facts)
    {
        if (facts.Run.RunAfter <= facts.Now)
            return null;
        return facts.Run.LeaseLosses > 0
            ? Reason(RunReasonCodes.WorkerLost, $"Its worker was lost for the {Ordinal(facts.Run.LeaseLosses)} time; it goes on with another after a pause.", facts.Run.RunAfter)
            : Reason(RunReasonCodes.Scheduled, "It may not start before the time it was scheduled for.", facts.Run.RunAfter);
    }

    private static RunReason? Behind(RunFacts facts) => facts.RunsAhead switch
    {
        null or 0 => null,
        1 => Reason(RunReasonCodes.Queued, "One run is claimed before it."),
        > RunFactStore.MaxAhead => Reason(RunReasonCodes.Queued, $"More than {RunFactStore.MaxAhead:N0} runs are claimed before it."),
        var ahead => Reason(RunReasonCodes.Queued, $"{ahead:N0} runs are claimed before it."),
    };

    private static string Ordinal(int number) => number switch
    {
        1 => "first",
        2 => "second",
        _ => $"{number}th",
    };

    private static RunReason Reason(string code, string message, DateTimeOffset? at = null) => new() { Code = code, Message = message, At = at };
}
