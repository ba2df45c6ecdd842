using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using NextLayer.Contracts.Access;
using NextLayer.Contracts.Registry;
using NextLayer.ControlPlane.Platform.Access;
using NextLayer.ControlPlane.Platform.Errors;
using NextLayer.ControlPlane.Platform.Idempotency;
using NextLayer.ControlPlane.Platform.Registry;

namespace NextLayer.ControlPlane.Features.Pipelines;

internal static class PipelineEndpoints
{
    public static void MapPipelines(this IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("/api/pipelines").WithTags("Pipelines");
        group.MapPost("/", CreateAsync).WithIdempotencyKey().Requires(Permission.WorkflowsWrite).WithName("CreatePipeline").WithSummary("Makes a pipeline.");
        group.MapGet("/", ListAsync).Requires(Permission.WorkflowsRead).WithName("ListPipelines").WithSummary("Lists pipelines, newest first.");
        group.MapGet("/{id:guid}", GetAsync).Requires(Permission.WorkflowsRead).OnRow(RowKind.Pipeline).WithName("GetPipeline").WithSummary("Shows a pipeline.");
        group.MapPatch("/{id:guid}", UpdateAsync).Requires(Permission.WorkflowsWrite).OnRow(RowKind.Pipeline).WithName("UpdatePipeline").WithSummary("Changes a pipeline.");
        group.MapDelete("/{id:guid}", DeleteAsync).Requires(Permission.WorkflowsWrite).OnRow(RowKind.Pipeline).WithName("DeletePipeline").WithSummary("Deletes a pipeline that has no versions.");
    }

    private static Task<Results<Ok<PipelineCreated>, ProblemHttpResult>> CreateAsync(
        CreatePipelineRequest request, PipelineStore pipelines, RegistryWrites writes, HttpContext context, CancellationToken ct) =>
        writes.CreateAsync(context, token => pipelines.CreateAsync(request, token), ct);

    private static async Task<Ok<Page<Pipeline>>> ListAsync(
        [AsParameters] PageQuery page,
        [FromQuery(Name = "tenant_id")] Guid? tenantId,
        [StringLength(200), Description("Part of the name.")] string? q,
        [Description("Adds each one's newest version and last runs.")] bool? summary,
        PipelineStore pipelines,
        PipelineSummaries summaries,
        HttpContext context,
        CancellationToken ct)
    {
        var found = await pipelines.ListAsync(tenantId, q, page, context, ct);
        return TypedResults.Ok(summary is true ? await summaries.AddToAsync(found, ct) : found);
    }

    private static async Task<Results<Ok<Pipeline>, ProblemHttpResult>> GetAsync(Guid id, PipelineStore pipelines, CancellationToken ct) =>
        await pipelines.FindAsync(id, ct) is { } found ? TypedResults.Ok(found) : Problems.NotFound("pipeline", id);

    private static async Task<Results<Ok<Pipeline>, ProblemHttpResult>> UpdateAsync(
        Guid id, UpdatePipelineRequest request, PipelineStore pipelines, RegistryWrites writes, CancellationToken ct) =>
        (await writes.ChangeAsync(token => pipelines.UpdateAsync(id, request, token), ct)).ToOk();

    private static async Task<Results<NoContent, ProblemHttpResult>> DeleteAsync(Guid id, PipelineStore pipelines, CancellationToken ct) =>
        await pipelines.DeleteAsync(id, ct) is { } problem ? problem : TypedResults.NoContent();
}
