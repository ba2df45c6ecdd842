using System.ComponentModel.DataAnnotations;
using System.Text.Json;
using System.Text.Json.Serialization;
using NextLayer.Contracts.Json;

namespace NextLayer.Contracts.Registry;

/// <summary>Whether a connector can be used.</summary>
[JsonConverter(typeof(UpperSnakeEnumConverter<ConnectorStatus>))]
public enum ConnectorStatus
{
    Active,

    /// <summary>The other side refused our credentials: somebody has to sign in again.</summary>
    NeedsReauth,

    Disabled,
}

/// <summary>Body of <c>POST /api/connector-instances</c>.</summary>
public sealed record CreateConnectorInstanceRequest
{
    public required Guid TenantId { get; init; }

    /// <summary>A facility of the same tenant; null for the whole tenant.</summary>
    public Guid? FacilityId { get; init; }

    /// <summary>What it connects to: <c>shopify</c>, <c>csv</c>, <c>openai</c> …</summary>
    [StringLength(100, MinimumLength = 1)]
    [RegularExpression(Rules.NotBlank, ErrorMessage = Rules.NotBlankMessage)]
    public required string ConnectorType { get; init; }

    /// <summary>ACTIVE when absent.</summary>
    public ConnectorStatus? Status { get; init; }

    /// <summary>A JSON object of settings that are no secrets; <c>{}</c> when absent.</summary>
    public JsonElement? Config { get; init; }

    /// <summary>Name of the secret that holds the credentials; never the credentials.</summary>
    [StringLength(500)]
    public string? SecretsRef { get; init; }
}

/// <summary>Answer of <c>POST /api/connector-instances</c>.</summary>
public sealed record ConnectorInstanceCreated
{
    public required Guid Id { get; init; }
    public required Guid TenantId { get; init; }
    public Guid? FacilityId { get; init; }
    public required string ConnectorType { get; init; }
    public required ConnectorStatus Status { get; init; }
    public required JsonElement Config { get; init; }
    public string? SecretsRef { get; init; }
}

/// <summary>A configured connection of a tenant to another system.</summary>
public sealed record ConnectorInstance
{
    public required Guid Id { get; init; }
    public required Guid TenantId { get; init; }
    public Guid? FacilityId { get; init; }
    public required string ConnectorType { get; init; }
    public required ConnectorStatus Status { get; init; }
    public required JsonElement Config { get; init; }
    public string? SecretsRef { get; init; }
    public required DateTimeOffset CreatedAt { get; init; }
    public required DateTimeOffset UpdatedAt { get; init; }
}

/// <summary>Body of <c>PATCH /api/connector-instances/{id}</c>; what is left out stays.</summary>
public sealed record UpdateConnectorInstanceRequest
{
    /// <summary>null makes it the whole tenant's.</summary>
    public Optional<Guid?> FacilityId { get; init; }

    public ConnectorStatus? Status { get; init; }

    /// <summary>Replaces the whole object.</summary>
    public JsonElement? Config { get; init; }

    /// <summary>null: it needs no credentials any more.</summary>
    [StringLength(500)]
    public Optional<string?> SecretsRef { get; init; }
}
