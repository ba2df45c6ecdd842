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
        var ofRun = api.MapGroup("/api/v1/runs/{id:guid}/approval-links").WithTags("Approvals").WithCallerTenant();
        ofRun.MapGet("/", ListAsync).Requires(Permission.RunsRead).WithName("ListApprovalLinks").WithSummary("Lists the links to a run's approvals without their secrets, newest first.");
        ofRun.MapPost("/", CreateAsync).Requires(Permission.ApprovalsDecide).WithName("CreateApprovalLink")
            .WithSummary("Makes a link by which one person decides without signing in, and shows it, this once.");
        ofRun.MapDelete("/{linkId:guid}", WithdrawAsync).Requires(Permission.ApprovalsDecide).WithName("WithdrawApprovalLink").WithSummary("Ends a link for good.");

        var links = api.MapGroup("/api/v1/approval-links").WithTags("Approvals").Open();
        links.MapPost("/open", OpenAsync).WithName("OpenApprovalLink").WithSummary("Shows what a link asks; its secret is the credential.");
        links.MapPost("/decide", DecideAsync).WithName("DecideByApprovalLink").WithSummary("Adds the vote of whoever the link was made for; its secret is the credential.");
    }

    private static async Task<Results<Ok<IReadOnlyList<ApprovalLink>>, ProblemHttpResult>> ListAsync(
        Guid id, CallerTenant tenant, ApprovalLinkStore links, CancellationToken ct) =>
        await links.ListAsync(tenant.Id, id, ct) is { } list ? TypedResults.Ok(list) : Problems.NotFound("run", id);

    private static async Task<Results<Created<NewApprovalLink>, ProblemHttpResult>> CreateAsync(
        Guid id, CreateApprovalLinkRequest request, CallerTenant tenant, Caller caller, ApprovalLinkMaker maker, CancellationToken ct)
    {
        var (made, problem) = await maker.MakeAsync(tenant.Id, id, request, caller, ct);
        return made is null ? problem! : TypedResults.Created($"/api/v1/runs/{id}/approval-links/{made.Id}", made); // One of them is there.
    }

    private static async Task<Results<NoContent, ProblemHttpResult>> WithdrawAsync(
        Guid id, Guid linkId, CallerTenant tenant, Caller caller, ApprovalLinkStore links, CancellationToken ct)
    {
        if (await links.ListAsync(tenant.Id, id, ct) is not { } ofRun)
            return Problems.NotFound("run", id);
        if (ofRun.FirstOrDefault(link => link.Id == linkId) is not { } link)
            return Problems.NotFound("approval_link", linkId);
        var own = link.InvitedBy is null && Voter.From(caller, tenant.Id, asserted: null).Name == link.Approver;
        if (!own && !caller.Has(Permission.ApprovalsInvite, tenant.Id))
            return AccessProblems.Forbidden(Permission.ApprovalsInvite, tenant.Id);
        await links.WithdrawAsync(linkId, ct);
        return TypedResults.NoContent();
    }

    private static async Task<Results<Ok<ApprovalInvitation>, ProblemHttpResult>> OpenAsync(
        OpenApprovalLinkRequest request, ApprovalLinkStore links, ApprovalLinkReader reader, CancellationToken ct) =>
        ApprovalLinkText.Parse(request.Token) is { } text ? await ShowAsync(text, links, reader, ct) : Unknown();

    private static async Task<Results<Ok<ApprovalInvitation>, ProblemHttpResult>> DecideAsync(
        DecideByLinkRequest request, ApprovalLinkStore links, ApprovalLinkReader reader, ResumeStore resume, CancellationToken ct) =>
        ApprovalLinkText.Parse(request.Token) is not { } text ? Unknown()
        : ApprovalEndpoints.Refusal(await resume.DecideByLinkAsync(text, request.Data, ct)) is { } refusal ? refusal
        : await ShowAsync(text, links, reader, ct);

    private static async Task<Results<Ok<ApprovalInvitation>, ProblemHttpResult>> ShowAsync(
        ApprovalLinkText text, ApprovalLinkStore links, ApprovalLinkReader reader, CancellationToken ct) =>
        await links.FindAsync(text, ct) switch
        {
            null => Unknown(),
            { Ended: { } why } => Ended(why),
            var link => await reader.ReadAsync(link, ct) is { } invitation ? TypedResults.Ok(invitation) : Unknown(),
        };

    public static ProblemHttpResult Unknown() =>
        Problems.Make(StatusCodes.Status404NotFound, "approval_link_not_found", "There is no such link. It may be cut off: copy it whole from the message it came in.");

    public static ProblemHttpResult Ended(string why) => Problems.Make(StatusCodes.Status410Gone, "approval_link_ended", why);
}
