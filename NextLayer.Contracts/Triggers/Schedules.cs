using System.ComponentModel.DataAnnotations;
using System.Text.Json;
using System.Text.Json.Serialization;
using NextLayer.Contracts.Json;
using NextLayer.Contracts.Registry;

namespace NextLayer.Contracts.Triggers;

/// <summary>What becomes of planned times that passed while no control plane was running.</summary>
[JsonConverter(typeof(LowerSnakeEnumConverter<CatchUp>))]
public enum CatchUp
{
    /// <summary>Nothing; only a time that is less than a minute late still counts.</summary>
    None,

    /// <summary>The newest of them makes one run.</summary>
    Last,

    /// <summary>Each makes a run, the newest 100 at most.</summary>
    All,
}

/// <summary>Whether a schedule starts a run while an earlier run of it has not ended.</summary>
[JsonConverter(typeof(LowerSnakeEnumConverter<Overlap>))]
public enum Overlap
{
    Allow,
    Skip,
}

/// <summary>What became of a planned time.</summary>
[JsonConverter(typeof(LowerSnakeEnumConverter<FireOutcome>))]
public enum FireOutcome
{
    /// <summary>It made a run.</summary>
    Started,

    /// <summary>An earlier run had not ended, and <c>overlap</c> is <c>skip</c>.</summary>
    Skipped,

    /// <summary>It passed while no control plane was running, and <c>catch_up</c> leaves it out.</summary>
    Missed,

    /// <summary>It should have made a run and could not; the reason says why.</summary>
    Failed,

    /// <summary>The tenant had made all the runs its daily limit allows.</summary>
    Refused,

    /// <summary>It made no run at its time, and somebody had it made up for; the reason says what had become of it, where anything had.</summary>
    Backfilled,
}

/// <summary>
/// Body of <c>POST /api/v1/triggers/schedule</c>. Creates a schedule, or replaces the one with this <c>id</c>; without an id
/// the workflow's one with this <c>name</c>; without a name its unnamed one with the same <c>cron</c> and <c>timezone</c>.
/// </summary>
public sealed record SaveScheduleRequest
{
    /// <summary>A schedule to replace; it must be there.</summary>
    public Guid? Id { get; init; }

    /// <summary>Unique among the workflow's schedules.</summary>
    [StringLength(200, MinimumLength = 1)]
    [RegularExpression(Rules.NotBlank, ErrorMessage = Rules.NotBlankMessage)]
    public string? Name { get; init; }

    /// <summary>Any version of the workflow. What starts is the published version with the highest number.</summary>
    public required Guid WorkflowId { get; init; }

    /// <summary>Five fields (<c>30 9 * * MON-FRI</c>) or an alias such as <c>@daily</c>.</summary>
    public required string Cron { get; init; }

    /// <summary>An IANA zone; <c>UTC</c> when absent.</summary>
    public string? Timezone { get; init; }

    /// <summary>Input of every run, a JSON object checked against the workflow's <c>input_schema</c>; <c>{}</c> when absent.</summary>
    public JsonElement? Input { get; init; }

    /// <summary>True when absent.</summary>
    public bool? Enabled { get; init; }

    /// <summary><c>none</c> when absent.</summary>
    public CatchUp? CatchUp { get; init; }

    /// <summary><c>allow</c> when absent.</summary>
    public Overlap? Overlap { get; init; }
}

/// <summary>Body of <c>PATCH /api/v1/triggers/schedule/{id}</c>: what is absent stays.</summary>
public sealed record UpdateScheduleRequest
{
    /// <summary>Null takes the name away.</summary>
    [StringLength(200, MinimumLength = 1)]
    [RegularExpression(Rules.NotBlank, ErrorMessage = Rules.NotBlankMessage)]
    public Optional<string?> Name { get; init; }

    public string? Cron { get; init; }
    public string? Timezone { get; init; }
    public JsonElement? Input { get; init; }

    /// <summary>A schedule that is enabled again goes on from now; what passed meanwhile is not made up for.</summary>
    public bool? Enabled { get; init; }

    public CatchUp? CatchUp { get; init; }
    public Overlap? Overlap { get; init; }
}

/// <summary>A schedule.</summary>
public sealed record Schedule
{
    public required Guid Id { get; init; }
    public string? Name { get; init; }

    /// <summary>The version it was made with.</summary>
    public required Guid WorkflowId { get; init; }

    public required Guid PipelineId { get; init; }
    public required string Cron { get; init; }
    public required string Timezone { get; init; }
    public required JsonElement Input { get; init; }
    public required bool Enabled { get; init; }
    public required CatchUp CatchUp { get; init; }
    public required Overlap Overlap { get; init; }

    /// <summary>Null while disabled.</summary>
    public DateTimeOffset? NextFireAt { get; init; }

    /// <summary>Newest of <c>GET /api/v1/triggers/schedule/{id}/fires</c>; null before the first.</summary>
    public ScheduleFire? LastFire { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }
    public required DateTimeOffset UpdatedAt { get; init; }
}

/// <summary>One planned time that has come.</summary>
public sealed record ScheduleFire
{
    public required DateTimeOffset PlannedAt { get; init; }

    /// <summary>When it was dealt with.</summary>
    public required DateTimeOffset FiredAt { get; init; }

    public required FireOutcome Outcome { get; init; }

    /// <summary>The run that <c>started</c>, or that a backfill made.</summary>
    public Guid? RunId { get; init; }

    /// <summary>State of that run now: <c>pending</c>, <c>running</c>, <c>paused</c>, <c>completed</c>, <c>failed</c>, <c>cancelled</c>.</summary>
    public string? RunStatus { get; init; }

    /// <summary>Why there was no run at its time; null where there was, or where nobody knows.</summary>
    public string? Reason { get; init; }

    /// <summary>Planned times that a <c>missed</c> one stands for, up to and including <c>planned_at</c>; null for other outcomes.</summary>
    public int? Missed { get; init; }
}

/// <summary>Body of <c>POST /api/v1/triggers/schedule/preview</c>.</summary>
public sealed record PreviewScheduleRequest
{
    public required string Cron { get; init; }

    /// <summary>An IANA zone; <c>UTC</c> when absent.</summary>
    public string? Timezone { get; init; }

    /// <summary>10 when absent.</summary>
    [Range(1, 100)]
    public int? Count { get; init; }
}

/// <summary>Answer of <c>preview</c> and <c>next</c>.</summary>
public sealed record ScheduleTimes
{
    public required string Cron { get; init; }
    public required string Timezone { get; init; }

    /// <summary>The next planned times, in order.</summary>
    public required IReadOnlyList<PlannedTime> Times { get; init; }
}

/// <summary>A moment a schedule is due.</summary>
public sealed record PlannedTime
{
    public required DateTimeOffset At { get; init; }

    /// <summary>What clocks in the schedule's zone show then: <c>2026-03-29T03:00:00+02:00</c>.</summary>
    public required string Local { get; init; }
}
