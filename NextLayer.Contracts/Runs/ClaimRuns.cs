using System.ComponentModel.DataAnnotations;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace NextLayer.Contracts.Runs;

/// <summary>Body of <c>POST /api/runs/claim</c>.</summary>
public sealed record ClaimRequest
{
    /// <summary>1 to 200 characters, shown as <c>claimed_by</c>.</summary>
    [StringLength(200, MinimumLength = 1)]
    public required string WorkerId { get; init; }

    /// <summary>Claim only this tenant's runs; null claims any.</summary>
    public Guid? TenantId { get; init; }

    /// <summary>Absent: at most one run, answered as <see cref="ClaimedOne"/>. Given: up to so many, as <see cref="ClaimedMany"/>.</summary>
    [Range(1, 1000)]
    public int? MaxRuns { get; init; }

    /// <summary>Holds the request so long until work appears; 0 answers at once.</summary>
    [Range(0, 30)]
    public double WaitSeconds { get; init; }

    /// <summary>300 when absent, for callers that never heartbeat.</summary>
    [Range(1, 3600)]
    public int? LeaseSeconds { get; init; }

    /// <summary>
    /// The caller's own id of this attempt: repeating it (a lost answer) gives the runs of the first answer that are
    /// still held, never new ones.
    /// </summary>
    public Guid? ClaimRequestId { get; init; }
}

/// <summary>Definition of a claimed run's version.</summary>
public sealed record ClaimedVersion
{
    public required Guid Id { get; init; }
    public required string Status { get; init; }

    /// <summary>Ids of the for-each steps, joined by <c>/</c>, whose body <see cref="DagSpec"/> is; null for the whole definition.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? BodyPath { get; init; }

    /// <summary>The definition as it was posted: React Flow or short form.</summary>
    public required JsonElement DagSpec { get; init; }
}

/// <summary>What is known of a step of a claimed run: where an earlier worker stopped.</summary>
public sealed record ClaimedStep
{
    public required string StepId { get; init; }

    /// <summary>Generation of the newest attempt.</summary>
    public required int Generation { get; init; }

    /// <summary>Number of the newest attempt in that generation; the next takes the following number.</summary>
    public required int Attempt { get; init; }

    /// <summary>Failed attempts in that generation: what counts against <c>max_attempts</c>.</summary>
    public int Failures { get; init; }

    public required StepStatus Status { get; init; }
    public JsonElement? Output { get; init; }

    /// <summary>Output port a completed step chose; null is the ordinary one.</summary>
    public string? Port { get; init; }

    public StepError? Error { get; init; }

    /// <summary>Set on a failed attempt that is to be tried again: not before this time.</summary>
    public DateTimeOffset? RetryAt { get; init; }

    /// <summary>What the waiting step waits for; all but timers are settled by the control plane.</summary>
    public WaitReason? WaitReason { get; init; }

    /// <summary>When the waiting step is due; null when only a decision or event wakes it.</summary>
    public DateTimeOffset? WakeAt { get; init; }

    /// <summary>Start of the newest attempt.</summary>
    public DateTimeOffset? StartedAt { get; init; }

    /// <summary>
    /// Milliseconds until <see cref="RetryAt"/> or <see cref="WakeAt"/> by the database's clock, negative when past:
    /// workers measure with this and never with their own wall clock.
    /// </summary>
    public double? DueInMs { get; init; }
}

/// <summary>One claimed run with all that is needed to execute it.</summary>
public sealed record ClaimedRun
{
    public required Run Run { get; init; }
    public required ClaimedVersion PipelineVersion { get; init; }
    public required Lease Lease { get; init; }

    /// <summary>Steps that earlier attempts have touched; empty for a fresh run.</summary>
    public IReadOnlyList<ClaimedStep> Steps { get; init; } = [];

    /// <summary>What a child run knows of its parent; null for any other run.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public ClaimedChild? Child { get; init; }
}

/// <summary>A child run's place in its parent's for-each.</summary>
public sealed record ClaimedChild
{
    public required JsonElement Item { get; init; }

    /// <summary>Place of the item, from 0.</summary>
    public required int Index { get; init; }

    /// <summary>What the body reads of the parent; null for a child that runs another workflow.</summary>
    public JsonElement? Scope { get; init; }

    /// <summary>Template of the result over <c>item</c>, <c>index</c> and <c>result</c>; null keeps the result itself.</summary>
    public JsonElement? Output { get; init; }
}

/// <summary>Answer of a claim without <c>max_runs</c>; without work only <c>claimed</c> is there.</summary>
public sealed record ClaimedOne
{
    public required bool Claimed { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public Run? Run { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public ClaimedVersion? PipelineVersion { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public Lease? Lease { get; init; }

    /// <summary>Present only when an earlier attempt left steps behind.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<ClaimedStep>? Steps { get; init; }
}

/// <summary>Answer of a claim with <c>max_runs</c>.</summary>
public sealed record ClaimedMany
{
    public required bool Claimed { get; init; }
    public required IReadOnlyList<ClaimedRun> Runs { get; init; }
}
