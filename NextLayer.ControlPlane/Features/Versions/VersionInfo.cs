using System.Text.Json;
using NextLayer.Workflows.Schemas;

namespace NextLayer.ControlPlane.Features.Versions;

/// <summary>
/// What the run queue needs to know of a version. Its status is not here: it changes, and who cares must ask the row.
/// </summary>
internal sealed record VersionInfo
{
    public required Guid Id { get; init; }
    public required Guid TenantId { get; init; }
    public required Guid PipelineId { get; init; }

    /// <summary>As it was posted.</summary>
    public required JsonElement Definition { get; init; }

    /// <summary>What a run's parameters must look like; null when the version does not say.</summary>
    public JsonSchema? InputSchema { get; init; }
}
