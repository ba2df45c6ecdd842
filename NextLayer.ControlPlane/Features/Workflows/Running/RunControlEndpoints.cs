using Microsoft.AspNetCore.Http.HttpResults;
using NextLayer.Contracts.Access;
using NextLayer.Contracts.Runs;
using NextLayer.Contracts.Workflows;
using NextLayer.ControlPlane.Features.Events;
using NextLayer.ControlPlane.Features.Runs;
using NextLayer.ControlPlane.Features.Runs.Changes;
using NextLayer.ControlPlane.Platform.Access;
using NextLayer.ControlPlane.Platform.Errors;
using NextLayer.ControlPlane.Platform.Tenancy;

namespace NextLayer.ControlPlane.Features.Workflows.Running;

/// <summary>What people do to runs through the Workflow API.</summary>
internal static class RunControlEndpoints
{
    public static void MapWorkflowRunControl(this RouteGroupBuilder runs)
    {
        runs.MapPost("/{id:guid}/cancel", CancelAsync).Requires(Permission.RunsControl).WithName("CancelWorkflowRun")
            .WithSummary("Cancels a pending or paused run at once; asks the worker of a running one to stop.");
        runs.MapPost("/{id:guid}/retry", RetryAsync).Requires(Permission.RunsControl).WithName("RetryWorkflowRun")
            .WithSummary("Goes on with a failed run where it failed; finished steps keep their outputs.");
        runs.MapRerun();
    }

    private static async Task<Results<Ok<WorkflowRun>, ProblemHttpResult>> CancelAsync(
        Guid id, CancelRunRequest? request, CallerTenant tenant, WorkflowRunControl control, CancellationToken ct) =>
        (await control.CancelAsync(tenant.Id, id, request?.Reason, ct)).ToOk();

    private static async Task<Results<Ok<WorkflowRun>, ProblemHttpResult>> RetryAsync(
        Guid id, CallerTenant tenant, WorkflowRunControl control, CancellationToken ct) =>
        (await control.RetryAsync(tenant.Id, id, ct)).ToOk();
}
