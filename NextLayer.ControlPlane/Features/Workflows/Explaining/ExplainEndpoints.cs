using Microsoft.AspNetCore.Http.HttpResults;
using NextLayer.Contracts.Access;
using NextLayer.Contracts.Workflows;
using NextLayer.ControlPlane.Platform.Access;
using NextLayer.ControlPlane.Platform.Errors;
using NextLayer.ControlPlane.Platform.Tenancy;

namespace NextLayer.ControlPlane.Features.Workflows.Explaining;

/// <summary>Why a run is where it is.</summary>
internal static class ExplainEndpoints
{
    public static void MapExplaining(this RouteGroupBuilder runs) =>
        runs.MapGet("/{id:guid}/explain", ExplainAsync).Requires(Permission.RunsRead).WithName("ExplainWorkflowRun")
            .WithSummary("Says why a run has not started, what it waits for, or how it ended.");

    private static async Task<Results<Ok<RunExplanation>, ProblemHttpResult>> ExplainAsync(
        Guid id, CallerTenant tenant, RunFactStore facts, CancellationToken ct) =>
        await facts.ReadAsync(tenant.Id, id, ct) is { } found ? TypedResults.Ok(RunExplainer.Explain(found)) : Problems.NotFound("run", id);
}
