using System.Text.Json;
using NextLayer.Contracts.Registry;
using NextLayer.ControlPlane.Platform.Registry;

namespace NextLayer.ControlPlane.Features.Versions;

internal sealed class PipelineVersionRow : RegistryRow
{
    public Guid TenantId { get; set; }
    public Guid PipelineId { get; set; }
    public required string Version { get; set; }
    public int VersionNumber { get; set; }
    public required string Status { get; set; }

    /// <summary>Raw JSON, byte for byte as it was posted.</summary>
    public required string Definition { get; set; }

    /// <summary>Raw JSON.</summary>
    public string? InputSchema { get; set; }

    public DateTimeOffset? FrozenAt { get; set; }

    /// <summary>The draft of whose test this is the copy; null for all others.</summary>
    public Guid? TestOf { get; set; }

    /// <summary>Who brought it into its status; null while authentication is off.</summary>
    public string? StatusBy { get; set; }

    public DateTimeOffset? StatusAt { get; set; }
    public string? StatusNote { get; set; }

    public PipelineVersion ToView() => new()
    {
        Id = Id,
        TenantId = TenantId,
        PipelineId = PipelineId,
        Version = Version,
        Status = EnumText.Parse<VersionStatus>(Status),
        DagSpec = JsonElement.Parse(Definition),
        VersionNumber = VersionNumber,
        InputSchema = InputSchema is null ? null : JsonElement.Parse(InputSchema),
        FrozenAt = FrozenAt,
        TestOf = TestOf,
        StatusBy = StatusBy,
        StatusAt = StatusAt,
        StatusNote = StatusNote,
        CreatedAt = CreatedAt,
        UpdatedAt = UpdatedAt,
    };

    /// <summary>The members the first documents show, and no others.</summary>
    public PipelineVersionCreated ToCreated() => new()
    {
        Id = Id,
        TenantId = TenantId,
        PipelineId = PipelineId,
        Version = Version,
        Status = EnumText.Parse<VersionStatus>(Status),
        DagSpec = JsonElement.Parse(Definition),
    };
}
