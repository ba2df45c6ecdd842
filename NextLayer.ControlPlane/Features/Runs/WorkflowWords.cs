using NextLayer.Contracts.Runs;

namespace NextLayer.ControlPlane.Features.Runs;

/// <summary>What the Workflow API calls the states of runs and versions.</summary>
internal static class WorkflowWords
{
    public static string Of(RunStatus status) => status switch
    {
        RunStatus.Queued => "pending",
        RunStatus.Running => "running",
        RunStatus.Paused => "paused",
        RunStatus.Succeeded => "completed",
        RunStatus.Failed => "failed",
        RunStatus.Cancelled => "cancelled",
        _ => throw new ArgumentOutOfRangeException(nameof(status), status, null),
    };

    /// <summary>Null for a word that is no state.</summary>
    public static RunStatus? ParseRunStatus(string word) => word switch
    {
        "pending" => RunStatus.Queued,
        "running" => RunStatus.Running,
        "paused" => RunStatus.Paused,
        "completed" => RunStatus.Succeeded,
        "failed" => RunStatus.Failed,
        "cancelled" => RunStatus.Cancelled,
        _ => null,
    };
}
