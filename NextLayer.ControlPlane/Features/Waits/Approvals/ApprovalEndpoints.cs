using System.ComponentModel;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using NextLayer.Contracts.Access;
using NextLayer.Contracts.Workflows;
using NextLayer.ControlPlane.Features.Waits.Approvals.Links;
using NextLayer.ControlPlane.Features.Workflows.Running;
using NextLayer.ControlPlane.Platform.Access;
using NextLayer.ControlPlane.Platform.Errors;
using NextLayer.ControlPlane.Platform.Registry;
using NextLayer.ControlPlane.Platform.Tenancy;

namespace NextLayer.ControlPlane.Features.Waits.Approvals;

/// <summary>The inbox of those who decide, and the decision.</summary>
internal static class ApprovalEndpoints
{
    public static void MapApprovals(this IEndpointRouteBuilder api)
    {
        var v1 = api.MapGroup("/api/v1").WithCallerTenant();
        v1.MapGet("/approvals", ListAsync).WithTags("Approvals").Requires(Permission.RunsRead).WithName("ListApprovals").WithSummary("Lists what people were asked, newest first.");
        v1.MapPost("/runs/{id:guid}/resume", ResumeAsync).WithTags("Workflow runs").Requires(Permission.ApprovalsDecide).WithName("ResumeWorkflowRun")
            .WithSummary("Ends a step's wait with data as its output; at an approval, adds a vote.");
    }

    private static async Task<Results<Ok<IReadOnlyList<Approval>>, ProblemHttpResult>> ListAsync(
        [AsParameters] PageNumberQuery page,
        CallerTenant tenant,
        ApprovalList approvals,
        HttpContext context,
        CancellationToken ct,
        [Description("waiting, approved, rejected or cancelled.")] string? status = null,
        [FromQuery(Name = "run_id")] Guid? runId = null)
    {
        if (ApprovalStatuses.TryRead(status, out var only) is { } unknown)
            return unknown;
        var (items, total) = await approvals.ReadAsync(tenant.Id, only, runId, page.PerPage, page.Offset, ct);
        context.Response.Headers[PageQueryExtensions.TotalCount] = total > ApprovalList.MostCounted ? $"{ApprovalList.MostCounted}+" : $"{total}";
        return TypedResults.Ok(items);
    }

    private static async Task<Results<Ok<WorkflowRun>, ProblemHttpResult>> ResumeAsync(
        Guid id, ResumeRunRequest request, CallerTenant tenant, Caller caller, ResumeStore resume, WorkflowRunReader runs, CancellationToken ct) =>
        await resume.ResumeAsync(tenant.Id, id, request, Voter.From(caller, tenant.Id, request.By), ct) switch
        {
            ResumeOutcome.Done when await runs.FindAsync(tenant.Id, id, ct) is { } run => TypedResults.Ok(run),
            ResumeOutcome.Done or ResumeOutcome.NotFound => Problems.NotFound("run", id),
            var refused => Refusal(refused)!, // Not null for what is not done.
        };

    /// <summary>The problem to answer with; null for what was done.</summary>
    public static ProblemHttpResult? Refusal(ResumeOutcome outcome) => outcome switch
    {
        ResumeOutcome.WrongState wrong => Problems.Conflict(wrong.Code, wrong.Why),
        ResumeOutcome.NotAsked notAsked => Problems.Make(StatusCodes.Status403Forbidden, "not_an_approver", notAsked.Why),
        ResumeOutcome.Invalid invalid => Problems.Invalid(invalid.Errors),
        ResumeOutcome.LinkEnded ended => ApprovalLinkEndpoints.Ended(ended.Why),
        ResumeOutcome.NotFound => ApprovalLinkEndpoints.Unknown(),
        _ => null,
    };
}
