using NextLayer.Contracts.Workers;
using NextLayer.ControlPlane.Features.Runs.Changes;

namespace NextLayer.ControlPlane.Features.Waits.Approvals;

/// <summary>Whether somebody is among those who were asked.</summary>
internal static class ApproverRules
{
    /// <param name="startedBy">Who started the run, as the audit log names them; null where nobody is known to have.</param>
    /// <returns>Why not, in a sentence; null for somebody who may decide.</returns>
    public static string? Refuse(ApprovalWait request, OpenStep step, Voter voter, string? startedBy)
    {
        if (!voter.IsKnown)
            return null;
        if (!request.SelfApproval && startedBy is not null && voter.Names.Contains(startedBy))
            return "You started this run; somebody else must decide.";
        return IsAsked(request, step, voter)
            ? null
            : $"Only {Describe(request, step)} may decide about step '{step.StepId}'.";
    }

    private static bool IsAsked(ApprovalWait request, OpenStep step, Voter voter)
    {
        if (IsEscalated(request, step) && request.EscalateTo.Any(Names))
            return true;
        return request.Approvers is not { } approvers
            || (approvers.Users.Count == 0 && approvers.Groups.Count == 0 && approvers.Roles.Count == 0)
            || approvers.Users.Any(Names)
            || approvers.Groups.Intersect(voter.Groups).Any()
            || (voter.Role is { } role && approvers.Roles.Contains(role, StringComparer.OrdinalIgnoreCase));

        bool Names(string user) => voter.Names.Contains(user, StringComparer.OrdinalIgnoreCase);
    }

    private static bool IsEscalated(ApprovalWait request, OpenStep step) => request.OnDeadline == OnDeadline.Escalate && step.WakeAt is null;

    private static string Describe(ApprovalWait request, OpenStep step)
    {
        var approvers = request.Approvers ?? new Approvers();
        var asked = approvers.Users
            .Concat(approvers.Groups.Select(group => $"the group {group}"))
            .Concat(approvers.Roles.Select(role => $"the role {role}"));
        return string.Join(", ", IsEscalated(request, step) ? asked.Concat(request.EscalateTo) : asked);
    }
}
