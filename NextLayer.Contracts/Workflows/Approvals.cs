using System.ComponentModel.DataAnnotations;
using System.Text.Json;
using System.Text.Json.Serialization;
using NextLayer.Contracts.Json;
using NextLayer.Contracts.Workers;

namespace NextLayer.Contracts.Workflows;

/// <summary>Body of <c>POST /api/v1/runs/{id}/resume</c>: ends a step's wait, or adds a vote to it.</summary>
public sealed record ResumeRunRequest
{
    /// <summary>The waiting step.</summary>
    [StringLength(200, MinimumLength = 1)]
    public required string StepId { get; init; }

    /// <summary>
    /// An object; it becomes the step's output. At an approval <c>approved: false</c> (or <c>decision: "rejected"</c>) in it
    /// rejects, anything else approves, and <c>comment</c> is kept with the decision.
    /// </summary>
    public JsonElement? Data { get; init; }

    /// <summary>Who decides, where calls carry no identity of their own; ignored where they do.</summary>
    [StringLength(200, MinimumLength = 1)]
    public string? By { get; init; }
}

[JsonConverter(typeof(LowerSnakeEnumConverter<ApprovalStatus>))]
public enum ApprovalStatus
{
    Waiting,
    Approved,
    Rejected,

    /// <summary>The run ended, or was retried, before anybody decided.</summary>
    Cancelled,
}

/// <summary>People asked to decide, as <c>GET /api/v1/approvals</c> lists them.</summary>
public sealed record Approval
{
    public required Guid RunId { get; init; }
    public required string StepId { get; init; }
    public required int Generation { get; init; }
    public required int Attempt { get; init; }

    /// <summary>The workflow (pipeline version) of the run.</summary>
    public required Guid WorkflowId { get; init; }

    public required string WorkflowName { get; init; }
    public required ApprovalStatus Status { get; init; }
    public string? Title { get; init; }

    /// <summary>Markdown.</summary>
    public string? Instructions { get; init; }

    public JsonElement? Show { get; init; }
    public Approvers? Approvers { get; init; }

    /// <summary>Approvals needed.</summary>
    public required int Required { get; init; }

    /// <summary>JSON Schema of the data a decision carries.</summary>
    public JsonElement? Form { get; init; }

    /// <summary>The deadline has passed, and <c>escalate_to</c> may decide.</summary>
    public bool Escalated { get; init; }

    public IReadOnlyList<string> EscalateTo { get; init; } = [];
    public required DateTimeOffset RequestedAt { get; init; }
    public DateTimeOffset? DeadlineAt { get; init; }
    public DateTimeOffset? DecidedAt { get; init; }
    public required IReadOnlyList<ApprovalDecision> Decisions { get; init; }
}

/// <summary>One person's vote.</summary>
public sealed record ApprovalDecision
{
    public required string By { get; init; }
    public required bool Approved { get; init; }
    public string? Comment { get; init; }
    public required JsonElement Data { get; init; }
    public required DateTimeOffset At { get; init; }

    /// <summary>True where they decided by a link, without signing in.</summary>
    public bool ByLink { get; init; }

    /// <summary>Who made that link for them; null where they made it themselves.</summary>
    public string? InvitedBy { get; init; }
}
