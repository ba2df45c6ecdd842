using NextLayer.Contracts.Workflows;
using NextLayer.ControlPlane.Features.Runs;
using NextLayer.ControlPlane.Platform.Database;
using Npgsql;

namespace NextLayer.ControlPlane.Features.Waits.Approvals.Links;

/// <summary>
/// Shows whoever holds a link what they are asked: the question and how the others voted, but neither what the others filled in
/// nor who else could be asked.
/// </summary>
internal sealed class ApprovalLinkReader(Databases databases)
{
    /// <returns>Null when the question is gone with its run.</returns>
    public async Task<ApprovalInvitation?> ReadAsync(JudgedLink judged, CancellationToken ct)
    {
        var link = judged.Link;
        await using var connection = await databases.Main.OpenConnectionAsync(ct);
        if (await ApprovalList.FindAsync(connection, link.Key, ct) is not { } approval)
            return null;
        var signedAs = await ApprovalRows.FindVoteAsync(connection, link.Key, judged.Voter, ct);
        var own = approval.Decisions.FirstOrDefault(decision => decision.By == signedAs);
        return new ApprovalInvitation
        {
            Approver = link.View.Approver,
            InvitedBy = link.View.InvitedBy,
            TenantName = await TenantNameAsync(connection, link.TenantId, ct),
            ExpiresAt = link.View.ExpiresAt,
            Approval = approval with
            {
                Approvers = null,
                EscalateTo = [],
                Decisions = [.. approval.Decisions.Select(decision => decision == own ? decision : decision with { Data = RunRows.EmptyObject })],
            },
            Decision = own,
            Refusal = own is null && approval.Status == ApprovalStatus.Waiting ? await RefusalAsync(connection, judged, approval, ct) : null,
        };
    }

    private static async Task<string> TenantNameAsync(NpgsqlConnection connection, Guid tenantId, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand("SELECT name FROM tenants WHERE id = $1", connection);
        command.Parameters.AddWithValue(tenantId);
        return await command.ExecuteScalarAsync(ct) as string ?? "";
    }

    private static async Task<string?> RefusalAsync(NpgsqlConnection connection, JudgedLink judged, Approval approval, CancellationToken ct)
    {
        var key = judged.Link.Key;
        var request = (await ApprovalRows.RequestsAsync(connection, [key], ct))[key];
        return ApproverRules.Refuse(request, approval.StepId, approval.DeadlineAt, judged.Voter, await RunStarter.FindAsync(connection, approval.RunId, ct));
    }
}
