using NextLayer.Contracts.Access;
using NextLayer.ControlPlane.Platform.Access;
using NextLayer.ControlPlane.Platform.Registry;

namespace NextLayer.ControlPlane.Features.Waits.Approvals;

/// <summary>Who decides.</summary>
/// <param name="Name">As the decision is signed: one person, one vote.</param>
/// <param name="Names">Everything by which an approval may have named them.</param>
/// <param name="Groups">Those the identity provider put them in.</param>
/// <param name="Role">Their role in the tenant; null for an administrator of the installation.</param>
/// <param name="IsKnown">False while authentication is off: nobody is who they say, and everybody may decide.</param>
/// <param name="Link">How they decide without signing in; null for a caller.</param>
internal sealed record Voter(string Name, IReadOnlyList<string> Names, IReadOnlyList<string> Groups, string? Role, bool IsKnown, VoterLink? Link = null)
{
    /// <summary>Who decides while calls carry no identity and name nobody.</summary>
    private const string Somebody = "local";

    /// <param name="asserted">Who the caller says they are; ignored where they are known.</param>
    public static Voter From(Caller caller, Guid tenantId, string? asserted)
    {
        if (caller.Kind == CallerKind.Development)
            return new Voter(asserted ?? Somebody, [], [], Role: null, IsKnown: false);
        var name = caller.Email ?? caller.Label;
        var role = caller.Roles.TryGetValue(tenantId, out var held) ? EnumText.Of(held) : null;
        return new Voter(name, [name, caller.Subject, caller.Label], caller.Groups, role, IsKnown: true);
    }
}

/// <summary>The link that somebody decides by.</summary>
/// <param name="InvitedBy">Who made it for them; null where they did.</param>
internal sealed record VoterLink(Guid Id, string? InvitedBy);
