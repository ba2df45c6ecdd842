using Microsoft.AspNetCore.Http.HttpResults;
using NextLayer.Contracts.Access;
using NextLayer.Contracts.Runs;
using NextLayer.ControlPlane.Platform.Access;
using NextLayer.ControlPlane.Platform.Errors;
using NextLayer.ControlPlane.Platform.Tenancy;

namespace NextLayer.ControlPlane.Features.RunViews;

/// <summary>Views of the runs list that a tenant's people share.</summary>
internal static class RunViewEndpoints
{
    private const int MaxName = 60;

    public static void MapRunViews(this IEndpointRouteBuilder api)
    {
        var views = api.MapGroup("/api/v1/run-views").WithTags("Run views").WithCallerTenant();
        views.MapGet("/", ListAsync).Requires(Permission.RunsRead).WithName("ListRunViews").WithSummary("Lists the tenant's views of the runs list, by name.");
        views.MapPut("/{name}", SaveAsync).Requires(Permission.RunsControl).WithName("SaveRunView").WithSummary("Makes a view, or replaces the one of that name.");
        views.MapDelete("/{name}", DeleteAsync).Requires(Permission.RunsControl).WithName("DeleteRunView").WithSummary("Forgets a view.");
    }

    private static async Task<Ok<IReadOnlyList<RunView>>> ListAsync(CallerTenant tenant, RunViewStore views, CancellationToken ct) =>
        TypedResults.Ok(await views.ListAsync(tenant.Id, ct));

    private static async Task<Results<Ok<RunView>, ProblemHttpResult>> SaveAsync(
        string name, SaveRunViewRequest request, CallerTenant tenant, Caller caller, RunViewStore views, CancellationToken ct)
    {
        if (string.IsNullOrWhiteSpace(name) || name.Length > MaxName || name.Any(char.IsControl))
            return Problems.Invalid("name", $"must have 1 to {MaxName} characters that can be seen.");
        return await views.SaveAsync(tenant.Id, name, request.Search, caller.Label, ct) is { } saved
            ? TypedResults.Ok(saved)
            : Problems.Conflict("too_many_views", $"The tenant has {RunViewStore.MaxViews} views already; delete one first.");
    }

    private static async Task<Results<NoContent, ProblemHttpResult>> DeleteAsync(
        string name, CallerTenant tenant, RunViewStore views, CancellationToken ct) =>
        await views.DeleteAsync(tenant.Id, name, ct)
            ? TypedResults.NoContent()
            : Problems.Make(StatusCodes.Status404NotFound, "run_view_not_found", $"There is no view {name}.");
}
