using System.Text.Json;
using NextLayer.Contracts.Runs;
using NextLayer.Contracts.Workflows;
using NextLayer.ControlPlane.Features.Runs;
using NextLayer.ControlPlane.Features.Runs.Creating;
using NextLayer.ControlPlane.Features.Runs.Reading;
using NextLayer.ControlPlane.Features.Versions;

namespace NextLayer.ControlPlane.Features.Workflows.Running;

/// <summary>Puts runs in the Workflow API's words.</summary>
internal static class WorkflowRunViews
{
    public static WorkflowRunStatus Of(RunStatus status) => status switch
    {
        RunStatus.Queued => WorkflowRunStatus.Pending,
        RunStatus.Running => WorkflowRunStatus.Running,
        RunStatus.Paused => WorkflowRunStatus.Paused,
        RunStatus.Succeeded => WorkflowRunStatus.Completed,
        RunStatus.Failed => WorkflowRunStatus.Failed,
        RunStatus.Cancelled => WorkflowRunStatus.Cancelled,
        _ => throw new ArgumentOutOfRangeException(nameof(status), status, null),
    };

    /// <param name="context">Null in lists, as <paramref name="reruns"/>.</param>
    public static WorkflowRun Of(
        Run run, RunProgress progress, IReadOnlyDictionary<string, JsonElement>? context = null, IReadOnlyList<Guid>? reruns = null) => new()
    {
        Id = run.Id,
        WorkflowId = run.PipelineVersionId,
        Status = Of(run.Status),
        TriggerType = run.TriggerType,
        Input = run.Parameters,
        Context = context,
        // While a cancelled run still runs, the row holds the reason of the cancel already.
        Error = RunRows.IsTerminal(run.Status) ? run.ErrorMessage : null,
        StartedAt = run.StartedAt,
        CompletedAt = run.FinishedAt,
        CreatedAt = run.CreatedAt,
        Progress = progress,
        PipelineId = run.PipelineId,
        Generation = run.Generation,
        Priority = run.Priority,
        RunAfter = run.RunAfter > run.CreatedAt ? run.RunAfter : null,
        WaitReason = run.WaitReason,
        WakeAt = run.WakeAt,
        CancelRequested = run.CancelRequested,
        WorkerId = run.ClaimedBy,
        DeadlineAt = run.DeadlineAt,
        ParentRunId = run.ParentRunId,
        ParentStepId = run.ParentStepId,
        ChildIndex = run.ChildIndex,
        RerunOf = run.RerunOf,
        PlannedAt = run.PlannedAt,
        Reruns = reruns,
        LastEventSeq = run.LastEventSeq,
        Labels = run.Labels,
    };

    /// <summary>The run as it is at the moment of its creation, which the caller is told and a repeat is told again.</summary>
    public static WorkflowRun AtCreation(RunCreated created, RunWish wish, VersionInfo version, DateTimeOffset createdAt, DateTimeOffset now) => new()
    {
        Id = created.Id,
        WorkflowId = created.PipelineVersionId,
        Status = Of(created.Status),
        TriggerType = created.TriggerType,
        Input = created.Parameters,
        Context = ContextOf(wish.Taken),
        CreatedAt = createdAt,
        Progress = new StepCounts { Seen = TakenBy(wish), Completed = TakenBy(wish) }.Of(version.Part(null).Workflow.Steps.Count),
        PipelineId = version.PipelineId,
        Generation = 1,
        Priority = wish.Request.Priority ?? 0,
        RunAfter = wish.Request.RunAfter > now ? wish.Request.RunAfter : null,
        CancelRequested = false,
        RerunOf = wish.RerunOf,
        PlannedAt = wish.PlannedAt,
        Reruns = [],
        LastEventSeq = 1 + TakenBy(wish),
        Labels = wish.Request.Labels is { Count: > 0 } labels ? labels.ToDictionary(pair => pair.Key, pair => pair.Value!) : null, // Checked.
    };

    private static int TakenBy(RunWish wish) => wish.Taken?.Steps.Count ?? 0;

    private static Dictionary<string, JsonElement> ContextOf(TakenOutputs? taken) =>
        taken?.Steps.Where(step => step.Value is not null).ToDictionary(step => step.Key, step => step.Value!.Value) ?? [];
}
