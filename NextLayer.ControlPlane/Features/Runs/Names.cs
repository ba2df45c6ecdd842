using NextLayer.Contracts.Runs;

namespace NextLayer.ControlPlane.Features.Runs;

/// <summary>Spelling of step states and wait reasons in the database, the same as on the wire.</summary>
internal static class Names
{
    public static string Of(StepStatus status) => status switch
    {
        StepStatus.Pending => "pending",
        StepStatus.Running => "running",
        StepStatus.Waiting => "waiting",
        StepStatus.Completed => "completed",
        StepStatus.Failed => "failed",
        StepStatus.Skipped => "skipped",
        StepStatus.Cancelled => "cancelled",
        StepStatus.Abandoned => "abandoned",
        _ => throw new ArgumentOutOfRangeException(nameof(status), status, null),
    };

    public static StepStatus ParseStepStatus(string text) => text switch
    {
        "running" => StepStatus.Running,
        "waiting" => StepStatus.Waiting,
        "completed" => StepStatus.Completed,
        "failed" => StepStatus.Failed,
        "skipped" => StepStatus.Skipped,
        "cancelled" => StepStatus.Cancelled,
        "abandoned" => StepStatus.Abandoned,
        _ => throw new InvalidOperationException($"A step's status column holds '{text}', which this build does not know."),
    };

    public static string Of(WaitReason reason) => reason switch
    {
        WaitReason.Approval => "approval",
        WaitReason.Event => "event",
        WaitReason.Timer => "timer",
        WaitReason.Children => "children",
        WaitReason.Manual => "manual",
        _ => throw new ArgumentOutOfRangeException(nameof(reason), reason, null),
    };

    public static WaitReason ParseWaitReason(string text) => text switch
    {
        "approval" => WaitReason.Approval,
        "event" => WaitReason.Event,
        "timer" => WaitReason.Timer,
        "children" => WaitReason.Children,
        "manual" => WaitReason.Manual,
        _ => throw new InvalidOperationException($"A wait_reason column holds '{text}', which this build does not know."),
    };

    public static string Of(RunLogLevel level) => level switch
    {
        RunLogLevel.Debug => "debug",
        RunLogLevel.Info => "info",
        RunLogLevel.Warning => "warning",
        RunLogLevel.Error => "error",
        _ => throw new ArgumentOutOfRangeException(nameof(level), level, null),
    };
}
