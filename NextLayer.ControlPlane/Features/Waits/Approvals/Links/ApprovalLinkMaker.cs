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
internal sealed class ApprovalLinkMaker(Databases databases, ApprovalLinkStore links, LinkJudge judge, RunIds ids, TimeProvider time)
{
    /// <summary>Of one wait, at a time, for others than their makers.</summary>
    public const int MostInvitations = 200;

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

        var key = new ApprovalKey(runId, request.StepId, wait.Generation, wait.Attempt);
        var (who, problem) = await WhoAsync(connection, tenantId, request.Approver?.Trim(), caller, ct);
        if (who is null)
            return (null, problem);
        var link = Describe(key, tenantId, who, caller, request.ExpiresInHours);
        var voter = (await judge.JudgeAsync(link, ct)).Voter;
        if (Refuse(wait, request.StepId, voter, caller, tenantId, await RunStarter.FindAsync(connection, runId, ct)) is { } why)
            return (null, Problems.Make(StatusCodes.Status403Forbidden, "not_an_approver", why));
        if (!link.IsOwn && await links.CountInvitationsAsync(connection, key, ct) >= MostInvitations)
            return (null, Problems.Conflict("too_many_links", $"{MostInvitations} people were invited to this approval already. Withdraw some of their links first."));

        var text = ApprovalLinkText.Create();
        await ApprovalLinkStore.AddAsync(connection, text, link, ct);
        return (Reveal(link.View, text), null);
    }

    private StoredLink Describe(ApprovalKey key, Guid tenantId, Person who, Caller maker, int hours)
    {
        var now = time.GetUtcNow();
        var view = new ApprovalLink
        {
            Id = ids.Next(),
            RunId = key.RunId,
            StepId = key.StepId,
            Generation = key.Generation,
            Attempt = key.Attempt,
            Approver = who.Name,
            InvitedBy = who.IsMaker ? null : NameOf(maker),
            CreatedAt = now,
            ExpiresAt = now.AddHours(hours),
        };
        return new StoredLink(view, tenantId, [.. who.Names], [.. who.Groups], who.Subject, maker.Kind, maker.Subject);
    }

    // A key may both start runs and send links: that is what an integration does. A person might invite themselves.
    private static string? Refuse(Wait wait, string stepId, Voter voter, Caller maker, Guid tenantId, string? startedBy)
    {
        var self = Voter.From(maker, tenantId, asserted: null);
        if (maker.Kind == CallerKind.User && ApproverRules.IsBarred(wait.Request, self, startedBy))
            return "You started this run; somebody else must choose who decides.";
        return voter.IsKnown && ApproverRules.IsBarred(wait.Request, voter, startedBy)
            ? $"{voter.Name} started this run; somebody else must decide."
            : ApproverRules.Refuse(wait.Request, stepId, wait.Deadline, voter, startedBy);
    }

    private static async Task<(Person? Who, ProblemHttpResult? Problem)> WhoAsync(
        NpgsqlConnection connection, Guid tenantId, string? approver, Caller caller, CancellationToken ct)
    {
        var self = Voter.From(caller, tenantId, approver);
        if (!self.IsKnown)
            return (new Person(self.Name, [self.Name], [], Subject: null, IsMaker: true), null);
        if (caller.Kind == CallerKind.User && (approver is null || self.Names.Contains(approver, StringComparer.OrdinalIgnoreCase)))
            return (new Person(self.Name, self.Names, self.Groups, caller.Subject, IsMaker: true), null);
        if (approver is null)
            return (null, Problems.Invalid("approver", "must say whom the link is for: a key decides by calls, not by links."));
        if (!caller.Has(Permission.ApprovalsInvite, tenantId))
            return (null, AccessProblems.Forbidden(Permission.ApprovalsInvite));

        var members = await LinkMembers.FindAsync(connection, tenantId, approver, ct);
        var names = members.SelectMany(member => member.Names).Append(approver).Distinct(StringComparer.OrdinalIgnoreCase).ToList();
        // Of those who share an address nobody can say which it is: asked by that name alone, and barred for each of them.
        return members is [var only]
            ? (new Person(only.Names.First(), names, [], only.Subject, IsMaker: false), null)
            : (new Person(approver, names, [], Subject: null, IsMaker: false), null);
    }

    // The credential's own word for itself is free text: what it was given stands beside it.
    private static string NameOf(Caller caller) => caller.Email ?? (caller.Name is { } name ? $"{name} ({caller.Label})" : caller.Label);

    private static NewApprovalLink Reveal(ApprovalLink link, ApprovalLinkText text) => new()
    {
        Id = link.Id,
        RunId = link.RunId,
        StepId = link.StepId,
        Generation = link.Generation,
        Attempt = link.Attempt,
        Approver = link.Approver,
        InvitedBy = link.InvitedBy,
        CreatedAt = link.CreatedAt,
        ExpiresAt = link.ExpiresAt,
        Token = text.Reveal(),
        Path = $"/decide#{text.Reveal()}",
    };

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

    /// <param name="Name">As the decision is signed.</param>
    /// <param name="Subject">Null for a guest, and while nobody is known.</param>
    private sealed record Person(string Name, IReadOnlyList<string> Names, IReadOnlyList<string> Groups, string? Subject, bool IsMaker);
}
