using Microsoft.AspNetCore.Http.HttpResults;
using NextLayer.Contracts.Access;
using NextLayer.Contracts.Workflows;
using NextLayer.ControlPlane.Platform.Access;
using NextLayer.ControlPlane.Platform.Errors;
using NextLayer.ControlPlane.Platform.Tenancy;

namespace NextLayer.ControlPlane.Features.Waits.Approvals.Links;

/// <summary>
/// Links to approvals: made and withdrawn by those who are signed in, used by whoever has one. The secret is sent in bodies
/// alone, never in an address, which ends up in logs.
/// </summary>
internal static class ApprovalLinkEndpoints
{
    public static void MapApprovalLinks(this IEndpointRouteBuilder api)
    {
        // The audit log is about {id}: the link.
        var ofRun = api.MapGroup("/api/v1/runs/{runId:guid}/approval-links").WithTags("Approvals").WithCallerTenant();
        ofRun.MapGet("/", ListAsync).Requires(Permission.RunsRead).WithName("ListApprovalLinks").WithSummary("Lists the links to a run's approvals without their secrets: those that can be used, then the newest.");
        ofRun.MapPost("/", CreateAsync).Requires(Permission.ApprovalsDecide).WithName("CreateApprovalLink")
            .WithSummary("Makes a link by which one person decides without signing in, and shows it, this once.");
        ofRun.MapDelete("/{id:guid}", WithdrawAsync).Requires(Permission.ApprovalsDecide).WithName("WithdrawApprovalLink").WithSummary("Ends a link for good.");

        var links = api.MapGroup("/api/v1/approval-links").WithTags("Approvals").Open();
        links.MapPost("/open", OpenAsync).WithName("OpenApprovalLink").WithSummary("Shows what a link asks; its secret is the credential.");
        links.MapPost("/decide", DecideAsync).WithName("DecideByApprovalLink").WithSummary("Adds the vote of whoever the link was made for; its secret is the credential.");
    }

    private static async Task<Results<Ok<IReadOnlyList<ApprovalLink>>, ProblemHttpResult>> ListAsync(
        Guid runId, CallerTenant tenant, ApprovalLinkStore links, CancellationToken ct) =>
        await links.ListAsync(tenant.Id, runId, ct) is { } list ? TypedResults.Ok(list) : Problems.NotFound("run", runId);

    private static async Task<Results<Created<NewApprovalLink>, ProblemHttpResult>> CreateAsync(
        Guid runId, CreateApprovalLinkRequest request, CallerTenant tenant, Caller caller, ApprovalLinkMaker maker, CancellationToken ct)
    {
        var (made, problem) = await maker.MakeAsync(tenant.Id, runId, request, caller, ct);
        return made is null ? problem! : TypedResults.Created($"/api/v1/runs/{runId}/approval-links/{made.Id}", made); // One of them is there.
    }

    private static async Task<Results<NoContent, ProblemHttpResult>> WithdrawAsync(
        Guid runId, Guid id, CallerTenant tenant, Caller caller, ApprovalLinkStore links, CancellationToken ct)
    {
        if (await links.FindAsync(tenant.Id, runId, id, ct) is not { } link)
            return Problems.NotFound("approval_link", id);
        if ((link.MakerKind, link.Maker) != (caller.Kind, caller.Subject) && !caller.Has(Permission.ApprovalsInvite, tenant.Id))
            return AccessProblems.Forbidden(Permission.ApprovalsInvite, tenant.Id);
        await links.WithdrawAsync(id, ct);
        return TypedResults.NoContent();
    }

    private static async Task<Results<Ok<ApprovalInvitation>, ProblemHttpResult>> OpenAsync(
        OpenApprovalLinkRequest request, ApprovalLinkStore links, LinkJudge judge, ApprovalLinkReader reader, CancellationToken ct)
    {
        var (link, problem) = await FindAsync(request.Token, links, judge, ct);
        return link is null ? problem! : await ShowAsync(link, reader, ct); // One of them is there.
    }

    private static async Task<Results<Ok<ApprovalInvitation>, ProblemHttpResult>> DecideAsync(
        DecideByLinkRequest request, ApprovalLinkStore links, LinkJudge judge, ApprovalLinkReader reader, ResumeStore resume, CancellationToken ct)
    {
        var (link, problem) = await FindAsync(request.Token, links, judge, ct);
        if (link is null)
            return problem!; // As above.
        // What was decided is told, whatever becomes of the link meanwhile.
        return ApprovalEndpoints.Refusal(await resume.DecideByLinkAsync(link, request.Data, ct)) is { } refusal ? refusal : await ShowAsync(link, reader, ct);
    }

    private static async Task<(JudgedLink? Link, ProblemHttpResult? Problem)> FindAsync(string token, ApprovalLinkStore links, LinkJudge judge, CancellationToken ct)
    {
        if (ApprovalLinkText.Parse(token) is not { } text || await links.FindAsync(text, ct) is not { } stored)
            return (null, Unknown());
        var judged = await judge.JudgeAsync(stored, ct);
        return judged.Ended is { } why ? (null, Ended(why)) : (judged, null);
    }

    private static async Task<Results<Ok<ApprovalInvitation>, ProblemHttpResult>> ShowAsync(JudgedLink link, ApprovalLinkReader reader, CancellationToken ct) =>
        await reader.ReadAsync(link, ct) is { } invitation ? TypedResults.Ok(invitation) : Unknown();

    public static ProblemHttpResult Unknown() =>
        Problems.Make(StatusCodes.Status404NotFound, "approval_link_not_found", "There is no such link. It may be cut off: copy it whole from the message it came in.");

    public static ProblemHttpResult Ended(string why) => Problems.Make(StatusCodes.Status410Gone, "approval_link_ended", why);
}
