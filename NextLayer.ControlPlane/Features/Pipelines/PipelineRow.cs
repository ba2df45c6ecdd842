using NextLayer.Contracts.Registry;
using NextLayer.ControlPlane.Platform.Registry;

namespace NextLayer.ControlPlane.Features.Pipelines;

internal sealed class PipelineRow : RegistryRow
{
    public Guid TenantId { get; set; }
    public required string Name { get; set; }
    public string? Description { get; set; }

    public Pipeline ToView() => new()
    {
        Id = Id,
        TenantId = TenantId,
        Name = Name,
        Description = Description,
        CreatedAt = CreatedAt,
        UpdatedAt = UpdatedAt,
    };
}
