using NextLayer.Workflows.Schedules;

namespace NextLayer.ControlPlane.Features.Triggers.Schedules;

/// <summary>The planned times of a past stretch: a pure decision.</summary>
/// <param name="Times">In order; null where the stretch is refused.</param>
/// <param name="Field">Of the request: what is wrong with it.</param>
/// <param name="Message">Goes after the field's name.</param>
internal sealed record BackfillPlan(IReadOnlyList<DateTimeOffset>? Times, string? Field = null, string? Message = null)
{
    /// <summary>Most planned times of one request.</summary>
    public const int MostTimes = 500;

    // Zones know no clocks to speak of before, and calendars end where offsets lead out of them.
    private const int FirstYear = 1970;

    /// <param name="cron">When the schedule comes.</param>
    /// <param name="from">Inclusive.</param>
    /// <param name="to">Inclusive.</param>
    /// <param name="now">The database's clock.</param>
    /// <param name="limit">Most times; a stretch with more is refused rather than cut.</param>
    public static BackfillPlan Make(CronSchedule cron, DateTimeOffset from, DateTimeOffset to, DateTimeOffset now, int limit)
    {
        if (from.Year <= FirstYear)
            return new BackfillPlan(null, "from", $"must lie after the year {FirstYear}.");
        if (to > now)
            return new BackfillPlan(null, "to", $"must not lie in the future; it is {now.UtcDateTime:yyyy-MM-dd'T'HH:mm:ss'Z'} now.");
        if (from > to)
            return new BackfillPlan(null, "to", "must not lie before from.");
        var times = cron.Upcoming(from.AddTicks(-1)).TakeWhile(at => at <= to).Take(limit + 1).ToList();
        return times.Count <= limit
            ? new BackfillPlan(times)
            : new BackfillPlan(null, "to", $"leaves more than {limit} planned times; number {limit} is {times[limit - 1].UtcDateTime:yyyy-MM-dd'T'HH:mm:ss'Z'}. Take shorter stretches, one after the other.");
    }
}
