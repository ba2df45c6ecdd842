using System.ComponentModel.DataAnnotations;
using System.Text.Json;
using System.Text.Json.Serialization;
using NextLayer.Contracts.Json;

namespace NextLayer.Contracts.Workers;

/// <summary>
/// What a waiting step waits for, so that the control plane alone can end the wait: exactly one member, the one its
/// <c>wait_reason</c> names. Timers need none.
/// </summary>
public sealed record StepWait
{
    public ApprovalWait? Approval { get; init; }
    public EventWait? Event { get; init; }
    public ChildrenWait? Children { get; init; }
}

/// <summary>People who are asked to decide. Its deadline is the step's own <c>wake_in_ms</c>.</summary>
public sealed record ApprovalWait
{
    public string? Title { get; init; }

    /// <summary>Markdown.</summary>
    public string? Instructions { get; init; }

    /// <summary>Values for the people to look at, any JSON.</summary>
    public JsonElement? Show { get; init; }

    /// <summary>Who may decide; null or all empty means everybody who may operate runs.</summary>
    public Approvers? Approvers { get; init; }

    /// <summary>Approvals needed.</summary>
    [Range(1, 100)]
    public int Required { get; init; } = 1;

    public RejectOn RejectOn { get; init; }

    /// <summary>Whether the person who started the run may decide too.</summary>
    public bool SelfApproval { get; init; }

    /// <summary>JSON Schema of the data a decision carries; null takes any object.</summary>
    public JsonElement? Form { get; init; }

    public OnDeadline OnDeadline { get; init; }

    /// <summary>Users who may decide from the deadline on, where it escalates.</summary>
    public IReadOnlyList<string> EscalateTo { get; init; } = [];

    /// <summary>True when nothing hangs on the port <c>rejected</c>: a rejection then fails the step with <c>REJECTED</c>.</summary>
    public bool RejectionFails { get; init; }
}

public sealed record Approvers
{
    public IReadOnlyList<string> Users { get; init; } = [];
    public IReadOnlyList<string> Groups { get; init; } = [];
    public IReadOnlyList<string> Roles { get; init; } = [];
}

/// <summary>When rejections decide: at the first, or when approval can no longer be reached by as many as were asked for.</summary>
[JsonConverter(typeof(LowerSnakeEnumConverter<RejectOn>))]
public enum RejectOn
{
    Any,

    /// <summary>As many rejections as approvals would have been needed.</summary>
    Quorum,
}

[JsonConverter(typeof(LowerSnakeEnumConverter<OnDeadline>))]
public enum OnDeadline
{
    Reject,
    Approve,

    /// <summary>Others may decide from now on, without a further deadline.</summary>
    Escalate,
}

/// <summary>An event from outside (<c>POST /api/v1/events</c>). The time-out is the step's own <c>wake_in_ms</c>.</summary>
public sealed record EventWait
{
    [StringLength(200, MinimumLength = 1)]
    public required string Name { get; init; }

    /// <summary>Only events with this key; null takes any.</summary>
    [StringLength(500)]
    public string? CorrelationKey { get; init; }

    /// <summary>CEL over <c>payload</c>, <c>event</c> and <see cref="Scope"/>; null takes every event.</summary>
    public string? Match { get; init; }

    /// <summary>What <see cref="Match"/> reads of the run, as <c>ScopeCapture</c> wrote it.</summary>
    public JsonElement? Scope { get; init; }

    /// <summary>Events needed.</summary>
    [Range(1, 1000)]
    public int Count { get; init; } = 1;

    /// <summary>Events that arrived so long before the wait began count too.</summary>
    public double LookbackMs { get; init; }

    public OnTimeout OnTimeout { get; init; }
}

[JsonConverter(typeof(LowerSnakeEnumConverter<OnTimeout>))]
public enum OnTimeout
{
    Fail,
    Continue,
}

/// <summary>One child run for each item. The parent's step is completed with their results in the order of the items.</summary>
public sealed record ChildrenWait
{
    /// <summary>One element for each child run, at most 10,000; with a batch size each is a list.</summary>
    public required IReadOnlyList<JsonElement> Items { get; init; }

    /// <summary>Workflow that each child runs; null runs the body in the step's own config.</summary>
    public Guid? WorkflowId { get; init; }

    /// <summary>Its version number; null takes the current one when the loop begins.</summary>
    public int? Version { get; init; }

    [Range(1, 50)]
    public int Concurrency { get; init; } = 5;

    public OnItemError OnItemError { get; init; }

    /// <summary>With more failed items than this the step fails; null bears any number unless the first is to fail it.</summary>
    public int? MaxFailures { get; init; }

    /// <summary>Template of each item's result over <c>item</c>, <c>index</c> and <c>result</c>; null keeps the result itself.</summary>
    public JsonElement? Output { get; init; }

    /// <summary>What the body reads of the parent, as <c>ScopeCapture</c> wrote it; at most 64 KiB, since every child gets it.</summary>
    public JsonElement? Scope { get; init; }
}

[JsonConverter(typeof(LowerSnakeEnumConverter<OnItemError>))]
public enum OnItemError
{
    /// <summary>The first failed item fails the step; items that run are cancelled.</summary>
    FailFast,

    /// <summary>All items run; the output lists the errors.</summary>
    Collect,

    /// <summary>All items run; failed ones leave a null result.</summary>
    Ignore,
}
