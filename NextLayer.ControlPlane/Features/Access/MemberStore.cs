using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using NextLayer.Contracts.Access;
using NextLayer.ControlPlane.Platform.Access;
using NextLayer.ControlPlane.Platform.Database;
using NextLayer.ControlPlane.Platform.Errors;
using NextLayer.ControlPlane.Platform.Registry;

namespace NextLayer.ControlPlane.Features.Access;

/// <summary>Reads and changes who has which role in a tenant, or (where the tenant is null) in all of them.</summary>
internal sealed class MemberStore(RegistryContext db, RunIds ids, GrantStore grants, AdministratorRule administrators)
{
    public async Task<(IReadOnlyList<Member> Items, int Total)> ListAsync(Guid? tenantId, PageNumberQuery page, CancellationToken ct)
    {
        var rows = db.Memberships.AsNoTracking().Where(row => row.TenantId == tenantId);
        var items = await rows.OrderByDescending(row => row.Id).Skip(page.Offset).Take(page.PerPage).ToListAsync(ct);
        return ([.. items.Select(row => row.ToView())], await rows.CountAsync(ct));
    }

    public async Task<Outcome<Member>> AddAsync(Guid? tenantId, AddMemberRequest request, Caller by, CancellationToken ct)
    {
        if (GivenRights.Refuse(by, tenantId, GivenRights.Of(request.Role, tenantId)) is { } beyond)
            return beyond;
        var row = new MembershipRow
        {
            Id = ids.Next(),
            TenantId = tenantId,
            Kind = EnumText.Of(CallerKind.User),
            Subject = request.Subject,
            Role = EnumText.Of(request.Role),
            Name = request.Name,
            Email = request.Email,
            CreatedBy = by.Label,
        };
        db.Memberships.Add(row);
        try
        {
            await db.SaveChangesAsync(ct);
        }
        catch (DbUpdateException ex) when (ex.UniqueViolation() is not null)
        {
            return Problems.Conflict("already_member", $"{request.Subject} is a member already; change the role instead.");
        }

        grants.Forget(CallerKind.User, request.Subject);
        return row.ToView();
    }

    public async Task<Outcome<Member>> ChangeAsync(Guid? tenantId, Guid id, Role role, Caller by, CancellationToken ct)
    {
        if (GivenRights.Refuse(by, tenantId, GivenRights.Of(role, tenantId)) is { } beyond)
            return beyond;
        await using var transaction = await db.Database.BeginTransactionAsync(ct);
        await administrators.LockAsync(tenantId, ct);
        if (await FindAsync(tenantId, id, ct) is not { } row)
            return Problems.NotFound("member", id);
        if (role != Role.Admin && await administrators.RefuseAsync(tenantId, row, ct) is { } refusal)
            return refusal;
        row.Role = EnumText.Of(role);
        await db.SaveChangesAsync(ct);
        await transaction.CommitAsync(ct);
        Forget(row);
        return row.ToView();
    }

    /// <returns>Null when the member is gone.</returns>
    public async Task<ProblemHttpResult?> RemoveAsync(Guid? tenantId, Guid id, CancellationToken ct)
    {
        await using var transaction = await db.Database.BeginTransactionAsync(ct);
        await administrators.LockAsync(tenantId, ct);
        if (await FindAsync(tenantId, id, ct) is not { } row)
            return Problems.NotFound("member", id);
        if (row.Kind == EnumText.Of(CallerKind.ApiKey))
            return Problems.Conflict("is_api_key", $"This member is the API key {row.Subject}; revoke the key instead.");
        if (await administrators.RefuseAsync(tenantId, row, ct) is { } refusal)
            return refusal;
        if (await db.Memberships.Where(member => member.Id == id).ExecuteDeleteAsync(ct) == 0)
            return Problems.NotFound("member", id); // Of the installation's members nobody holds a lock.
        await transaction.CommitAsync(ct);
        Forget(row);
        return null;
    }

    private Task<MembershipRow?> FindAsync(Guid? tenantId, Guid id, CancellationToken ct) =>
        db.Memberships.SingleOrDefaultAsync(row => row.Id == id && row.TenantId == tenantId, ct);

    private void Forget(MembershipRow row) => grants.Forget(EnumText.Parse<CallerKind>(row.Kind), row.Subject);
}
