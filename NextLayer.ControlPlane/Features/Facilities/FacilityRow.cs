using NextLayer.Contracts.Registry;
using NextLayer.ControlPlane.Platform.Registry;

namespace NextLayer.ControlPlane.Features.Facilities;

internal sealed class FacilityRow : RegistryRow
{
    public Guid TenantId { get; set; }
    public required string Name { get; set; }
    public required string FacilityType { get; set; }
    public required string Timezone { get; set; }

    public Facility ToView() => new()
    {
        Id = Id,
        TenantId = TenantId,
        Name = Name,
        FacilityType = FacilityType,
        Timezone = Timezone,
        CreatedAt = CreatedAt,
        UpdatedAt = UpdatedAt,
    };
}
