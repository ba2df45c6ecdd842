using System.ComponentModel.DataAnnotations;
using System.Text.Json.Serialization;
using NextLayer.Contracts.Json;

namespace NextLayer.Contracts.Registry;

/// <summary>Whether an organisation may run what costs money; set by whoever does the billing.</summary>
[JsonConverter(typeof(LowerSnakeEnumConverter<BillingStatus>))]
public enum BillingStatus
{
    Trialing,
    Active,
    PastDue,
    Canceled,
    Incomplete,
    Paused,
}

/// <summary>Body of <c>POST /api/tenants</c>.</summary>
public sealed record CreateTenantRequest
{
    [StringLength(200, MinimumLength = 1)]
    [RegularExpression(Rules.NotBlank, ErrorMessage = Rules.NotBlankMessage)]
    public required string Name { get; init; }

    /// <summary>Unique name in addresses; derived from <see cref="Name"/> when absent.</summary>
    [RegularExpression(Rules.Slug, ErrorMessage = Rules.SlugMessage)]
    [StringLength(50, MinimumLength = 3)]
    public string? Slug { get; init; }

    /// <summary><c>trialing</c> when absent.</summary>
    public BillingStatus? BillingStatus { get; init; }

    /// <summary>Runs a UTC day, however they are started; null sets no limit.</summary>
    [Range(0, int.MaxValue)]
    public int? DailyRunLimit { get; init; }

    /// <summary>IANA zone; <c>UTC</c> when absent.</summary>
    [StringLength(100)]
    public string? Timezone { get; init; }
}

/// <summary>Answer of <c>POST /api/tenants</c>: exactly these members.</summary>
public sealed record TenantCreated
{
    public required Guid Id { get; init; }
    public required string Name { get; init; }
}

/// <summary>An organisation: owns all else and never sees another's.</summary>
public sealed record Tenant
{
    public required Guid Id { get; init; }
    public required string Name { get; init; }

    /// <summary>3 to 50 letters, digits and underscores; unique.</summary>
    public required string Slug { get; init; }

    public required BillingStatus BillingStatus { get; init; }

    /// <summary>Runs a UTC day, however they are started; null sets no limit.</summary>
    public int? DailyRunLimit { get; init; }

    /// <summary>IANA zone.</summary>
    public required string Timezone { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }
    public required DateTimeOffset UpdatedAt { get; init; }
}

/// <summary>Body of <c>PATCH /api/tenants/{id}</c>; what is left out stays.</summary>
public sealed record UpdateTenantRequest
{
    [StringLength(200, MinimumLength = 1)]
    [RegularExpression(Rules.NotBlank, ErrorMessage = Rules.NotBlankMessage)]
    public string? Name { get; init; }

    [RegularExpression(Rules.Slug, ErrorMessage = Rules.SlugMessage)]
    [StringLength(50, MinimumLength = 3)]
    public string? Slug { get; init; }

    public BillingStatus? BillingStatus { get; init; }

    /// <summary>null lifts the limit.</summary>
    [Range(0, int.MaxValue)]
    public Optional<int?> DailyRunLimit { get; init; }

    [StringLength(100)]
    public string? Timezone { get; init; }
}
