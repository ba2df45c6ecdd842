using System.Text.Json;
using NextLayer.Contracts.Registry;
using NextLayer.Contracts.Workflows;
using NextLayer.ControlPlane.Features.Pipelines;
using NextLayer.ControlPlane.Features.Versions;
using NextLayer.ControlPlane.Platform.Registry;

namespace NextLayer.ControlPlane.Features.Workflows.Authoring;

/// <summary>A version with the pipeline whose name it shares: what the Workflow API calls a workflow.</summary>
internal sealed record WorkflowRow
{
    public required PipelineVersionRow Version { get; init; }

    public required PipelineRow Pipeline { get; init; }

    public VersionStatus Status => EnumText.Parse<VersionStatus>(Version.Status);

    /// <summary>True when its definition may still be changed: also a version that is back in draft has been run by it.</summary>
    public bool IsOpen => Status == VersionStatus.Draft && Version.FrozenAt is null;

    /// <summary>Another one after every change of the version or of what it shares.</summary>
    public string ETag => $"\"{Version.UpdatedAt.UtcTicks:x}-{Pipeline.UpdatedAt.UtcTicks:x}\"";

    /// <summary>Whether an <c>If-Match</c> names this state; null names any.</summary>
    public bool IsMeantBy(string? ifMatch) =>
        ifMatch is null || ifMatch.Split(',', StringSplitOptions.TrimEntries).Any(tag => tag == "*" || tag == ETag);

    public Workflow ToView() => new()
    {
        Id = Version.Id,
        Name = Pipeline.Name,
        Description = Pipeline.Description ?? "",
        Version = Version.VersionNumber,
        Status = WorkflowStatuses.Of(Status),
        Definition = JsonElement.Parse(Version.Definition),
        InputSchema = Version.InputSchema is null ? null : JsonElement.Parse(Version.InputSchema),
        CreatedAt = Version.CreatedAt,
        UpdatedAt = Version.UpdatedAt >= Pipeline.UpdatedAt ? Version.UpdatedAt : Pipeline.UpdatedAt,
        PipelineId = Pipeline.Id,
        VersionLabel = Version.Version,
        FrozenAt = Version.FrozenAt,
    };
}
