using System.ComponentModel.DataAnnotations;
using NextLayer.Contracts.Registry;

namespace NextLayer.Contracts.Access;

/// <summary>Somebody's role in a tenant.</summary>
public sealed record Member
{
    public required Guid Id { get; init; }

    /// <summary>Null for a role in every tenant.</summary>
    public required Guid? TenantId { get; init; }

    public required CallerKind Kind { get; init; }

    /// <summary>The <c>sub</c> of the person's tokens, or the key's public part.</summary>
    public required string Subject { get; init; }

    public string? Name { get; init; }
    public string? Email { get; init; }
    public required Role Role { get; init; }
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>Who added the member, as in the audit log.</summary>
    public required string CreatedBy { get; init; }
}

/// <summary>Body of <c>POST /api/v1/members</c>.</summary>
public sealed record AddMemberRequest
{
    /// <summary>The <c>sub</c> of the person's tokens.</summary>
    [StringLength(255, MinimumLength = 1)]
    [RegularExpression(Rules.NotBlank, ErrorMessage = Rules.NotBlankMessage)]
    public required string Subject { get; init; }

    [StringLength(200)]
    public string? Name { get; init; }

    [StringLength(320)]
    public string? Email { get; init; }

    public required Role Role { get; init; }
}

/// <summary>Body of <c>PATCH /api/v1/members/{id}</c>.</summary>
public sealed record ChangeMemberRequest
{
    public required Role Role { get; init; }
}
