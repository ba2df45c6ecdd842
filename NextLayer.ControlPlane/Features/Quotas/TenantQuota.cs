namespace NextLayer.ControlPlane.Features.Quotas;

/// <summary>What a tenant with a daily limit has made of it. All times are the database's.</summary>
/// <param name="Limit">Runs a UTC day; 0 allows none.</param>
/// <param name="Used">Runs made today. More than the limit where that was lowered during the day.</param>
/// <param name="Now">When this was so.</param>
internal sealed record TenantQuota(Guid TenantId, int Limit, int Used, DateTimeOffset Now)
{
    public int Remaining => Math.Max(0, Limit - Used);

    /// <summary>The next midnight UTC.</summary>
    public DateTimeOffset ResetsAt => new(Now.UtcDateTime.Date.AddDays(1), TimeSpan.Zero);

    /// <summary>Whole seconds until then, never 0.</summary>
    public int SecondsLeft => (int)Math.Ceiling((ResetsAt - Now).TotalSeconds);
}
