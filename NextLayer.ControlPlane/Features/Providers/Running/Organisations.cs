using Microsoft.AspNetCore.Http.HttpResults;
using NextLayer.Contracts.Registry;
using NextLayer.ControlPlane.Platform.Access;
using NextLayer.ControlPlane.Platform.Database;
using NextLayer.ControlPlane.Platform.Errors;
using NextLayer.ControlPlane.Platform.Registry;
using NextLayer.ControlPlane.Platform.Tenancy;
using Npgsql;

namespace NextLayer.ControlPlane.Features.Providers.Running;

/// <summary>A tenant as the Provider API knows it.</summary>
/// <param name="Yesterday">UTC, by the database's clock.</param>
internal sealed record Organisation(Guid TenantId, string Slug, string BillingStatus, DateOnly Yesterday);

/// <summary>A connector of the type that a pipeline needs.</summary>
internal sealed record Integration(Guid ConnectorId, string Status);

/// <summary>Finds organisations and what they have set up.</summary>
internal sealed class Organisations(Databases databases)
{
    private const string FindSql = """
        SELECT id, billing_status, (now() AT TIME ZONE 'UTC')::date - 1 FROM tenants WHERE slug = $1
        """;

    // Three tell all there is to tell: none, one, several.
    private const string IntegrationsSql = """
        SELECT id, status FROM connector_instances
        WHERE tenant_id = $1 AND connector_type = $2 AND ($3::uuid IS NULL OR id = $3)
        ORDER BY (status = 'ACTIVE') DESC, id LIMIT 3
        """;

    /// <summary>
    /// The organisation that an address names, which becomes the tenant the call acts in. Who is no member of it gets the 403
    /// that the Provider API promises, and the same for a name nobody has; who may see every tenant is told 404.
    /// </summary>
    public async Task<(Organisation? Organisation, ProblemHttpResult? Refusal)> EnterAsync(string slug, HttpContext context, CancellationToken ct)
    {
        var scope = context.Features.Get<CallerScope>() ?? throw new InvalidOperationException($"{context.Request.Path} asks for no permission.");
        var found = await FindAsync(slug, ct);
        if (found is null || !scope.Covers(found.TenantId))
            return (null, scope.IsEverything ? Problems.NotFound("organization", slug) : AccessProblems.Forbidden(context));
        context.Features.Set(new CallerTenant(found.TenantId)); // Also says whose idempotency keys these are.
        return (found, null);
    }

    private async Task<Organisation?> FindAsync(string slug, CancellationToken ct)
    {
        await using var command = databases.Main.CreateCommand(FindSql);
        command.Parameters.AddWithValue(slug);
        await using var row = await command.ExecuteReaderAsync(ct);
        return await row.ReadAsync(ct) ? new Organisation(row.GetGuid(0), slug, row.GetString(1), row.GetFieldValue<DateOnly>(2)) : null;
    }

    /// <param name="connectorId">Only this one; null for all.</param>
    public async Task<IReadOnlyList<Integration>> IntegrationsAsync(Guid tenantId, string connectorType, Guid? connectorId, CancellationToken ct)
    {
        await using var command = databases.Main.CreateCommand(IntegrationsSql);
        command.Parameters.AddWithValue(tenantId);
        command.Parameters.AddWithValue(connectorType);
        command.Parameters.Add(new NpgsqlParameter { NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Uuid, Value = connectorId ?? (object)DBNull.Value });
        await using var row = await command.ExecuteReaderAsync(ct);
        var found = new List<Integration>();
        while (await row.ReadAsync(ct))
            found.Add(new Integration(row.GetGuid(0), row.GetString(1)));
        return found;
    }

    /// <summary>403 unless its subscription lets it run what costs money.</summary>
    public static ProblemHttpResult? RefuseBilling(Organisation organisation) =>
        EnumText.Parse<BillingStatus>(organisation.BillingStatus) is BillingStatus.Active or BillingStatus.Trialing
            ? null
            : Problems.Make(StatusCodes.Status403Forbidden, "subscription_inactive", $"Subscription is not active. Current status: {organisation.BillingStatus}");
}
