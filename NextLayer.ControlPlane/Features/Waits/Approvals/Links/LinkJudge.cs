using NextLayer.Contracts.Access;
using NextLayer.ControlPlane.Platform.Access;
using NextLayer.ControlPlane.Platform.Registry;

namespace NextLayer.ControlPlane.Features.Waits.Approvals.Links;

/// <summary>
/// Says what a link is worth: what whoever made it may do now, to whom it was made for. Both may have lost their rights since,
/// and neither is there to show a credential.
/// </summary>
internal sealed class LinkJudge(AbsentCallers callers, TimeProvider time)
{
    public const string Withdrawn = "This link was withdrawn. Ask whoever sent it for another one.";

    public async ValueTask<JudgedLink> JudgeAsync(StoredLink link, CancellationToken ct)
    {
        var maker = await callers.FindAsync(link.MakerKind, link.Maker, ct);
        var person = link.Subject is { } subject ? await callers.FindAsync(CallerKind.User, subject, ct) : null;
        var role = person?.Roles.TryGetValue(link.TenantId, out var held) is true ? EnumText.Of(held) : null;
        return new JudgedLink(link, link.VoterAs(role), Ended(link, maker, person));
    }

    private string? Ended(StoredLink link, Caller? maker, Caller? person) =>
        link.View.WithdrawnAt is not null ? Withdrawn
        : link.View.ExpiresAt <= time.GetUtcNow() ? "This link has expired. Ask whoever sent it for another one."
        : !link.IsKnown && maker is null ? "This link was made while nobody needed to sign in. Ask for another one."
        : maker is null || !maker.Has(link.IsOwn ? Permission.ApprovalsDecide : Permission.ApprovalsInvite, link.TenantId)
            ? link.IsOwn ? $"{link.View.Approver} may no longer decide about approvals here." : "Whoever made this link may no longer do so. Ask for another one."
        : link.Subject is not null && !link.IsOwn && person?.Knows(link.TenantId) is not true ? $"{link.View.Approver} is no longer a member here."
        : null;
}
