using Microsoft.AspNetCore.Http.HttpResults;
using NextLayer.Contracts.Access;
using NextLayer.Contracts.Workflows;
using NextLayer.ControlPlane.Features.Workflows.Running;
using NextLayer.ControlPlane.Platform.Access;
using NextLayer.ControlPlane.Platform.Errors;
using NextLayer.ControlPlane.Platform.Tenancy;

namespace NextLayer.ControlPlane.Features.Waits.Retries;

/// <summary>Ending the pause before a failed step's next attempt.</summary>
internal static class RetryStepEndpoint
{
    public static void MapRetryStep(this IEndpointRouteBuilder api) =>
        api.MapGroup("/api/v1/runs").WithCallerTenant().MapPost("/{id:guid}/retry-step", RetryAsync).WithTags("Workflow runs")
            .Requires(Permission.RunsControl).WithName("RetryWorkflowRunStep")
            .WithSummary("Makes the next attempt of a step that has failed and waits for it at once; a repeat changes nothing.");

    private static async Task<Results<Ok<WorkflowRun>, ProblemHttpResult>> RetryAsync(
        Guid id, RetryStepRequest request, CallerTenant tenant, Caller caller, RetryStepStore retries, WorkflowRunReader runs, CancellationToken ct) =>
        await retries.RetryAsync(tenant.Id, id, request, caller.KnownLabel, ct) switch
        {
            RetryStepOutcome.WrongState wrong => Problems.Conflict(wrong.Code, wrong.Why),
            RetryStepOutcome.Done when await runs.FindAsync(tenant.Id, id, ct) is { } run => TypedResults.Ok(run),
            _ => Problems.NotFound("run", id),
        };
}
