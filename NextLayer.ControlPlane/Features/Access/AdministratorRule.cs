using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using NextLayer.ControlPlane.Platform.Errors;
using NextLayer.ControlPlane.Platform.Registry;

namespace NextLayer.ControlPlane.Features.Access;

/// <summary>Keeps a tenant from being left without anybody who may administer it.</summary>
internal sealed class AdministratorRule(RegistryContext db)
{
    /// <summary>
    /// First in a change's transaction, before anything is read: changes of a tenant's members come one after the other, so
    /// that of two administrators who remove each other at the same moment one stays. Runs can be made meanwhile.
    /// </summary>
    public async Task LockAsync(Guid? tenantId, CancellationToken ct)
    {
        if (tenantId is { } tenant)
            await db.Database.ExecuteSqlAsync($"SELECT FROM tenants WHERE id = {tenant} FOR NO KEY UPDATE", ct);
    }

    /// <summary>Behind <see cref="LockAsync"/>. The installation itself always has its settings.</summary>
    /// <param name="but">The membership that will no longer count.</param>
    /// <returns>The refusal, or null.</returns>
    public async Task<ProblemHttpResult?> RefuseAsync(Guid? tenantId, MembershipRow but, CancellationToken ct)
    {
        if (tenantId is not { } tenant || but.Role != "admin")
            return null;
        var left = await db.Database.SqlQuery<int>($"""
            SELECT count(*)::integer AS "Value" FROM memberships m LEFT JOIN api_keys k ON m.kind = 'api_key' AND k.key_id = m.subject
            WHERE m.tenant_id = {tenant} AND m.role = 'admin' AND m.id <> {but.Id}
              AND (m.kind = 'user' OR (k.revoked_at IS NULL AND (k.expires_at IS NULL OR k.expires_at > now())))
            """).SingleAsync(ct);
        return left > 0 ? null : Problems.Conflict("last_admin", "This is the tenant's last administrator. Give somebody else the role admin first.");
    }
}
