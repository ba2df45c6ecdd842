using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using NextLayer.Contracts.Registry;
using NextLayer.ControlPlane.Platform.Database;
using NextLayer.ControlPlane.Platform.Errors;
using NextLayer.ControlPlane.Platform.Registry;

namespace NextLayer.ControlPlane.Features.Tenants;

/// <summary>Reads and changes tenants.</summary>
internal sealed class TenantStore(RegistryContext db, RunIds ids)
{
    /// <summary>The tenant that exists from the first start.</summary>
    public const string DefaultSlug = "default";

    public async Task<Outcome<TenantCreated>> CreateAsync(CreateTenantRequest request, CancellationToken ct)
    {
        if (Zones.Refuse(request.Timezone) is { } unknownZone)
            return unknownZone;
        var row = new TenantRow
        {
            Id = ids.Next(),
            Name = request.Name,
            Slug = request.Slug ?? Slugs.From(request.Name),
            BillingStatus = EnumText.Of(request.BillingStatus ?? BillingStatus.Trialing),
            DailyRunLimit = request.DailyRunLimit,
            Timezone = request.Timezone ?? "UTC",
        };
        db.Tenants.Add(row);
        while (true)
        {
            try
            {
                await db.SaveChangesAsync(ct);
                return new TenantCreated { Id = row.Id, Name = row.Name };
            }
            catch (DbUpdateException ex) when (ex.UniqueViolation() is not null)
            {
                if (request.Slug is not null)
                    return SlugTaken(request.Slug);
                row.Slug = Slugs.Vary(Slugs.From(request.Name));
            }
        }
    }

    public async Task<Tenant?> FindAsync(Guid id, CancellationToken ct) =>
        (await db.Tenants.AsNoTracking().SingleOrDefaultAsync(row => row.Id == id, ct))?.ToView();

    /// <param name="q">Part of the name or slug.</param>
    public Task<Page<Tenant>> ListAsync(string? slug, string? q, PageQuery page, HttpContext context, CancellationToken ct)
    {
        IQueryable<TenantRow> rows = db.Tenants;
        if (slug is not null)
            rows = rows.Where(row => row.Slug == slug);
        if (!string.IsNullOrEmpty(q))
            rows = rows.Where(row => EF.Functions.ILike(row.Name, LikePattern.Containing(q), LikePattern.Escape) || EF.Functions.ILike(row.Slug, LikePattern.Containing(q), LikePattern.Escape));
        return rows.ToPageAsync(page, row => row.ToView(), context, ct);
    }

    public async Task<Outcome<Tenant>> UpdateAsync(Guid id, UpdateTenantRequest request, CancellationToken ct)
    {
        if (Zones.Refuse(request.Timezone) is { } unknownZone)
            return unknownZone;
        if (await db.Tenants.SingleOrDefaultAsync(row => row.Id == id, ct) is not { } row)
            return Problems.NotFound("tenant", id);
        if (row.Slug == DefaultSlug && request.Slug is not (null or DefaultSlug))
            return DefaultStays();
        row.Name = request.Name ?? row.Name;
        row.Slug = request.Slug ?? row.Slug;
        row.BillingStatus = request.BillingStatus is { } status ? EnumText.Of(status) : row.BillingStatus;
        row.DailyRunLimit = request.DailyRunLimit.Or(row.DailyRunLimit);
        row.Timezone = request.Timezone ?? row.Timezone;
        try
        {
            await db.SaveChangesAsync(ct);
            return row.ToView();
        }
        catch (DbUpdateException ex) when (ex.UniqueViolation() is not null)
        {
            return SlugTaken(row.Slug);
        }
    }

    /// <returns>Null when it is gone.</returns>
    public async Task<ProblemHttpResult?> DeleteAsync(Guid id, CancellationToken ct)
    {
        if (await db.Tenants.AnyAsync(row => row.Id == id && row.Slug == DefaultSlug, ct))
            return DefaultStays();
        return await db.Tenants.Where(tenant => tenant.Id == id).TryDeleteAsync(
            Problems.NotFound("tenant", id),
            "tenant",
            async () =>
            [
                (await db.Facilities.CountAsync(other => other.TenantId == id, ct), "facility", "facilities"),
                (await db.ConnectorInstances.CountAsync(other => other.TenantId == id, ct), "connector instance", "connector instances"),
                (await db.Pipelines.CountAsync(other => other.TenantId == id, ct), "pipeline", "pipelines"),
            ],
            ct);
    }

    private static ProblemHttpResult SlugTaken(string slug) =>
        Problems.Conflict("slug_taken", $"Another tenant has the slug {slug}.");

    private static ProblemHttpResult DefaultStays() =>
        Problems.Conflict("default_tenant", "The tenant default is where calls without a tenant act; it keeps its slug and cannot be deleted.");
}
