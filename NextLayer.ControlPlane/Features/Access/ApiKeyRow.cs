using NextLayer.ControlPlane.Platform.Registry;

namespace NextLayer.ControlPlane.Features.Access;

/// <summary>A key; its role is that of its membership.</summary>
internal sealed class ApiKeyRow : RegistryRow
{
    public required string KeyId { get; set; }
    public required byte[] SecretHash { get; set; }

    /// <summary>Null for a key of the installation.</summary>
    public Guid? TenantId { get; set; }

    public required string Name { get; set; }

    /// <summary>Permissions as they are spelled on the wire; null for all the role has.</summary>
    public string[]? Scopes { get; set; }

    public required string CreatedBy { get; set; }
    public DateTimeOffset? ExpiresAt { get; set; }
    public DateTimeOffset? RevokedAt { get; set; }
    public DateTimeOffset? LastUsedAt { get; set; }
    public string? LastUsedFrom { get; set; }
}
