using System.ComponentModel.DataAnnotations;
using System.Text.Json;
using NextLayer.Contracts.Registry;

namespace NextLayer.Contracts.Workflows;

/// <summary>Body of <c>POST /api/v1/runs/{id}/approval-links</c>: an address by which one person decides without signing in.</summary>
public sealed record CreateApprovalLinkRequest
{
    /// <summary>The step that waits for approval.</summary>
    [StringLength(200, MinimumLength = 1)]
    public required string StepId { get; init; }

    /// <summary>
    /// Who decides by it, usually an e-mail address; it signs the decision. The caller when absent. To name somebody else takes
    /// the right <c>approvals.invite</c>.
    /// </summary>
    [StringLength(200, MinimumLength = 1)]
    [RegularExpression(Rules.NotBlank, ErrorMessage = Rules.NotBlankMessage)]
    public string? Approver { get; init; }

    /// <summary>How long it can be used, unless the wait ends before: up to 30 days.</summary>
    [Range(1, 720)]
    public int ExpiresInHours { get; init; } = 72;
}

/// <summary>A link to one approval, without its secret.</summary>
public record ApprovalLink
{
    public required Guid Id { get; init; }
    public required Guid RunId { get; init; }
    public required string StepId { get; init; }
    public required int Generation { get; init; }
    public required int Attempt { get; init; }

    /// <summary>Who decides by it.</summary>
    public required string Approver { get; init; }

    /// <summary>Who made it for them; null where they made it themselves, and while authentication is off.</summary>
    public string? InvitedBy { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }
    public required DateTimeOffset ExpiresAt { get; init; }
    public DateTimeOffset? WithdrawnAt { get; init; }
}

/// <summary>Answer of <c>POST /api/v1/runs/{id}/approval-links</c>: the only one that holds the secret, of which a hash is kept.</summary>
public sealed record NewApprovalLink : ApprovalLink
{
    /// <summary>The whole secret, <c>nla_…</c>.</summary>
    public required string Token { get; init; }

    /// <summary>Address of the page below the dashboard's own: <c>/decide#nla_…</c>. What follows <c>#</c> is sent to no server.</summary>
    public required string Path { get; init; }
}

/// <summary>Body of <c>POST /api/v1/approval-links/open</c>.</summary>
public sealed record OpenApprovalLinkRequest
{
    [StringLength(200, MinimumLength = 1)]
    public required string Token { get; init; }
}

/// <summary>Body of <c>POST /api/v1/approval-links/decide</c>.</summary>
public sealed record DecideByLinkRequest
{
    [StringLength(200, MinimumLength = 1)]
    public required string Token { get; init; }

    /// <summary>As in <see cref="ResumeRunRequest.Data"/>.</summary>
    public JsonElement? Data { get; init; }
}

/// <summary>What a link opens: one question, to one person.</summary>
public sealed record ApprovalInvitation
{
    /// <summary>Whose vote it is.</summary>
    public required string Approver { get; init; }

    public string? InvitedBy { get; init; }
    public required string TenantName { get; init; }
    public required DateTimeOffset ExpiresAt { get; init; }
    public required Approval Approval { get; init; }

    /// <summary>Their own vote, once it is given.</summary>
    public ApprovalDecision? Decision { get; init; }

    /// <summary>Why they may not decide, in a sentence; null where they may, and once the question is settled.</summary>
    public string? Refusal { get; init; }
}
