using Microsoft.AspNetCore.Http.HttpResults;
using NextLayer.Contracts.Access;
using NextLayer.Contracts.Quotas;
using NextLayer.ControlPlane.Platform.Access;
using NextLayer.ControlPlane.Platform.Errors;
using NextLayer.ControlPlane.Platform.Tenancy;

namespace NextLayer.ControlPlane.Features.Quotas;

internal static class QuotaEndpoints
{
    public static void AddQuotas(this IServiceCollection services) => services.AddSingleton<UsageStore>();

    public static void MapQuotas(this IEndpointRouteBuilder api) =>
        api.MapGet("/api/v1/usage", GetAsync).WithCallerTenant().Requires(Permission.TenantRead).WithTags("Tenants").WithName("GetUsage")
            .WithSummary("Tells how many runs the tenant made in the last 30 days, and what its daily limit leaves.");

    private static async Task<Results<Ok<TenantUsage>, ProblemHttpResult>> GetAsync(CallerTenant tenant, UsageStore usage, CancellationToken ct) =>
        await usage.ReadAsync(tenant.Id, ct) is { } found ? TypedResults.Ok(found) : Problems.NotFound("tenant", tenant.Id);
}
