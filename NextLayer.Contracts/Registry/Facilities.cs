using System.ComponentModel.DataAnnotations;

namespace NextLayer.Contracts.Registry;

/// <summary>Body of <c>POST /api/facilities</c>.</summary>
public sealed record CreateFacilityRequest
{
    public required Guid TenantId { get; init; }

    [StringLength(200, MinimumLength = 1)]
    [RegularExpression(Rules.NotBlank, ErrorMessage = Rules.NotBlankMessage)]
    public required string Name { get; init; }

    /// <summary><c>STORE</c> when absent.</summary>
    [StringLength(50, MinimumLength = 1)]
    public string? FacilityType { get; init; }

    /// <summary>IANA zone; <c>America/New_York</c> when absent.</summary>
    [StringLength(100)]
    public string? Timezone { get; init; }
}

/// <summary>Answer of <c>POST /api/facilities</c>.</summary>
public sealed record FacilityCreated
{
    public required Guid Id { get; init; }
    public required Guid TenantId { get; init; }
    public required string Name { get; init; }
    public required string FacilityType { get; init; }
    public required string Timezone { get; init; }
}

/// <summary>A site of a tenant.</summary>
public sealed record Facility
{
    public required Guid Id { get; init; }
    public required Guid TenantId { get; init; }
    public required string Name { get; init; }
    public required string FacilityType { get; init; }

    /// <summary>IANA zone.</summary>
    public required string Timezone { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }
    public required DateTimeOffset UpdatedAt { get; init; }
}

/// <summary>Body of <c>PATCH /api/facilities/{id}</c>; what is left out stays.</summary>
public sealed record UpdateFacilityRequest
{
    [StringLength(200, MinimumLength = 1)]
    [RegularExpression(Rules.NotBlank, ErrorMessage = Rules.NotBlankMessage)]
    public string? Name { get; init; }

    [StringLength(50, MinimumLength = 1)]
    public string? FacilityType { get; init; }

    [StringLength(100)]
    public string? Timezone { get; init; }
}
