using System.Text.Json;
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

    public ConnectorInstance ToView() => new()
    {
        Id = Id,
        TenantId = TenantId,
        FacilityId = FacilityId,
        ConnectorType = ConnectorType,
        Status = EnumText.Parse<ConnectorStatus>(Status),
        Config = JsonElement.Parse(Config),
        SecretsRef = SecretsRef,
        CreatedAt = CreatedAt,
        UpdatedAt = UpdatedAt,
    };
}
