using NextLayer.Contracts.Access;
using NextLayer.Contracts.Workflows;
using NextLayer.ControlPlane.Platform.Access;
using NextLayer.ControlPlane.Platform.Idempotency;
using NextLayer.ControlPlane.Platform.Requests;
using NextLayer.ControlPlane.Platform.Tenancy;

namespace NextLayer.ControlPlane.Features.Workflows.Running;

/// <summary>Starting runs, from a workflow or from a run.</summary>
internal static class StartEndpoints
{
    public static void MapStarting(this RouteGroupBuilder workflows)
    {
        workflows.MapPost("/{id:guid}/run", RunAsync).WithIdempotencyKey().WithBodyLimit(BodyLimit.RunInput).Requires(Permission.RunsStart).WithName("RunWorkflow").WithTags("Workflow runs")
            .WithSummary("Starts a run of a published workflow.")
            .Produces<WorkflowRun>(StatusCodes.Status201Created).Produces<WorkflowRun>();
        // What it runs nobody has approved, and it runs with the organisation's connectors: only who could publish it may.
        workflows.MapPost("/{id:guid}/test", TestAsync).WithIdempotencyKey().WithBodyLimit(BodyLimit.RunInput).Requires(Permission.WorkflowsPublish).WithName("TestWorkflow").WithTags("Workflow runs")
            .WithSummary("Starts a run of a draft as it is now; what is changed later does not touch the run.")
            .Produces<WorkflowRun>(StatusCodes.Status201Created).Produces<WorkflowRun>();
    }

    public static void MapRerun(this RouteGroupBuilder runs) =>
        runs.MapPost("/{id:guid}/rerun", RerunAsync).WithIdempotencyKey().WithBodyLimit(BodyLimit.RunInput).Requires(Permission.RunsStart).WithName("RerunWorkflowRun")
            .WithSummary("Starts another run of the same workflow, with the same input or another one, linked to the first.")
            .Produces<WorkflowRun>(StatusCodes.Status201Created).Produces<WorkflowRun>();

    private static async Task<IResult> RunAsync(
        Guid id, RunWorkflowRequest? request, CallerTenant tenant, WorkflowRunStarter starter, HttpContext context, CancellationToken ct) =>
        IdempotencyRequest.TryRead(context, out var key, request?.IdempotencyKey) is { } badKey
            ? badKey
            : await starter.StartAsync(tenant.Id, id, request, key, ct);

    private static async Task<IResult> TestAsync(
        Guid id, TestWorkflowRequest? request, CallerTenant tenant, WorkflowRunStarter starter, HttpContext context, CancellationToken ct) =>
        IdempotencyRequest.TryRead(context, out var key, request?.IdempotencyKey) is { } badKey
            ? badKey
            : await starter.TestAsync(tenant.Id, id, request, key, ct);

    private static async Task<IResult> RerunAsync(
        Guid id, RerunRequest? request, CallerTenant tenant, WorkflowRunStarter starter, HttpContext context, CancellationToken ct) =>
        IdempotencyRequest.TryRead(context, out var key, request?.IdempotencyKey) is { } badKey
            ? badKey
            : await starter.RerunAsync(tenant.Id, id, request, key, ct);
}
