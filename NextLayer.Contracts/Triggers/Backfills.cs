using System.ComponentModel.DataAnnotations;
using System.Text.Json.Serialization;
using NextLayer.Contracts.Json;

namespace NextLayer.Contracts.Triggers;

/// <summary>
/// Body of <c>POST /api/v1/triggers/schedule/{id}/backfill</c>: a run for each planned time of a past stretch that has none.
/// </summary>
public sealed record BackfillScheduleRequest
{
    /// <summary>Planned times from here on.</summary>
    public required DateTimeOffset From { get; init; }

    /// <summary>Planned times up to and including here; not in the future.</summary>
    public required DateTimeOffset To { get; init; }

    /// <summary>True only tells what would be done.</summary>
    public bool DryRun { get; init; }

    /// <summary>A stretch with more planned times is refused; 500 when absent.</summary>
    [Range(1, 500)]
    public int? Limit { get; init; }

    /// <summary>
    /// <c>allow</c> queues all runs at once though the schedule's own policy is <c>skip</c>; the schedule's own when absent. With
    /// <c>skip</c> no more than one run is made, and none while another has not ended.
    /// </summary>
    public Overlap? Overlap { get; init; }
}

/// <summary>Answer of <c>backfill</c>, and of <c>GET …/backfill</c>.</summary>
public sealed record ScheduleBackfill
{
    public required string Cron { get; init; }
    public required string Timezone { get; init; }

    /// <summary>True where nothing was done.</summary>
    public required bool DryRun { get; init; }

    /// <summary>The policy that holds for it.</summary>
    public required Overlap Overlap { get; init; }

    /// <summary>Times that have no run (dry run), or that got one now.</summary>
    public required int New { get; init; }

    /// <summary>Why it would be refused as it is; null when it would not. Only of a dry run.</summary>
    public string? Obstacle { get; init; }

    /// <summary>The planned times of the stretch, in order.</summary>
    public required IReadOnlyList<BackfillTime> Times { get; init; }
}

/// <summary>A planned time of a stretch.</summary>
public sealed record BackfillTime
{
    public required DateTimeOffset At { get; init; }

    /// <summary>What clocks in the schedule's zone show then: <c>2026-03-29T03:00:00+02:00</c>.</summary>
    public required string Local { get; init; }

    public required BackfillState State { get; init; }

    /// <summary>Its run; null while it has none.</summary>
    public Guid? RunId { get; init; }

    /// <summary>State of that run now: <c>pending</c>, <c>running</c>, <c>paused</c>, <c>completed</c>, <c>failed</c>, <c>cancelled</c>.</summary>
    public string? RunStatus { get; init; }
}

[JsonConverter(typeof(LowerSnakeEnumConverter<BackfillState>))]
public enum BackfillState
{
    /// <summary>It has no run.</summary>
    New,

    /// <summary>It had one already, from its own time or an earlier backfill: nothing is done.</summary>
    Existing,

    /// <summary>This call queued one.</summary>
    Queued,
}
