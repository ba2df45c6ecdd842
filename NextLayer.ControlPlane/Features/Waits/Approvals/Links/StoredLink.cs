using NextLayer.Contracts.Access;
using NextLayer.Contracts.Workflows;

namespace NextLayer.ControlPlane.Features.Waits.Approvals.Links;

/// <summary>A link as it is kept.</summary>
/// <param name="View">What callers see of it.</param>
/// <param name="TenantId">Of the run.</param>
/// <param name="Names">All by which an approval may name the person.</param>
/// <param name="Groups">Those they were in when they made the link: only their own token tells.</param>
/// <param name="Subject">The person's <c>sub</c>; null for a guest.</param>
/// <param name="MakerKind">What the maker is.</param>
/// <param name="Maker">The maker's subject.</param>
internal sealed record StoredLink(
    ApprovalLink View, Guid TenantId, string[] Names, string[] Groups, string? Subject, CallerKind MakerKind, string Maker)
{
    public ApprovalKey Key => new(View.RunId, View.StepId, View.Generation, View.Attempt);

    /// <summary>False where it was made while authentication was off: nobody is who they say.</summary>
    public bool IsKnown => MakerKind != CallerKind.Development;

    public bool IsOwn => View.InvitedBy is null;

    /// <param name="role">The person's in the tenant now.</param>
    public Voter VoterAs(string? role) => new(View.Approver, Names, Groups, role, IsKnown, new VoterLink(View.Id, View.InvitedBy));
}

/// <summary>What a link is worth now.</summary>
/// <param name="Voter">Who decides by it.</param>
/// <param name="Ended">Why nobody does any more, in a sentence; null while somebody may.</param>
internal sealed record JudgedLink(StoredLink Link, Voter Voter, string? Ended);
