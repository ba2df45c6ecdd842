using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using NextLayer.Contracts.Registry;
using NextLayer.ControlPlane.Platform.Database;
using NextLayer.ControlPlane.Platform.Errors;
using NextLayer.ControlPlane.Platform.Registry;
using NextLayer.ControlPlane.Platform.Secrets;
using Npgsql;

namespace NextLayer.ControlPlane.Features.Connectors;

/// <summary>Reads and changes connector instances.</summary>
internal sealed class ConnectorInstanceStore(RegistryContext db, RunIds ids, ConnectorSecretStore secrets, SecretReferences references)
{
    public async Task<Outcome<ConnectorInstanceCreated>> CreateAsync(CreateConnectorInstanceRequest request, CancellationToken ct)
    {
        if (JsonObjects.Refuse("config", request.Config) is { } notAnObject)
            return notAnObject;
        if (SecretChanges.TryRead(request.Secrets, request.ConnectorType, mayRemove: false, out var changes) is { } badSecret)
            return badSecret;
        if (RefuseReference(request.SecretsRef, request.TenantId) is { } badReference)
            return badReference;
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
        await secrets.ApplyAsync(Connection, row.Id, row.TenantId, changes, overlapSeconds: 0, ct);
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
            Secrets = changes.Count == 0 ? null : await SecretsOfAsync(row.Id, ct),
        };
    }

    public async Task<ConnectorInstance?> FindAsync(Guid id, CancellationToken ct) =>
        await db.ConnectorInstances.AsNoTracking().SingleOrDefaultAsync(row => row.Id == id, ct) is { } found
            ? found.ToView(await SecretsOfAsync(id, ct))
            : null;

    public async Task<Page<ConnectorInstance>> ListAsync(
        Guid? tenantId, string? connectorType, string? status, PageQuery page, HttpContext context, CancellationToken ct)
    {
        IQueryable<ConnectorInstanceRow> rows = db.ConnectorInstances;
        if (tenantId is not null)
            rows = rows.Where(row => row.TenantId == tenantId);
        if (connectorType is not null)
            rows = rows.Where(row => row.ConnectorType == connectorType);
        if (status is not null)
            rows = rows.Where(row => row.Status == status);
        var found = await rows.ToPageAsync(page, row => row.ToView(), context, ct);
        await db.Database.OpenConnectionAsync(ct);
        var names = await ConnectorSecretStore.ListAsync(Connection, [.. found.Items.Select(item => item.Id)], ct);
        return found with { Items = [.. found.Items.Select(item => item with { Secrets = [.. names[item.Id]] })] };
    }

    public async Task<Outcome<ConnectorInstance>> UpdateAsync(Guid id, UpdateConnectorInstanceRequest request, CancellationToken ct)
    {
        if (JsonObjects.Refuse("config", request.Config) is { } notAnObject)
            return notAnObject;
        await using var transaction = await db.Database.BeginTransactionAsync(ct);
        if (await db.ConnectorInstances.SingleOrDefaultAsync(row => row.Id == id, ct) is not { } row)
            return Problems.NotFound("connector_instance", id);
        if (SecretChanges.TryRead(request.Secrets, row.ConnectorType, mayRemove: true, out var changes) is { } badSecret)
            return badSecret;
        if (request.SecretsRef.IsSet && RefuseReference(request.SecretsRef.Value, row.TenantId) is { } badReference)
            return badReference;
        row.FacilityId = request.FacilityId.Or(row.FacilityId);
        row.Status = request.Status is { } status ? EnumText.Of(status) : StatusAfter(row, changes);
        row.Config = request.Config?.GetRawText() ?? row.Config;
        row.SecretsRef = request.SecretsRef.Or(row.SecretsRef);
        if (changes.Count > 0)
            db.Entry(row).State = EntityState.Modified; // Locks the row, and tells when the connector was last changed.
        if (await SaveAsync(row, ct) is { } unknownFacility)
            return unknownFacility;
        await secrets.ApplyAsync(Connection, id, row.TenantId, changes, overlapSeconds: 0, ct);
        if (await ConnectorSecretStore.CountAsync(Connection, id, ct) > SecretChanges.MostSecrets)
            return TooMany;
        var view = row.ToView(await SecretsOfAsync(id, ct));
        await transaction.CommitAsync(ct);
        return view;
    }

    /// <summary>Sets one secret. The last writer of two at once wins.</summary>
    public async Task<Outcome<ConnectorSecret>> SetSecretAsync(Guid id, string name, SetConnectorSecretRequest request, CancellationToken ct)
    {
        await using var transaction = await db.Database.BeginTransactionAsync(ct);
        if (await db.ConnectorInstances.SingleOrDefaultAsync(row => row.Id == id, ct) is not { } row)
            return Problems.NotFound("connector_instance", id);
        if (SecretChanges.NameProblem(name, row.ConnectorType) is { } badName)
            return Problems.Invalid("name", badName);
        if (SecretChanges.TryReadValue(request.Value, out var value) is { } badValue)
            return Problems.Invalid("value", badValue);
        var overlap = request.OverlapSeconds ?? 0;
        if (overlap > 0 && name != ConnectorTypes.SigningSecret)
            return Problems.Invalid("overlap_seconds", $"is only understood for {ConnectorTypes.SigningSecret}: any other credential is used alone.");
        row.Status = StatusAfter(row, new Dictionary<string, string?> { [name] = value });
        db.Entry(row).State = EntityState.Modified; // As above.
        await db.SaveChangesAsync(ct);
        await secrets.ApplyAsync(Connection, id, row.TenantId, new Dictionary<string, string?> { [name] = value }, overlap, ct);
        if (await ConnectorSecretStore.CountAsync(Connection, id, ct) > SecretChanges.MostSecrets)
            return TooMany;
        var set = (await SecretsOfAsync(id, ct)).Single(secret => secret.Name == name);
        await transaction.CommitAsync(ct);
        return set;
    }

    /// <returns>Null when it is gone.</returns>
    public async Task<ProblemHttpResult?> DeleteSecretAsync(Guid id, string name, CancellationToken ct)
    {
        await using var transaction = await db.Database.BeginTransactionAsync(ct);
        // Locks the row, and tells when the connector was last changed.
        if (await db.ConnectorInstances.Where(row => row.Id == id).ExecuteUpdateAsync(set => set.SetProperty(row => row.Status, row => row.Status), ct) == 0)
            return Problems.NotFound("connector_instance", id);
        if (!await ConnectorSecretStore.RemoveAsync(Connection, id, name, ct))
            return Problems.NotFound("connector_secret", name);
        await transaction.CommitAsync(ct);
        return null;
    }

    private static ProblemHttpResult TooMany => Problems.Invalid("secrets", $"must be at most {SecretChanges.MostSecrets} in all.");

    private NpgsqlConnection Connection => (NpgsqlConnection)db.Database.GetDbConnection();

    private async Task<IReadOnlyList<ConnectorSecret>> SecretsOfAsync(Guid id, CancellationToken ct)
    {
        await db.Database.OpenConnectionAsync(ct);
        return [.. (await ConnectorSecretStore.ListAsync(Connection, [id], ct))[id]];
    }

    /// <summary>Who gives new credentials has signed in again.</summary>
    private static string StatusAfter(ConnectorInstanceRow row, IReadOnlyDictionary<string, string?> changes) =>
        row.Status == EnumText.Of(ConnectorStatus.NeedsReauth) && changes.Values.Any(value => value is not null)
            ? EnumText.Of(ConnectorStatus.Active)
            : row.Status;

    private ProblemHttpResult? RefuseReference(string? secretsRef, Guid tenantId) =>
        !SecretReferences.IsReference(secretsRef) || references.IsAllowed(secretsRef!, tenantId) // It is one.
            ? null
            : Problems.Invalid("secrets_ref", "is not among the references this installation allows (setting Secrets:References:Allowed of the control plane).");

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
