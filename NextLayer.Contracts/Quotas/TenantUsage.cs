namespace NextLayer.Contracts.Quotas;

/// <summary>Answer of <c>GET /api/v1/usage</c>: how many runs the tenant has made, and how many it may still make today.</summary>
public sealed record TenantUsage
{
    public required Guid TenantId { get; init; }

    /// <summary>Today, UTC, by the database's clock.</summary>
    public required DateOnly Day { get; init; }

    /// <summary>Runs a day, however they are started; null sets no limit.</summary>
    public int? DailyRunLimit { get; init; }

    /// <summary>Runs made today. Those of a for-each belong to their parent, and a retry is the same run.</summary>
    public required int Used { get; init; }

    /// <summary>Null without a limit.</summary>
    public int? Remaining { get; init; }

    /// <summary>The next midnight UTC.</summary>
    public required DateTimeOffset ResetsAt { get; init; }

    /// <summary>The last 30 days, oldest first; today is the last.</summary>
    public required IReadOnlyList<UsageDay> Days { get; init; }
}

/// <summary>Runs made on one UTC day.</summary>
public sealed record UsageDay
{
    public required DateOnly Day { get; init; }
    public required int Runs { get; init; }

    /// <summary>True where counting ended at 10,000 and there are more. Days under a limit are always exact.</summary>
    public required bool AndMore { get; init; }
}
