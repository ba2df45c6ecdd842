using System.Text.Json;
using Microsoft.AspNetCore.Http.HttpResults;
using NextLayer.Contracts.Access;
using NextLayer.Contracts.Json;
using NextLayer.Contracts.Workers;
using NextLayer.Contracts.Workflows;
using NextLayer.ControlPlane.Platform.Access;
using NextLayer.ControlPlane.Platform.Database;
using NextLayer.ControlPlane.Platform.Errors;
using Npgsql;

namespace NextLayer.ControlPlane.Features.Waits.Approvals.Links;

/// <summary>
/// Makes links. One for oneself is no more than one's own vote; one for somebody else is a right of its own, since whoever
/// makes enough of them could decide alone.
/// </summary>
internal sealed class ApprovalLinkMaker(Databases databases, ApprovalLinkStore links, RunIds ids, TimeProvider time)
{
    /// <summary>Of one wait, at a time.</summary>
    public const int MostUsable = 200;

    private const string WaitSql = """
        SELECT a.generation, a.attempt, a.request, a.deadline_at FROM approvals a
        WHERE a.run_id = $1 AND a.step_id = $2 AND a.tenant_id = $3 AND a.status = 'waiting'
        ORDER BY a.generation DESC, a.attempt DESC LIMIT 1
        """;

    public async Task<(NewApprovalLink? Made, ProblemHttpResult? Problem)> MakeAsync(
        Guid tenantId, Guid runId, CreateApprovalLinkRequest request, Caller caller, CancellationToken ct)
    {
        await using var connection = await databases.Main.OpenConnectionAsync(ct);
        if (await FindWaitAsync(connection, tenantId, runId, request.StepId, ct) is not { } wait)
        {
            return await ApprovalLinkStore.HasRunAsync(connection, tenantId, runId, ct)
                ? (null, Problems.Conflict("step_not_waiting", $"Step '{request.StepId}' does not wait for approval."))
                : (null, Problems.NotFound("run", runId));
        }

        var (invited, problem) = await WhoAsync(connection, tenantId, request.Approver?.Trim(), caller, ct);
        if (invited is null)
            return (null, problem);
        var startedBy = await RunStarter.FindAsync(connection, runId, ct);
        if (Refuse(wait, request.StepId, invited, caller, tenantId, startedBy) is { } why)
            return (null, Problems.Make(StatusCodes.Status403Forbidden, "not_an_approver", why));
        var key = new ApprovalKey(runId, request.StepId, wait.Generation, wait.Attempt);
        if (await links.CountUsableAsync(connection, key, ct) >= MostUsable)
            return (null, Problems.Conflict("too_many_links", $"{MostUsable} links to this approval can be used already. Withdraw some first."));

        var text = ApprovalLinkText.Create();
        var now = time.GetUtcNow();
        var made = new NewApprovalLink
        {
            Id = ids.Next(),
            RunId = runId,
            StepId = request.StepId,
            Generation = wait.Generation,
            Attempt = wait.Attempt,
            Approver = invited.Voter.Name,
            InvitedBy = invited.By,
            CreatedAt = now,
            ExpiresAt = now.AddHours(request.ExpiresInHours),
            Token = text.Reveal(),
            Path = $"/decide#{text.Reveal()}",
        };
        await ApprovalLinkStore.AddAsync(connection, text, made, invited.Voter, invited.MemberId, ct);
        return (made, null);
    }

    // A key may both start runs and send links: that is what an integration does. A person might invite themselves.
    private static string? Refuse(Wait wait, string stepId, Invited invited, Caller maker, Guid tenantId, string? startedBy) =>
        ApproverRules.Refuse(wait.Request, stepId, wait.Deadline, invited.Voter, startedBy)
        ?? (maker.Kind == CallerKind.User && ApproverRules.IsBarred(wait.Request, Voter.From(maker, tenantId, asserted: null), startedBy)
            ? "You started this run; somebody else must choose who decides."
            : null);

    private static async Task<(Invited? Who, ProblemHttpResult? Problem)> WhoAsync(
        NpgsqlConnection connection, Guid tenantId, string? approver, Caller caller, CancellationToken ct)
    {
        var self = Voter.From(caller, tenantId, approver);
        if (!self.IsKnown)
            return (new Invited(self, MemberId: null, By: null), null);
        if (caller.Kind == CallerKind.User && (approver is null || self.Names.Contains(approver, StringComparer.OrdinalIgnoreCase)))
        {
            var membership = await ApprovalLinkStore.FindMemberAsync(connection, tenantId, caller.Subject, byEmail: false, ct);
            return (new Invited(self, membership?.Id, By: null), null);
        }

        if (approver is null)
            return (null, Problems.Invalid("approver", "must say whom the link is for: a key decides by calls, not by links."));
        if (!caller.Has(Permission.ApprovalsInvite, tenantId))
            return (null, AccessProblems.Forbidden(Permission.ApprovalsInvite));
        if (await ApprovalLinkStore.FindMemberAsync(connection, tenantId, approver, byEmail: true, ct) is not { } member)
            return (new Invited(new Voter(approver, [approver], [], Role: null, IsKnown: true), MemberId: null, NameOf(caller)), null);
        var label = $"user:{member.Subject}";
        string[] names = member.Email is { } email ? [email, member.Subject, label] : [label, member.Subject];
        return (new Invited(new Voter(names[0], names, [], member.Role, IsKnown: true), member.Id, NameOf(caller)), null);
    }

    // For the guest to read; the audit log has who it was exactly.
    private static string NameOf(Caller caller) => caller.Email ?? caller.Name ?? caller.Label;

    private static async Task<Wait?> FindWaitAsync(NpgsqlConnection connection, Guid tenantId, Guid runId, string stepId, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand(WaitSql, connection);
        command.Parameters.AddWithValue(runId);
        command.Parameters.AddWithValue(stepId);
        command.Parameters.AddWithValue(tenantId);
        await using var row = await command.ExecuteReaderAsync(ct);
        return await row.ReadAsync(ct)
            ? new Wait(row.GetInt32(0), row.GetInt32(1), JsonSerializer.Deserialize<ApprovalWait>(row.GetString(2), NextLayerJson.Options)!, row.GetTime(3))
            : null;
    }

    private sealed record Wait(int Generation, int Attempt, ApprovalWait Request, DateTimeOffset? Deadline);

    /// <param name="By">Who invites them; null where they make the link themselves.</param>
    private sealed record Invited(Voter Voter, Guid? MemberId, string? By);
}
