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

namespace NextLayer.ControlPlane.Features.Versions;

internal static class PipelineVersionEndpoints
{
    public static void MapPipelineVersions(this IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("/api/pipeline-versions").WithTags("Pipeline versions");
        group.MapPost("/", CreateAsync).WithIdempotencyKey().Requires(Permission.WorkflowsWrite).WithName("CreatePipelineVersion").WithSummary("Makes a pipeline version.");
        group.MapGet("/", ListAsync).Requires(Permission.WorkflowsRead).WithName("ListPipelineVersions").WithSummary("Lists pipeline versions, newest first.");
        group.MapGet("/{id:guid}", GetAsync).Requires(Permission.WorkflowsRead).OnRow(RowKind.PipelineVersion).WithName("GetPipelineVersion").WithSummary("Shows a pipeline version.");
        group.MapPatch("/{id:guid}", UpdateAsync).Requires(Permission.WorkflowsWrite).OnRow(RowKind.PipelineVersion).WithName("UpdatePipelineVersion").WithSummary("Changes a pipeline version.");
        group.MapDelete("/{id:guid}", DeleteAsync).Requires(Permission.WorkflowsWrite).OnRow(RowKind.PipelineVersion).WithName("DeletePipelineVersion").WithSummary("Deletes a pipeline version that was never run.");
        group.MapPost("/{id:guid}/status", ChangeStatusAsync).Requires(Permission.WorkflowsPublish).OnRow(RowKind.PipelineVersion).WithName("ChangePipelineVersionStatus")
            .WithSummary("Approves, deprecates or reopens a pipeline version.");
        group.MapPost("/{id:guid}/validate", ValidateAsync).Requires(Permission.WorkflowsRead).OnRow(RowKind.PipelineVersion).NotAudited().WithName("ValidatePipelineVersion")
            .WithSummary("Says everything that is wrong with the definition of a pipeline version.");
    }

    private static Task<Results<Ok<PipelineVersionCreated>, ProblemHttpResult>> CreateAsync(
        CreatePipelineVersionRequest request, PipelineVersionStore versions, RegistryWrites writes, HttpContext context, CancellationToken ct) =>
        writes.CreateAsync(context, token => versions.CreateAsync(request, token), ct);

    private static async Task<Results<Ok<Page<PipelineVersion>>, ProblemHttpResult>> ListAsync(
        [AsParameters] PageQuery page,
        [FromQuery(Name = "tenant_id")] Guid? tenantId,
        [FromQuery(Name = "pipeline_id")] Guid? pipelineId,
        string? status,
        PipelineVersionStore versions,
        HttpContext context,
        CancellationToken ct) =>
        status is null || EnumText.TryParse<VersionStatus>(status, out _)
            ? TypedResults.Ok(await versions.ListAsync(tenantId, pipelineId, status, page, context, ct))
            : Problems.Invalid("status", $"must be one of {string.Join(", ", EnumText.All<VersionStatus>())}.");

    private static async Task<Results<Ok<PipelineVersion>, ProblemHttpResult>> GetAsync(Guid id, PipelineVersionStore versions, CancellationToken ct) =>
        await versions.FindAsync(id, ct) is { } found ? TypedResults.Ok(found) : Problems.NotFound("pipeline_version", id);

    private static async Task<Results<Ok<PipelineVersion>, ProblemHttpResult>> UpdateAsync(
        Guid id, UpdatePipelineVersionRequest request, PipelineVersionStore versions, RegistryWrites writes, CancellationToken ct) =>
        (await writes.ChangeAsync(token => versions.UpdateAsync(id, request, token), ct)).ToOk();

    private static async Task<Results<NoContent, ProblemHttpResult>> DeleteAsync(Guid id, PipelineVersionStore versions, CancellationToken ct) =>
        await versions.DeleteAsync(id, ct) is { } problem ? problem : TypedResults.NoContent();

    private static async Task<Results<Ok<PipelineVersionCreated>, ProblemHttpResult>> ChangeStatusAsync(
        Guid id, ChangeVersionStatusRequest request, PipelineVersionStore versions, RegistryWrites writes, CancellationToken ct) =>
        (await writes.ChangeAsync(token => versions.ChangeStatusAsync(id, request.Status, request.Note, token), ct)).ToOk();

    private static async Task<Results<Ok<VersionValidation>, ProblemHttpResult>> ValidateAsync(
        Guid id, PipelineVersionStore versions, CancellationToken ct) =>
        await versions.FindAsync(id, ct) is { } version
            ? TypedResults.Ok(DefinitionCheck.Validate(version.DagSpec))
            : Problems.NotFound("pipeline_version", id);
}
