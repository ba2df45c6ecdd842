using Microsoft.AspNetCore.Http.HttpResults;
using NextLayer.Contracts.Access;
using NextLayer.Contracts.Stats;
using NextLayer.ControlPlane.Platform.Access;
using NextLayer.ControlPlane.Platform.Errors;
using NextLayer.ControlPlane.Platform.Tenancy;

namespace NextLayer.ControlPlane.Features.Stats;

/// <summary>Figures for operators: what an overview draws.</summary>
internal static class StatsEndpoints
{
    public static void AddStats(this IServiceCollection services) => services.AddSingleton<StatsStore>();

    public static void MapStats(this IEndpointRouteBuilder routes) =>
        routes.MapGet("/api/v1/stats", ReadAsync).WithCallerTenantOrAll().WithTags("Stats").Requires(Permission.RunsRead).WithName("GetRunStats")
            .WithSummary("Counts the runs made in a stretch of time, and measures them.");

    private static async Task<Results<Ok<RunStats>, ProblemHttpResult>> ReadAsync(
        [AsParameters] StatsQuery query, CallerScope scope, StatsStore stats, TimeProvider time, CancellationToken ct) =>
        StatsRange.TryCreate(query, time.GetUtcNow(), out var problem) is { } range
            ? TypedResults.Ok(await stats.ReadAsync(range, scope.Tenants, query.PipelineId, query.Tests, ct))
            : problem!; // One of the two is there.
}
