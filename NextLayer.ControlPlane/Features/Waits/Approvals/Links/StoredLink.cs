using NextLayer.Contracts.Access;
using NextLayer.Contracts.Workflows;
using NextLayer.ControlPlane.Platform.Access;
using NextLayer.ControlPlane.Platform.Registry;

namespace NextLayer.ControlPlane.Features.Waits.Approvals.Links;

/// <summary>A link as it is kept, and what it is worth now.</summary>
/// <param name="View">What callers see of it.</param>
/// <param name="TenantId">Of the run.</param>
/// <param name="Names">All by which an approval may name the person.</param>
/// <param name="Groups">Those they were in when they made the link: only their own token tells.</param>
/// <param name="IsKnown">False when it was made while authentication was off.</param>
/// <param name="IsMember">False for a guest.</param>
/// <param name="Role">What the member is now.</param>
/// <param name="IsPlatformRole">The role is one in every tenant.</param>
/// <param name="Ended">Why nobody may decide by it any more, in a sentence.</param>
internal sealed record StoredLink(
    ApprovalLink View, Guid TenantId, string[] Names, string[] Groups, bool IsKnown, bool IsMember, Role? Role, bool IsPlatformRole)
{
    public string? Ended { get; private init; }

    public ApprovalKey Key => new(View.RunId, View.StepId, View.Generation, View.Attempt);

    public Voter Voter => new(
        View.Approver, Names, Groups, Role is { } role && !IsPlatformRole ? EnumText.Of(role) : null, IsKnown, new VoterLink(View.Id, View.InvitedBy));

    /// <param name="mustBeKnown">Authentication is on.</param>
    public StoredLink JudgedAt(DateTimeOffset now, bool mustBeKnown) => this with
    {
        Ended = View.WithdrawnAt is not null ? "This link was withdrawn. Ask whoever sent it for another one."
            : View.ExpiresAt <= now ? "This link has expired. Ask whoever sent it for another one."
            : mustBeKnown && !IsKnown ? "This link was made while nobody needed to sign in. Ask for another one."
            : View.InvitedBy is null && IsMember && !MayDecide ? $"{View.Approver} may no longer decide about approvals here."
            : null,
    };

    // Whoever was invited may by the invitation; whoever made the link for themselves, only as long as they may.
    private bool MayDecide => Role is { } role && (IsPlatformRole ? PermissionTable.OfPlatform(role) : PermissionTable.Of(role)).Contains(Permission.ApprovalsDecide);
}
