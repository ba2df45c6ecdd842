using System.Text.Json;
using NextLayer.Contracts.Json;
using NextLayer.Contracts.Registry;
using NextLayer.ControlPlane.Platform.Registry;

namespace NextLayer.ControlPlane.Features.Connectors;

internal sealed class ConnectorInstanceRow : RegistryRow
{
    public Guid TenantId { get; set; }
    public Guid? FacilityId { get; set; }
    public required string ConnectorType { get; set; }
    public required string Status { get; set; }

    /// <summary>Raw JSON.</summary>
    public required string Config { get; set; }

    public string? SecretsRef { get; set; }

    /// <summary>Raw JSON of a <see cref="ConnectorTest"/>; null when it was never tested.</summary>
    public string? LastTest { get; set; }

    public ConnectorInstance ToView(IEnumerable<ConnectorSecret>? secrets = null) => new()
    {
        Id = Id,
        TenantId = TenantId,
        FacilityId = FacilityId,
        ConnectorType = ConnectorType,
        Status = EnumText.Parse<ConnectorStatus>(Status),
        Config = JsonElement.Parse(Config),
        SecretsRef = SecretsRef,
        Secrets = [.. secrets ?? []],
        LastTest = LastTest is null ? null : JsonSerializer.Deserialize<ConnectorTest>(LastTest, NextLayerJson.Options),
        CreatedAt = CreatedAt,
        UpdatedAt = UpdatedAt,
    };
}
