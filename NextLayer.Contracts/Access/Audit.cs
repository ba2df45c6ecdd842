using System.Text.Json;
using System.Text.Json.Serialization;
using NextLayer.Contracts.Json;

namespace NextLayer.Contracts.Access;

/// <summary>How an audited call ended.</summary>
[JsonConverter(typeof(LowerSnakeEnumConverter<AuditOutcome>))]
public enum AuditOutcome
{
    /// <summary>The process died, or lost its database, between the call and its answer: what was asked may have happened.</summary>
    Unknown,

    Succeeded,

    /// <summary>Answered with a 4xx: nothing was changed.</summary>
    Refused,

    /// <summary>Answered with a 5xx.</summary>
    Failed,
}

/// <summary>Who did it.</summary>
public sealed record AuditActor
{
    public required CallerKind Kind { get; init; }
    public required string Subject { get; init; }
    public string? Name { get; init; }
}

/// <summary>One call that changed something, or tried to.</summary>
public sealed record AuditEntry
{
    public required Guid Id { get; init; }
    public required DateTimeOffset At { get; init; }

    /// <summary>Null for what concerns the whole installation.</summary>
    public required Guid? TenantId { get; init; }

    public required AuditActor Actor { get; init; }

    /// <summary>The operation's id in the API document: <c>PublishWorkflow</c>.</summary>
    public required string Action { get; init; }

    /// <summary>Snake_case, singular: <c>workflow</c>.</summary>
    public required string ObjectType { get; init; }

    /// <summary>Null where the call concerned no one object, or made none.</summary>
    public string? ObjectId { get; init; }

    /// <summary>Where the call came from.</summary>
    public string? Address { get; init; }

    public required AuditOutcome Outcome { get; init; }

    /// <summary>What else is worth knowing: the HTTP status, the problem's code. Never a body.</summary>
    public required JsonElement Detail { get; init; }
}

/// <summary>Answer of <c>GET /api/v1/audit</c>, newest first.</summary>
public sealed record AuditPage
{
    public required IReadOnlyList<AuditEntry> Items { get; init; }

    /// <summary>For <c>cursor</c>; null on the last page.</summary>
    public string? NextCursor { get; init; }
}
