using NextLayer.Contracts.Triggers;

namespace NextLayer.ControlPlane.Features.Triggers.Schedules;

/// <summary>A schedule whose time has come, its row locked.</summary>
internal sealed record DueSchedule
{
    public required Guid Id { get; init; }
    public required Guid TenantId { get; init; }
    public required Guid PipelineId { get; init; }
    public required string Cron { get; init; }
    public required string Timezone { get; init; }

    /// <summary>Raw JSON.</summary>
    public required string Input { get; init; }

    public required CatchUp CatchUp { get; init; }
    public required Overlap Overlap { get; init; }
    public required DateTimeOffset DueAt { get; init; }

    /// <summary>The database's clock.</summary>
    public required DateTimeOffset Now { get; init; }
}

/// <summary>What was found out about a due schedule after its row had been locked.</summary>
/// <param name="Current">The version to start; null when none is published.</param>
/// <param name="HasOpenRun">Whether an earlier run has not ended.</param>
internal readonly record struct DueState(Guid? Current, bool HasOpenRun);

/// <summary>A row of <c>schedule_fires</c> about to be written.</summary>
internal sealed record NewFire
{
    public required Guid ScheduleId { get; init; }
    public required DateTimeOffset PlannedAt { get; init; }
    public required FireOutcome Outcome { get; init; }
    public string? Reason { get; init; }
    public int? Missed { get; init; }

    /// <summary>Only of <see cref="FireOutcome.Started"/>.</summary>
    public TriggeredRun? Run { get; init; }
}
