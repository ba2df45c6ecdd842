using NextLayer.Contracts.Registry;
using NextLayer.ControlPlane.Platform.Registry;

namespace NextLayer.ControlPlane.Features.Tenants;

internal sealed class TenantRow : RegistryRow
{
    public required string Name { get; set; }
    public required string Slug { get; set; }
    public required string BillingStatus { get; set; }
    public int? DailyRunLimit { get; set; }
    public required string Timezone { get; set; }

    public Tenant ToView() => new()
    {
        Id = Id,
        Name = Name,
        Slug = Slug,
        BillingStatus = EnumText.Parse<BillingStatus>(BillingStatus),
        DailyRunLimit = DailyRunLimit,
        Timezone = Timezone,
        CreatedAt = CreatedAt,
        UpdatedAt = UpdatedAt,
    };
}
