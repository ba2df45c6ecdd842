using System.Text.Json.Serialization;
using NextLayer.Contracts.Json;

namespace NextLayer.Contracts.Access;

/// <summary>What stands behind a credential.</summary>
[JsonConverter(typeof(LowerSnakeEnumConverter<CallerKind>))]
public enum CallerKind
{
    /// <summary>A person, known by a token of the identity provider.</summary>
    User,

    /// <summary>A machine with a key of ours.</summary>
    ApiKey,

    /// <summary>Whoever calls while authentication is switched off: an administrator of everything.</summary>
    Development,
}

/// <summary>Answer of <c>GET /api/v1/me</c>: who calls, and what they may do where.</summary>
public sealed record Me
{
    /// <summary>The token's <c>sub</c>, or the key's public part.</summary>
    public required string Subject { get; init; }

    public required CallerKind Kind { get; init; }

    public string? Name { get; init; }

    public string? Email { get; init; }

    /// <summary>False while authentication is switched off.</summary>
    public required bool AuthRequired { get; init; }

    /// <summary>When the credential ends; null when it does not by itself.</summary>
    public DateTimeOffset? ExpiresAt { get; init; }

    /// <summary>The role in every tenant and for the installation itself, where the caller has one.</summary>
    public Role? PlatformRole { get; init; }

    /// <summary>Rights in every tenant and for the installation itself.</summary>
    public required IReadOnlyList<Permission> PlatformPermissions { get; init; }

    /// <summary>The tenants the caller is a member of; at most 1,000, by name. Those a <see cref="PlatformRole"/> reaches are not repeated here.</summary>
    public required IReadOnlyList<MyMembership> Memberships { get; init; }
}

/// <summary>One tenant of the caller's.</summary>
public sealed record MyMembership
{
    public required Guid TenantId { get; init; }
    public required string TenantName { get; init; }
    public required string TenantSlug { get; init; }
    public required Role Role { get; init; }
    public required IReadOnlyList<Permission> Permissions { get; init; }
}
