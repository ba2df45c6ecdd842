using NextLayer.Contracts.Workflows;
using NextLayer.ControlPlane.Platform.Database;
using Npgsql;

namespace NextLayer.ControlPlane.Features.Waits.Approvals.Links;

/// <summary>Shows whoever holds a link what they are asked.</summary>
internal sealed class ApprovalLinkReader(Databases databases)
{
    /// <returns>Null when the question is gone with its run.</returns>
    public async Task<ApprovalInvitation?> ReadAsync(StoredLink link, CancellationToken ct)
    {
        await using var connection = await databases.Main.OpenConnectionAsync(ct);
        if (await ApprovalList.FindAsync(connection, link.Key, ct) is not { } approval)
            return null;
        var own = approval.Decisions.FirstOrDefault(d => link.Names.Append(link.View.Approver).Contains(d.By, StringComparer.OrdinalIgnoreCase));
        return new ApprovalInvitation
        {
            Approver = link.View.Approver,
            InvitedBy = link.View.InvitedBy,
            TenantName = await TenantNameAsync(connection, link.TenantId, ct),
            ExpiresAt = link.View.ExpiresAt,
            Approval = approval,
            Decision = own,
            Refusal = own is null && approval.Status == ApprovalStatus.Waiting ? await RefusalAsync(connection, link, approval, ct) : null,
        };
    }

    private static async Task<string> TenantNameAsync(NpgsqlConnection connection, Guid tenantId, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand("SELECT name FROM tenants WHERE id = $1", connection);
        command.Parameters.AddWithValue(tenantId);
        return await command.ExecuteScalarAsync(ct) as string ?? "";
    }

    private static async Task<string?> RefusalAsync(NpgsqlConnection connection, StoredLink link, Approval approval, CancellationToken ct)
    {
        var request = (await ApprovalRows.RequestsAsync(connection, [link.Key], ct))[link.Key];
        return ApproverRules.Refuse(request, approval.StepId, approval.DeadlineAt, link.Voter, await RunStarter.FindAsync(connection, approval.RunId, ct));
    }
}
