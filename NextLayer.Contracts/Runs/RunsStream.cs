using System.Text.Json.Serialization;

namespace NextLayer.Contracts.Runs;

/// <summary>First message of <c>/ws/runs</c>.</summary>
public sealed record RunsSnapshot
{
    public string Type { get; init; } = "snapshot";

    /// <summary>Runs of the filter by status, <c>QUEUED</c> and so on; each exact below <see cref="CountLimit"/>, which means "or more".</summary>
    public required IReadOnlyDictionary<string, int> Counts { get; init; }

    public required int CountLimit { get; init; }
}

/// <summary>A run of the filter has changed (or is new) and looks like this now.</summary>
public sealed record RunsChange
{
    public string Type { get; init; } = "run";
    public required ListedRun Run { get; init; }

    /// <summary>
    /// The run's newest event. A list that already shows the run with a higher <c>last_event_seq</c> leaves the message aside.
    /// </summary>
    public required int Seq { get; init; }
}

/// <summary>A run has left the filter: its status is no longer one of those asked for.</summary>
public sealed record RunsGone
{
    public string Type { get; init; } = "gone";
    public required Guid Id { get; init; }
    public required RunStatus Status { get; init; }

    /// <summary>See <see cref="RunsChange.Seq"/>.</summary>
    public required int Seq { get; init; }
}

/// <summary>Changes were left out: the list reads its page again, and then trusts what follows.</summary>
public sealed record RunsResync
{
    public string Type { get; init; } = "resync";

    /// <summary><c>too_many</c> changes for one reader, <c>missed_news</c>, or <c>polling</c> while Redis is away.</summary>
    public required string Reason { get; init; }
}

/// <summary>A run as a list shows it: the members of <see cref="Run"/> under the same names, without its input.</summary>
public sealed record ListedRun
{
    public required Guid Id { get; init; }
    public required Guid TenantId { get; init; }
    public required Guid PipelineId { get; init; }
    public required Guid PipelineVersionId { get; init; }
    public required RunStatus Status { get; init; }

    /// <summary>The same in the Workflow API's words: <c>pending</c>, <c>running</c>, <c>paused</c>, <c>completed</c>, <c>failed</c>, <c>cancelled</c>.</summary>
    public required string RunStatus { get; init; }

    public required string TriggerType { get; init; }
    public string? ClaimedBy { get; init; }
    public DateTimeOffset? ClaimedAt { get; init; }
    public DateTimeOffset? StartedAt { get; init; }
    public DateTimeOffset? FinishedAt { get; init; }
    public string? ErrorMessage { get; init; }
    public required DateTimeOffset CreatedAt { get; init; }
    public required DateTimeOffset UpdatedAt { get; init; }
    public DateTimeOffset? HeartbeatAt { get; init; }
    public required int Generation { get; init; }
    public required int Priority { get; init; }
    public required DateTimeOffset RunAfter { get; init; }
    public WaitReason? WaitReason { get; init; }
    public DateTimeOffset? WakeAt { get; init; }
    public required bool CancelRequested { get; init; }
    public required int LeaseLosses { get; init; }
    public required int LastEventSeq { get; init; }

    /// <summary>The run whose for-each made this one; null for a run of its own.</summary>
    public Guid? ParentRunId { get; init; }

    public string? ParentStepId { get; init; }
    public int? ChildIndex { get; init; }
    public DateTimeOffset? DeadlineAt { get; init; }

    /// <summary>Left out where it has none.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyDictionary<string, string>? Labels { get; init; }
}
