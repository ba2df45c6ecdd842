using NextLayer.Contracts.Triggers;
using NextLayer.Workflows.Schedules;

namespace NextLayer.ControlPlane.Features.Triggers.Schedules;

/// <summary>Planned times that are left out.</summary>
internal sealed record MissedTimes(DateTimeOffset First, DateTimeOffset Last, int Count);

/// <summary>What a schedule that is due has to do now: a pure decision, made while its row is locked.</summary>
/// <param name="Due">Planned times that are to make a run, in order.</param>
/// <param name="Missed">Those before them that are not; null for none.</param>
/// <param name="Next">The next planned time; null when there is none.</param>
internal sealed record FirePlan(IReadOnlyList<DateTimeOffset> Due, MissedTimes? Missed, DateTimeOffset? Next)
{
    /// <summary>Most runs that <see cref="CatchUp.All"/> makes up for.</summary>
    public const int MostCaughtUp = 100;

    // A schedule of every minute has half a million times a year, which are counted while its row is locked.
    private static readonly TimeSpan _longestCount = TimeSpan.FromDays(366);

    /// <param name="cron">When the schedule comes.</param>
    /// <param name="firstDue">The first planned time that has not been dealt with; not after <paramref name="now"/>.</param>
    /// <param name="now">The database's clock.</param>
    /// <param name="catchUp">What becomes of times that passed unseen.</param>
    /// <param name="grace">How late a time may be and still count as on time.</param>
    public static FirePlan Make(CronSchedule cron, DateTimeOffset firstDue, DateTimeOffset now, CatchUp catchUp, TimeSpan grace)
    {
        var most = catchUp == CatchUp.All ? MostCaughtUp : 1;
        var kept = new Queue<DateTimeOffset>();
        MissedTimes? missed = null;
        var time = now - firstDue > _longestCount ? cron.Next(now - _longestCount) : firstDue;
        for (; time is { } planned && planned <= now; time = cron.Next(planned))
        {
            kept.Enqueue(planned);
            if (kept.Count > most)
                Miss(kept.Dequeue());
        }

        if (catchUp == CatchUp.None && kept.TryPeek(out var newest) && now - newest > grace)
            Miss(kept.Dequeue());
        return new FirePlan([.. kept], missed, time);

        void Miss(DateTimeOffset planned) => missed = new MissedTimes(firstDue, planned, (missed?.Count ?? 0) + 1);
    }
}
