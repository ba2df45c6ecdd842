using NextLayer.Contracts.Runs;
using NextLayer.Contracts.Workers;
using NextLayer.Contracts.Workflows;

namespace NextLayer.ControlPlane.Features.Workflows.Explaining;

/// <summary>What the steps have to do with it.</summary>
internal static class StepReasons
{
    /// <summary>What is executed, waited for or tried again, what has waited longest first.</summary>
    public static IEnumerable<RunReason> InProgress(RunFacts facts) =>
    [
        .. facts.Open.Select(step => step.IsWaiting ? Waiting(step) : Executed(step)),
        .. facts.Failed.Where(step => step.RetryAt is not null).Select(Retried),
    ];

    public static IEnumerable<RunReason> Failed(RunFacts facts) => facts.Failed.Select(step => new RunReason
    {
        Code = RunReasonCodes.StepFailed,
        Message = $"Step '{step.StepId}' failed at attempt {step.Attempt}: {step.Error.Message}",
        StepId = step.StepId,
        At = step.FinishedAt,
    });

    /// <summary>What a paused run waits for, when no step says so.</summary>
    public static RunReason OfRun(Run run)
    {
        var (code, what) = Wait(run.WaitReason ?? WaitReason.Manual);
        return new RunReason
        {
            Code = code,
            Message = $"It waits {what}.",
            At = code == RunReasonCodes.WaitingForTime ? run.WakeAt : run.UpdatedAt,
            Until = run.WakeAt,
        };
    }

    private static RunReason Executed(StepInProgress step) => new()
    {
        Code = RunReasonCodes.StepRunning,
        Message = $"Step '{step.StepId}' is being executed, attempt {step.Attempt}.",
        StepId = step.StepId,
        At = step.StartedAt,
    };

    private static RunReason Retried(FailedStep step) => new()
    {
        Code = RunReasonCodes.StepRetry,
        Message = $"Step '{step.StepId}' failed at attempt {step.Attempt} and is tried again: {step.Error.Message}",
        StepId = step.StepId,
        At = step.RetryAt,
    };

    private static RunReason Waiting(StepInProgress step)
    {
        var (code, what) = Wait(step.WaitReason ?? WaitReason.Manual);
        return new RunReason
        {
            Code = code,
            Message = $"Step '{step.StepId}' waits {Details(step) ?? what}.",
            StepId = step.StepId,
            At = code == RunReasonCodes.WaitingForTime ? step.WakeAt : step.StartedAt,
            Until = step.WakeAt,
        };
    }

    private static (string Code, string What) Wait(WaitReason reason) => reason switch
    {
        WaitReason.Approval => (RunReasonCodes.WaitingForApproval, "for an approval"),
        WaitReason.Event => (RunReasonCodes.WaitingForEvent, "for an event"),
        WaitReason.Timer => (RunReasonCodes.WaitingForTime, "for its time to come"),
        WaitReason.Children => (RunReasonCodes.WaitingForChildren, "for its child runs"),
        WaitReason.Manual => (RunReasonCodes.WaitingForResume, "until somebody resumes it"),
        _ => throw new ArgumentOutOfRangeException(nameof(reason), reason, null),
    };

    private static string? Details(StepInProgress step) => step switch
    {
        { Approval: { } asked } => Approval(asked),
        { Event: { CorrelationKey: { } key } awaited } => $"for the event {awaited.Name} with the key {key}",
        { Event: { } awaited } => $"for the event {awaited.Name}",
        { Children: { } children } => Children(children),
        _ => null,
    };

    private static string Approval(AskedPeople asked)
    {
        var people = People(asked.Approvers).Concat(asked.EscalatedTo).ToList();
        var by = people.Count == 0 ? "anybody who may operate runs" : string.Join(", ", people);
        return string.IsNullOrWhiteSpace(asked.Title) ? $"for an approval by {by}" : $"for an approval by {by} (\"{asked.Title}\")";
    }

    private static IEnumerable<string> People(Approvers approvers) =>
        [.. approvers.Users, .. approvers.Groups.Select(group => $"group {group}"), .. approvers.Roles.Select(role => $"role {role}")];

    private static string Children(StartedChildren children)
    {
        var failures = children.Failed == 0 ? "" : $", {children.Failed:N0} of them failed";
        return $"for its child runs: {children.Succeeded + children.Failed:N0} of {children.Total:N0} have ended{failures}, {children.Running:N0} are under way";
    }
}
