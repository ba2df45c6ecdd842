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

    /// <summary>
    /// Where the credentials are kept, never the credentials: <c>env:NAME</c> and <c>file:/path</c>, as far as the operator
    /// allows them, are read when a run needs them; any other text is a note.
    /// </summary>
    [StringLength(500)]
    public string? SecretsRef { get; init; }

    /// <summary>
    /// Write-only: an object of credentials by name, such as <c>{"api_key": "…"}</c>, each a text of at most 64 KiB or an
    /// object that is kept as its JSON. <c>GET /api/connector-types</c> tells the names of each type.
    /// </summary>
    public JsonElement? Secrets { get; init; }
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

    /// <summary>Which secrets are set; left out where the request had none.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<ConnectorSecret>? Secrets { get; init; }
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

    /// <summary>Which secrets are set, by name; their values are shown to nobody.</summary>
    public IReadOnlyList<ConnectorSecret> Secrets { get; init; } = [];

    /// <summary>What the last test of the connection came to; null when it was never tested.</summary>
    public ConnectorTest? LastTest { get; init; }

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

    /// <summary>null: nothing is kept elsewhere any more.</summary>
    [StringLength(500)]
    public Optional<string?> SecretsRef { get; init; }

    /// <summary>Write-only: secrets to set, by name; null removes one, those left out stay.</summary>
    public JsonElement? Secrets { get; init; }
}
