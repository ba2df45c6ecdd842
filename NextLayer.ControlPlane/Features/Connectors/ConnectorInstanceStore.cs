using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using NextLayer.Contracts.Registry;
using NextLayer.ControlPlane.Platform.Database;
using NextLayer.ControlPlane.Platform.Errors;
using NextLayer.ControlPlane.Platform.Registry;

namespace NextLayer.ControlPlane.Features.Connectors;

/// <summary>Reads and changes connector instances.</summary>
internal sealed class ConnectorInstanceStore(RegistryContext db, RunIds ids)
{
    public async Task<Outcome<ConnectorInstanceCreated>> CreateAsync(CreateConnectorInstanceRequest request, CancellationToken ct)
    {
        if (JsonObjects.Refuse("config", request.Config) is { } notAnObject)
            return notAnObject;
        if (!await db.Tenants.AnyAsync(tenant => tenant.Id == request.TenantId, ct))
            return Problems.NotFound("tenant", request.TenantId);
        var row = new ConnectorInstanceRow
        {
            Id = ids.Next(),
            TenantId = request.TenantId,
            FacilityId = request.FacilityId,
            ConnectorType = request.ConnectorType,
            Status = EnumText.Of(request.Status ?? ConnectorStatus.Active),
            Config = request.Config?.GetRawText() ?? JsonObjects.Empty,
            SecretsRef = request.SecretsRef,
        };
        db.ConnectorInstances.Add(row);
        if (await SaveAsync(row, ct) is { } unknownFacility)
            return unknownFacility;
        var view = row.ToView();
        return new ConnectorInstanceCreated
        {
            Id = view.Id,
            TenantId = view.TenantId,
            FacilityId = view.FacilityId,
            ConnectorType = view.ConnectorType,
            Status = view.Status,
            Config = view.Config,
            SecretsRef = view.SecretsRef,
        };
    }

    public async Task<ConnectorInstance?> FindAsync(Guid id, CancellationToken ct) =>
        (await db.ConnectorInstances.AsNoTracking().SingleOrDefaultAsync(row => row.Id == id, ct))?.ToView();

    public Task<Page<ConnectorInstance>> ListAsync(
        Guid? tenantId, string? connectorType, string? status, PageQuery page, HttpContext context, CancellationToken ct)
    {
        IQueryable<ConnectorInstanceRow> rows = db.ConnectorInstances;
        if (tenantId is not null)
            rows = rows.Where(row => row.TenantId == tenantId);
        if (connectorType is not null)
            rows = rows.Where(row => row.ConnectorType == connectorType);
        if (status is not null)
            rows = rows.Where(row => row.Status == status);
        return rows.ToPageAsync(page, row => row.ToView(), context, ct);
    }

    public async Task<Outcome<ConnectorInstance>> UpdateAsync(Guid id, UpdateConnectorInstanceRequest request, CancellationToken ct)
    {
        if (JsonObjects.Refuse("config", request.Config) is { } notAnObject)
            return notAnObject;
        if (await db.ConnectorInstances.SingleOrDefaultAsync(row => row.Id == id, ct) is not { } row)
            return Problems.NotFound("connector_instance", id);
        row.FacilityId = request.FacilityId.Or(row.FacilityId);
        row.Status = request.Status is { } status ? EnumText.Of(status) : row.Status;
        row.Config = request.Config?.GetRawText() ?? row.Config;
        row.SecretsRef = request.SecretsRef.Or(row.SecretsRef);
        return await SaveAsync(row, ct) is { } unknownFacility ? unknownFacility : row.ToView();
    }

    /// <returns>Null when it is gone.</returns>
    public Task<ProblemHttpResult?> DeleteAsync(Guid id, CancellationToken ct) =>
        db.ConnectorInstances.Where(row => row.Id == id).TryDeleteAsync(
            Problems.NotFound("connector_instance", id), "connector instance", () => Task.FromResult<(int, string, string)[]>([]), ct);

    // The foreign key over tenant and facility refuses another tenant's facility like one that is not there.
    private async Task<ProblemHttpResult?> SaveAsync(ConnectorInstanceRow row, CancellationToken ct)
    {
        try
        {
            await db.SaveChangesAsync(ct);
            return null;
        }
        catch (DbUpdateException ex) when (ex.IsForeignKeyViolation() && row.FacilityId is { } facilityId)
        {
            return Problems.NotFound("facility", facilityId);
        }
    }
}
