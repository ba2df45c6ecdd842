using System.Text.Json;
using NextLayer.Contracts.Json;
using NextLayer.Contracts.Runs;
using NextLayer.ControlPlane.Features.Runs;

namespace NextLayer.ControlPlane.Features.Streaming.Lists;

/// <summary>A changed run as it goes over the wire: serialised when the first list needs it, and once for all of them.</summary>
internal sealed class ListMessages(Run run, ChangedRun changed)
{
    private readonly Lazy<byte[]> change = new(() => Serialize(new RunsChange { Run = Listed(run), Seq = run.LastEventSeq }));
    private readonly Lazy<byte[]> gone = new(() => Serialize(new RunsGone { Id = run.Id, Status = run.Status, Seq = run.LastEventSeq }));

    public Guid RunId => run.Id;

    /// <summary>What the list is told; null when the run is none of its business.</summary>
    public byte[]? For(ListFilter filter) =>
        !filter.Covers(run) && !filter.MayHaveLost(run, changed) ? null
        : filter.Statuses.Has(run.Status) ? change.Value
        : filter.Statuses.Meets(changed.Passed) ? gone.Value
        : null;

    private static byte[] Serialize<T>(T message) => JsonSerializer.SerializeToUtf8Bytes(message, NextLayerJson.Options);

    private static ListedRun Listed(Run run) => new()
    {
        Id = run.Id,
        TenantId = run.TenantId,
        PipelineId = run.PipelineId,
        PipelineVersionId = run.PipelineVersionId,
        Status = run.Status,
        RunStatus = WorkflowWords.Of(run.Status),
        TriggerType = run.TriggerType,
        ClaimedBy = run.ClaimedBy,
        ClaimedAt = run.ClaimedAt,
        StartedAt = run.StartedAt,
        FinishedAt = run.FinishedAt,
        ErrorMessage = run.ErrorMessage,
        CreatedAt = run.CreatedAt,
        UpdatedAt = run.UpdatedAt,
        HeartbeatAt = run.HeartbeatAt,
        Generation = run.Generation,
        Priority = run.Priority,
        RunAfter = run.RunAfter,
        WaitReason = run.WaitReason,
        WakeAt = run.WakeAt,
        CancelRequested = run.CancelRequested,
        LeaseLosses = run.LeaseLosses,
        LastEventSeq = run.LastEventSeq,
        ParentRunId = run.ParentRunId,
        ParentStepId = run.ParentStepId,
        ChildIndex = run.ChildIndex,
        DeadlineAt = run.DeadlineAt,
        Labels = run.Labels,
    };
}
