using NextLayer.Workflows.Graphs;

namespace NextLayer.Workflows.Scheduling;

/// <summary>Where a run stands.</summary>
public enum RunVerdict
{
    /// <summary>Steps are running.</summary>
    Running,

    /// <summary>No step is running and at least one waits: the run can be paused.</summary>
    Waiting,

    /// <summary>Every step is settled.</summary>
    Succeeded,

    /// <summary>A step failed, nothing is running any more; steps not settled will not run.</summary>
    Failed,
}

/// <summary>How a step was left.</summary>
public enum StepOutcome : byte
{
    /// <summary>It succeeded.</summary>
    Completed,

    /// <summary>It failed for good.</summary>
    Failed,

    /// <summary>It did not run.</summary>
    Skipped,

    /// <summary>It waits for something outside and must not be started again.</summary>
    Waiting,
}

/// <summary>What was recorded of a step before the run was taken up again.</summary>
/// <param name="StepId">The step; one the graph does not have is ignored.</param>
/// <param name="Outcome">How it was left.</param>
/// <param name="Ports">The ports it chose; null or empty for none.</param>
public readonly record struct RecordedStep(string StepId, StepOutcome Outcome, IReadOnlyList<string>? Ports = null);

/// <summary>What to do now.</summary>
/// <param name="Ready">Steps to start, all at once if there is room.</param>
/// <param name="Skipped">Steps now settled as skipped; nothing more is to be reported of them.</param>
/// <param name="Verdict">Where the run stands after this.</param>
public readonly record struct PlanMove(IReadOnlyList<GraphStep> Ready, IReadOnlyList<GraphStep> Skipped, RunVerdict Verdict);
