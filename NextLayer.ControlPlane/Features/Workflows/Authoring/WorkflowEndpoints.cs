using System.ComponentModel;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using NextLayer.Contracts.Access;
using NextLayer.Contracts.Registry;
using NextLayer.Contracts.Workflows;
using NextLayer.ControlPlane.Platform.Access;
using NextLayer.ControlPlane.Platform.Errors;
using NextLayer.ControlPlane.Platform.Idempotency;
using NextLayer.ControlPlane.Platform.Registry;
using NextLayer.ControlPlane.Platform.Tenancy;

namespace NextLayer.ControlPlane.Features.Workflows.Authoring;

/// <summary>Drawing, checking and publishing workflows.</summary>
internal static class WorkflowEndpoints
{
    public static void MapAuthoring(this RouteGroupBuilder workflows)
    {
        workflows.MapGet("/", ListAsync).Requires(Permission.WorkflowsRead).WithName("ListWorkflows").WithSummary("Lists workflows, newest first.");
        workflows.MapPost("/", CreateAsync).WithIdempotencyKey().Requires(Permission.WorkflowsWrite).WithName("CreateWorkflow").WithSummary("Makes a workflow: a pipeline and its version 1, a draft.");
        workflows.MapGet("/{id:guid}", GetAsync).Requires(Permission.WorkflowsRead).WithName("GetWorkflow").WithSummary("Shows a workflow; its ETag can be given back as If-Match.");
        workflows.MapPut("/{id:guid}", UpdateAsync).Requires(Permission.WorkflowsWrite).WithName("UpdateWorkflow").WithSummary("Changes a draft. The name is shared by all versions of the pipeline.");
        workflows.MapDelete("/{id:guid}", DeleteAsync).Requires(Permission.WorkflowsWrite).WithName("DeleteWorkflow").WithSummary("Deletes a draft, and with the last version its pipeline; runs of its tests stay, and their pipeline with them.");
        workflows.MapPost("/{id:guid}/publish", PublishAsync).Requires(Permission.WorkflowsPublish).WithName("PublishWorkflow").WithSummary("Makes a valid workflow runnable and freezes it.");
        workflows.MapPost("/{id:guid}/duplicate", DuplicateAsync).WithIdempotencyKey().Requires(Permission.WorkflowsWrite).WithName("DuplicateWorkflow").WithSummary("Copies a workflow into the next version, a draft.");
        workflows.MapPost("/{id:guid}/validate", ValidateAsync).Requires(Permission.WorkflowsRead).NotAudited().WithName("ValidateWorkflow").WithSummary("Says everything that is wrong with a workflow.");
        workflows.MapPost("/validate", ValidateUnsaved).Requires(Permission.WorkflowsRead).NotAudited().WithName("ValidateDefinition").WithSummary("Says everything that is wrong with a definition that was not saved.");
    }

    private static async Task<Results<Ok<IReadOnlyList<Workflow>>, ProblemHttpResult>> ListAsync(
        [AsParameters] WorkflowListQuery query, [AsParameters] PageNumberQuery page, CallerTenant tenant, WorkflowStore workflows, HttpContext context, CancellationToken ct)
    {
        if (WorkflowStatuses.TryRead(query.Status, out var statuses) is { } unknown)
            return unknown;
        var (items, total) = await workflows.ListAsync(tenant.Id, query, statuses, page, ct);
        context.Response.Headers[PageQueryExtensions.TotalCount] = total.ToString();
        return TypedResults.Ok(items);
    }

    private static Task<Results<Created<Workflow>, Ok<Workflow>, ProblemHttpResult>> CreateAsync(
        CreateWorkflowRequest request, CallerTenant tenant, WorkflowStore workflows, RegistryWrites writes, HttpContext context, CancellationToken ct) =>
        writes.CreateAsync(context, token => workflows.CreateAsync(tenant.Id, request, token), AddressOf, ct);

    private static async Task<Results<Ok<Workflow>, ProblemHttpResult>> GetAsync(
        Guid id, CallerTenant tenant, WorkflowStore workflows, HttpContext context, CancellationToken ct)
    {
        if (await workflows.FindAsync(tenant.Id, id, ct) is not { } row)
            return Problems.NotFound("workflow", id);
        context.Response.Headers.ETag = row.ETag;
        return TypedResults.Ok(row.ToView());
    }

    private static async Task<Results<Ok<Workflow>, ProblemHttpResult>> UpdateAsync(
        Guid id,
        UpdateWorkflowRequest request,
        [FromHeader(Name = "If-Match"), Description("ETag of the workflow as you read it: 412 when it was changed since.")] string? ifMatch,
        CallerTenant tenant,
        WorkflowStore workflows,
        RegistryWrites writes,
        HttpContext context,
        CancellationToken ct)
    {
        var outcome = await writes.ChangeAsync(token => workflows.UpdateAsync(tenant.Id, id, request, row => row.IsMeantBy(ifMatch), token), ct);
        if (outcome.Value is not { } row)
            return outcome.Problem!; // One of the two is there.
        context.Response.Headers.ETag = row.ETag;
        return TypedResults.Ok(row.ToView());
    }

    private static async Task<Results<NoContent, ProblemHttpResult>> DeleteAsync(
        Guid id, CallerTenant tenant, WorkflowStore workflows, CancellationToken ct) =>
        await workflows.DeleteAsync(tenant.Id, id, ct) is { } problem ? problem : TypedResults.NoContent();

    private static async Task<Results<Ok<Workflow>, ProblemHttpResult>> PublishAsync(
        Guid id, CallerTenant tenant, WorkflowStore workflows, RegistryWrites writes, CancellationToken ct) =>
        (await writes.ChangeAsync(token => workflows.PublishAsync(tenant.Id, id, token), ct)).ToOk();

    private static Task<Results<Created<Workflow>, Ok<Workflow>, ProblemHttpResult>> DuplicateAsync(
        Guid id, CallerTenant tenant, WorkflowStore workflows, RegistryWrites writes, HttpContext context, CancellationToken ct) =>
        writes.CreateAsync(context, token => workflows.DuplicateAsync(tenant.Id, id, token), AddressOf, ct);

    private static async Task<Results<Ok<WorkflowValidation>, ProblemHttpResult>> ValidateAsync(
        Guid id, CallerTenant tenant, WorkflowStore workflows, CancellationToken ct) =>
        await workflows.FindAsync(tenant.Id, id, ct) is { } row
            ? TypedResults.Ok(Validations.Of(row.ToView().Definition, inputSchema: null)) // The schema was checked when it was stored.
            : Problems.NotFound("workflow", id);

    private static Ok<WorkflowValidation> ValidateUnsaved(ValidateWorkflowRequest request, CallerTenant tenant) =>
        TypedResults.Ok(Validations.Of(request.Definition, request.InputSchema));

    private static string AddressOf(Workflow workflow) => $"/api/v1/workflows/{workflow.Id}";
}
