using Microsoft.AspNetCore.Http.HttpResults;
using NextLayer.Contracts.Access;
using NextLayer.Contracts.Providers;
using NextLayer.ControlPlane.Platform.Access;
using NextLayer.ControlPlane.Platform.Tenancy;

namespace NextLayer.ControlPlane.Features.Costs;

internal static class CostEndpoints
{
    public static void AddCosts(this IServiceCollection services)
    {
        services.AddSingleton<CostStore>();
        services.AddSingleton<RunCostStore>();
    }

    public static void MapCosts(this IEndpointRouteBuilder api)
    {
        api.MapGet("/api/v1/costs", GetAsync).WithCallerTenant().Requires(Permission.CostsRead).WithTags("Provider pipelines").WithName("GetCosts")
            .WithSummary("Sums the tenant's costs by day and provider, service, or SKU and model.");
        api.MapRunCosts();
    }

    private static async Task<Results<Ok<CostReport>, ProblemHttpResult>> GetAsync(
        [AsParameters] CostQuery query, CallerTenant tenant, CostStore costs, CancellationToken ct) =>
        CostRange.TryCreate(query, query.To ?? await costs.TodayAsync(ct), out var problem) is { } range
            ? TypedResults.Ok(await costs.ReadAsync(tenant.Id, range, ct))
            : problem!; // One of the two is there.
}
