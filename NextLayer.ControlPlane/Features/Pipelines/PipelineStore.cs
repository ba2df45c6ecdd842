using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using NextLayer.Contracts.Registry;
using NextLayer.ControlPlane.Platform.Access;
using NextLayer.ControlPlane.Platform.Database;
using NextLayer.ControlPlane.Platform.Errors;
using NextLayer.ControlPlane.Platform.Registry;

namespace NextLayer.ControlPlane.Features.Pipelines;

/// <summary>Reads and changes pipelines.</summary>
internal sealed class PipelineStore(RegistryContext db, RunIds ids)
{
    public async Task<Outcome<PipelineCreated>> CreateAsync(CreatePipelineRequest request, CancellationToken ct)
    {
        if (!CallerScope.Current.Covers(request.TenantId))
            return Problems.NotFound("tenant", request.TenantId);
        var row = new PipelineRow
        {
            Id = ids.Next(),
            TenantId = request.TenantId,
            Name = request.Name,
            Description = request.Description,
        };
        db.Pipelines.Add(row);
        try
        {
            await db.SaveChangesAsync(ct);
        }
        catch (DbUpdateException ex) when (ex.IsForeignKeyViolation())
        {
            return Problems.NotFound("tenant", request.TenantId);
        }

        return new PipelineCreated { Id = row.Id, TenantId = row.TenantId, Name = row.Name, Description = row.Description };
    }

    public async Task<Pipeline?> FindAsync(Guid id, CancellationToken ct) =>
        (await db.Pipelines.AsNoTracking().SingleOrDefaultAsync(row => row.Id == id, ct))?.ToView();

    public Task<Page<Pipeline>> ListAsync(Guid? tenantId, string? q, PageQuery page, HttpContext context, CancellationToken ct)
    {
        IQueryable<PipelineRow> rows = db.Pipelines;
        if (tenantId is not null)
            rows = rows.Where(row => row.TenantId == tenantId);
        if (!string.IsNullOrEmpty(q))
            rows = rows.Where(row => EF.Functions.ILike(row.Name, LikePattern.Containing(q), LikePattern.Escape));
        return rows.ToPageAsync(page, row => row.ToView(), context, ct);
    }

    public async Task<Outcome<Pipeline>> UpdateAsync(Guid id, UpdatePipelineRequest request, CancellationToken ct)
    {
        if (await db.Pipelines.SingleOrDefaultAsync(row => row.Id == id, ct) is not { } row)
            return Problems.NotFound("pipeline", id);
        row.Name = request.Name ?? row.Name;
        row.Description = request.Description.Or(row.Description);
        await db.SaveChangesAsync(ct);
        return row.ToView();
    }

    /// <returns>Null when it is gone.</returns>
    public Task<ProblemHttpResult?> DeleteAsync(Guid id, CancellationToken ct) =>
        db.Pipelines.Where(row => row.Id == id).TryDeleteAsync(
            Problems.NotFound("pipeline", id),
            "pipeline",
            async () =>
            [
                (await db.PipelineVersions.CountAsync(row => row.PipelineId == id && row.TestOf == null, ct), "version", "versions"),
                (await db.PipelineVersions.CountAsync(row => row.PipelineId == id && row.TestOf != null, ct), "tested draft", "tested drafts"),
            ],
            ct);
}
