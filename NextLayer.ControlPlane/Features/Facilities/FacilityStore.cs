using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using NextLayer.Contracts.Registry;
using NextLayer.ControlPlane.Platform.Access;
using NextLayer.ControlPlane.Platform.Database;
using NextLayer.ControlPlane.Platform.Errors;
using NextLayer.ControlPlane.Platform.Registry;

namespace NextLayer.ControlPlane.Features.Facilities;

/// <summary>Reads and changes facilities.</summary>
internal sealed class FacilityStore(RegistryContext db, RunIds ids)
{
    public async Task<Outcome<FacilityCreated>> CreateAsync(CreateFacilityRequest request, CancellationToken ct)
    {
        if (Zones.Refuse(request.Timezone) is { } unknownZone)
            return unknownZone;
        if (!CallerScope.Current.Covers(request.TenantId))
            return Problems.NotFound("tenant", request.TenantId);
        var row = new FacilityRow
        {
            Id = ids.Next(),
            TenantId = request.TenantId,
            Name = request.Name,
            FacilityType = request.FacilityType ?? "STORE",
            Timezone = request.Timezone ?? "America/New_York",
        };
        db.Facilities.Add(row);
        try
        {
            await db.SaveChangesAsync(ct);
        }
        catch (DbUpdateException ex) when (ex.IsForeignKeyViolation())
        {
            return Problems.NotFound("tenant", request.TenantId);
        }

        return new FacilityCreated
        {
            Id = row.Id,
            TenantId = row.TenantId,
            Name = row.Name,
            FacilityType = row.FacilityType,
            Timezone = row.Timezone,
        };
    }

    public async Task<Facility?> FindAsync(Guid id, CancellationToken ct) =>
        (await db.Facilities.AsNoTracking().SingleOrDefaultAsync(row => row.Id == id, ct))?.ToView();

    public Task<Page<Facility>> ListAsync(Guid? tenantId, PageQuery page, HttpContext context, CancellationToken ct)
    {
        IQueryable<FacilityRow> rows = db.Facilities;
        if (tenantId is not null)
            rows = rows.Where(row => row.TenantId == tenantId);
        return rows.ToPageAsync(page, row => row.ToView(), context, ct);
    }

    public async Task<Outcome<Facility>> UpdateAsync(Guid id, UpdateFacilityRequest request, CancellationToken ct)
    {
        if (Zones.Refuse(request.Timezone) is { } unknownZone)
            return unknownZone;
        if (await db.Facilities.SingleOrDefaultAsync(row => row.Id == id, ct) is not { } row)
            return Problems.NotFound("facility", id);
        row.Name = request.Name ?? row.Name;
        row.FacilityType = request.FacilityType ?? row.FacilityType;
        row.Timezone = request.Timezone ?? row.Timezone;
        await db.SaveChangesAsync(ct);
        return row.ToView();
    }

    /// <returns>Null when it is gone.</returns>
    public Task<ProblemHttpResult?> DeleteAsync(Guid id, CancellationToken ct) =>
        db.Facilities.Where(row => row.Id == id).TryDeleteAsync(
            Problems.NotFound("facility", id),
            "facility",
            async () => [(await db.ConnectorInstances.CountAsync(row => row.FacilityId == id, ct), "connector instance", "connector instances")],
            ct);
}
