namespace NextLayer.Contracts.Stats;

/// <summary>Answer of <c>GET /api/v1/stats</c>: how the runs made in a stretch of time have fared.</summary>
public sealed record RunStats
{
    public required DateTimeOffset From { get; init; }
    public required DateTimeOffset To { get; init; }

    /// <summary>Length of each of <see cref="Buckets"/>, in seconds.</summary>
    public required int BucketSeconds { get; init; }

    /// <summary>Runs by the time of their creation and their state now; without gaps, oldest first.</summary>
    public required IReadOnlyList<RunStatsBucket> Buckets { get; init; }

    public required RunCounts Totals { get; init; }

    /// <summary>True when there were more runs than are looked at: all figures are then those of the newest 100,000.</summary>
    public required bool Truncated { get; init; }

    /// <summary>From the first claim to the end, of runs that succeeded.</summary>
    public required TimeSpread Duration { get; init; }

    /// <summary>From being due to the first claim.</summary>
    public required TimeSpread QueueWait { get; init; }

    public required QueueStats Queue { get; init; }

    /// <summary>At most 20 pipelines: those with most runs, most failures, or the slowest.</summary>
    public required IReadOnlyList<PipelineStats> Pipelines { get; init; }
}

/// <summary>Runs by state.</summary>
public record RunCounts
{
    public required int Queued { get; init; }
    public required int Running { get; init; }
    public required int Paused { get; init; }
    public required int Succeeded { get; init; }
    public required int Failed { get; init; }
    public required int Cancelled { get; init; }
}

/// <summary>The runs made within one stretch.</summary>
public sealed record RunStatsBucket : RunCounts
{
    /// <summary>Its beginning.</summary>
    public required DateTimeOffset At { get; init; }
}

/// <summary>How long something took, in milliseconds; null when nothing was measured.</summary>
public sealed record TimeSpread
{
    public double? P50Ms { get; init; }
    public double? P95Ms { get; init; }
    public double? MaxMs { get; init; }
}

/// <summary>What waits now, whenever it was made.</summary>
public sealed record QueueStats
{
    /// <summary>Runs that are due and not claimed, counted up to 50,000.</summary>
    public required int Depth { get; init; }

    /// <summary>Since when the longest waiting of them is due; null when none waits.</summary>
    public DateTimeOffset? OldestDueAt { get; init; }
}

/// <summary>How one pipeline's runs have fared.</summary>
public sealed record PipelineStats
{
    public required Guid PipelineId { get; init; }
    public required string Name { get; init; }
    public required int Runs { get; init; }
    public required int Failed { get; init; }
    public double? P50Ms { get; init; }
    public double? P95Ms { get; init; }
}
