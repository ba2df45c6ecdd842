using NextLayer.Contracts.Access;
using NextLayer.ControlPlane.Platform.Registry;

namespace NextLayer.ControlPlane.Features.Access;

internal sealed class MembershipRow : RegistryRow
{
    /// <summary>Null for a role in every tenant.</summary>
    public Guid? TenantId { get; set; }

    public required string Kind { get; set; }
    public required string Subject { get; set; }
    public required string Role { get; set; }
    public string? Name { get; set; }
    public string? Email { get; set; }
    public required string CreatedBy { get; set; }

    public Member ToView() => new()
    {
        Id = Id,
        TenantId = TenantId,
        Kind = EnumText.Parse<CallerKind>(Kind),
        Subject = Subject,
        Name = Name,
        Email = Email,
        Role = EnumText.Parse<Role>(Role),
        CreatedAt = CreatedAt,
        CreatedBy = CreatedBy,
    };
}
