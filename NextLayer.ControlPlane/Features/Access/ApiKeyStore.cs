using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using NextLayer.Contracts.Access;
using NextLayer.ControlPlane.Platform.Access;
using NextLayer.ControlPlane.Platform.Access.Keys;
using NextLayer.ControlPlane.Platform.Database;
using NextLayer.ControlPlane.Platform.Errors;
using NextLayer.ControlPlane.Platform.Registry;

namespace NextLayer.ControlPlane.Features.Access;

/// <summary>Makes, lists and revokes the keys of a tenant, or (where the tenant is null) of the installation.</summary>
internal sealed class ApiKeyStore(RegistryContext db, RunIds ids, ApiKeyReader reader, GrantStore grants, AdministratorRule administrators, TimeProvider time)
{
    public async Task<(IReadOnlyList<ApiKey> Items, int Total)> ListAsync(Guid? tenantId, PageNumberQuery page, CancellationToken ct)
    {
        var rows = db.ApiKeys.AsNoTracking().Where(row => row.TenantId == tenantId);
        var items = await rows.OrderByDescending(row => row.Id).Skip(page.Offset).Take(page.PerPage).ToListAsync(ct);
        var keyIds = items.Select(row => row.KeyId).ToList();
        var roles = await db.Memberships.AsNoTracking()
            .Where(row => row.Kind == "api_key" && row.TenantId == tenantId && keyIds.Contains(row.Subject))
            .ToDictionaryAsync(row => row.Subject, row => row.Role, ct);
        return ([.. items.Select(row => View(row, EnumText.Parse<Role>(roles[row.KeyId])))], await rows.CountAsync(ct));
    }

    /// <param name="text">The key, of which only the hash is kept.</param>
    /// <returns>The key without its secret, as a repeat of the call is answered.</returns>
    public async Task<Outcome<NewApiKey>> CreateAsync(Guid? tenantId, CreateApiKeyRequest request, ApiKeyText text, Caller by, CancellationToken ct)
    {
        if (Refuse(tenantId, request, by) is { } refusal)
            return refusal;
        var row = new ApiKeyRow
        {
            Id = ids.Next(),
            KeyId = text.KeyId,
            SecretHash = text.SecretHash,
            TenantId = tenantId,
            Name = request.Name,
            Scopes = request.Scopes?.Distinct().Select(EnumText.Of).ToArray(),
            CreatedBy = by.Label,
            ExpiresAt = request.ExpiresAt?.ToUniversalTime(),
        };
        db.ApiKeys.Add(row);
        db.Memberships.Add(new MembershipRow
        {
            Id = ids.Next(),
            TenantId = tenantId,
            Kind = EnumText.Of(CallerKind.ApiKey),
            Subject = text.KeyId,
            Role = EnumText.Of(request.Role),
            Name = request.Name,
            CreatedBy = by.Label,
        });
        await db.SaveChangesAsync(ct);
        return View(row, request.Role);
    }

    /// <summary>A key that is revoked already stays so.</summary>
    /// <returns>Null when it is revoked.</returns>
    public async Task<ProblemHttpResult?> RevokeAsync(Guid? tenantId, Guid id, CancellationToken ct)
    {
        await using var transaction = await db.Database.BeginTransactionAsync(ct);
        await administrators.LockAsync(tenantId, ct);
        if (await db.ApiKeys.AsNoTracking().SingleOrDefaultAsync(row => row.Id == id && row.TenantId == tenantId, ct) is not { } row)
            return Problems.NotFound("api_key", id);
        if (row.RevokedAt is not null)
            return null;
        var membership = await db.Memberships.AsNoTracking().SingleAsync(m => m.Kind == "api_key" && m.Subject == row.KeyId && m.TenantId == tenantId, ct);
        if (await administrators.RefuseAsync(tenantId, membership, ct) is { } refusal)
            return refusal;
        // In one statement: the row also changes whenever the key is used, which is no reason to let it live.
        await db.ApiKeys.Where(key => key.Id == id && key.RevokedAt == null)
            .ExecuteUpdateAsync(set => set.SetProperty(key => key.RevokedAt, time.GetUtcNow()), ct);
        await transaction.CommitAsync(ct);
        reader.Forget(row.KeyId);
        grants.Forget(CallerKind.ApiKey, row.KeyId);
        return null;
    }

    private ProblemHttpResult? Refuse(Guid? tenantId, CreateApiKeyRequest request, Caller by)
    {
        if (request.ExpiresAt <= time.GetUtcNow())
            return Problems.Invalid("expires_at", "must lie in the future.");
        var rights = GivenRights.Of(request.Role, tenantId);
        var beyond = request.Scopes?.Where(scope => !rights.Contains(scope)).Select(EnumText.Of).ToList();
        return beyond is { Count: > 0 }
            ? Problems.Invalid("scopes", $"must be rights of the role {EnumText.Of(request.Role)}, which has no {string.Join(", ", beyond)}.")
            : GivenRights.Refuse(by, tenantId, request.Scopes ?? rights.AsEnumerable());
    }

    private static NewApiKey View(ApiKeyRow row, Role role) => new()
    {
        Id = row.Id,
        KeyId = row.KeyId,
        TenantId = row.TenantId,
        Name = row.Name,
        Role = role,
        Scopes = row.Scopes?.Select(EnumText.Parse<Permission>).ToList(),
        CreatedAt = row.CreatedAt,
        CreatedBy = row.CreatedBy,
        ExpiresAt = row.ExpiresAt,
        RevokedAt = row.RevokedAt,
        LastUsedAt = row.LastUsedAt,
        LastUsedFrom = row.LastUsedFrom,
        Key = null,
    };
}
