using Microsoft.AspNetCore.Http.HttpResults;
using NextLayer.Contracts.Access;
using NextLayer.Contracts.Providers;
using NextLayer.ControlPlane.Platform.Access;
using NextLayer.ControlPlane.Platform.Errors;
using NextLayer.ControlPlane.Platform.Registry;
using NextLayer.ControlPlane.Platform.Requests;

namespace NextLayer.ControlPlane.Features.Costs;

/// <summary>Where the worker that holds a run brings the rows it has fetched.</summary>
internal static class RunCostEndpoints
{
    private const int MaxPageBytes = 4 * 1024 * 1024;
    private const int MaxRawCharacters = 8192;

    public static void MapRunCosts(this IEndpointRouteBuilder api)
    {
        var costs = api.MapGroup("/api/runs/{runId:guid}/costs").WithTags("Runs").Requires(Permission.Work).OnRow(RowKind.Run, "runId").DisableRateLimiting();
        costs.MapPost("/pages", StageAsync).WithBodyLimit(MaxPageBytes).WithName("StageRunCosts")
            .WithSummary("Takes a page of costs from the worker that holds the run; nobody sees it before it is loaded.");
        costs.MapPost("/load", LoadAsync).WithName("LoadRunCosts")
            .WithSummary("Puts an attempt's pages in the place of the costs the pipeline had for the day, all or nothing.");
    }

    private static async Task<Results<Ok<CostsStaged>, ProblemHttpResult>> StageAsync(
        Guid runId, StageCostsRequest request, RunCostStore costs, CancellationToken ct)
    {
        for (var i = 0; i < request.Rows.Count; i++)
        {
            if (request.Rows[i].Raw.ValueKind != System.Text.Json.JsonValueKind.Object || request.Rows[i].Raw.GetRawText().Length > MaxRawCharacters)
                return Problems.Invalid($"rows[{i}].raw", $"must be an object of at most {MaxRawCharacters} characters.");
        }

        return (await costs.StageAsync(runId, request, ct)).ToOk();
    }

    private static async Task<Results<Ok<CostsLoaded>, ProblemHttpResult>> LoadAsync(
        Guid runId, LoadCostsRequest request, RunCostStore costs, CancellationToken ct) =>
        (await costs.LoadAsync(runId, request, ct)).ToOk();
}
