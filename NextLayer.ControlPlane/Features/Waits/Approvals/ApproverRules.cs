using NextLayer.Contracts.Workers;

namespace NextLayer.ControlPlane.Features.Waits.Approvals;

/// <summary>Whether somebody is among those who were asked.</summary>
internal static class ApproverRules
{
    /// <param name="startedBy">Who started the run, as the audit log names them; null where nobody is known to have.</param>
    /// <returns>Why not, in a sentence; null for somebody who may decide.</returns>
    /// <param name="deadline">Null where there is none, or none any more.</param>
    public static string? Refuse(ApprovalWait request, string stepId, DateTimeOffset? deadline, Voter voter, string? startedBy)
    {
        if (!voter.IsKnown)
            return null;
        if (IsBarred(request, voter, startedBy))
            return "You started this run; somebody else must decide.";
        var escalated = request.OnDeadline == OnDeadline.Escalate && deadline is null;
        return IsAsked(request, escalated, voter)
            ? null
            : $"Only {Describe(request, escalated)} may decide about step '{stepId}'.";
    }

    /// <summary>Whether the question is about the voter's own run, and not theirs to settle.</summary>
    public static bool IsBarred(ApprovalWait request, Voter voter, string? startedBy) =>
        !request.SelfApproval && startedBy is not null && voter.Names.Contains(startedBy, StringComparer.OrdinalIgnoreCase);

    private static bool IsAsked(ApprovalWait request, bool escalated, Voter voter)
    {
        if (escalated && request.EscalateTo.Any(Names))
            return true;
        return request.Approvers is not { } approvers
            || (approvers.Users.Count == 0 && approvers.Groups.Count == 0 && approvers.Roles.Count == 0)
            || approvers.Users.Any(Names)
            || approvers.Groups.Intersect(voter.Groups).Any()
            || (voter.Role is { } role && approvers.Roles.Contains(role, StringComparer.OrdinalIgnoreCase));

        bool Names(string user) => voter.Names.Contains(user, StringComparer.OrdinalIgnoreCase);
    }

    private static string Describe(ApprovalWait request, bool escalated)
    {
        var approvers = request.Approvers ?? new Approvers();
        var asked = approvers.Users
            .Concat(approvers.Groups.Select(group => $"the group {group}"))
            .Concat(approvers.Roles.Select(role => $"the role {role}"));
        return string.Join(", ", escalated ? asked.Concat(request.EscalateTo) : asked);
    }
}
