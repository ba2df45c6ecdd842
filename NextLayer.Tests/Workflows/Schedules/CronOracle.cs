namespace NextLayer.Tests.Workflows.Schedules;

/// <summary>
/// What a schedule should do, found by watching a clock on the wall minute by minute: every reading counts the first time it
/// is seen, and what the clock leaps over counts when it lands.
/// </summary>
internal sealed class CronOracle(TimeZoneInfo zone, DateTimeOffset from, DateTimeOffset to)
{
    private readonly List<(DateTimeOffset Moment, DateTime[] Readings)> _watched = [.. Watch(zone, from, to)];

    public IEnumerable<DateTimeOffset> Times(string cron)
    {
        var fits = Matcher(cron);
        return _watched.Where(minute => minute.Readings.Any(fits)).Select(minute => minute.Moment);
    }

    /// <summary>The moments between two years where the zone's offset changes.</summary>
    public static IEnumerable<DateTimeOffset> Changes(TimeZoneInfo zone, int firstYear, int lastYear)
    {
        var moment = new DateTimeOffset(firstYear, 1, 1, 0, 0, 0, TimeSpan.Zero);
        for (var offset = zone.GetUtcOffset(moment); moment.Year <= lastYear; moment = moment.AddMinutes(15))
        {
            if (zone.GetUtcOffset(moment) is var now && now != offset)
            {
                offset = now;
                yield return moment;
            }
        }
    }

    private static IEnumerable<(DateTimeOffset Moment, DateTime[] Readings)> Watch(TimeZoneInfo zone, DateTimeOffset from, DateTimeOffset to)
    {
        var seen = new HashSet<DateTime>();
        var latest = Reading(from);
        for (var moment = from; moment <= to; moment = moment.AddMinutes(1))
        {
            var reading = Reading(moment);
            var fresh = new List<DateTime>();
            for (var passed = latest.AddMinutes(1); passed < reading; passed = passed.AddMinutes(1))
            {
                if (seen.Add(passed))
                    fresh.Add(passed);
            }
            if (seen.Add(reading))
                fresh.Add(reading);
            latest = reading;
            if (fresh.Count > 0)
                yield return (moment, [.. fresh]);
        }

        DateTime Reading(DateTimeOffset moment) => moment.UtcDateTime + zone.GetUtcOffset(moment);
    }

    private static Func<DateTime, bool> Matcher(string cron)
    {
        var fields = cron.Split(' ');
        var minutes = Values(fields[0], 0, 59);
        var hours = Values(fields[1], 0, 23);
        var days = Values(fields[2], 1, 31);
        var months = Values(fields[3], 1, 12);
        var weekdays = Values(fields[4], 0, 6);
        var either = !fields[2].StartsWith('*') && !fields[4].StartsWith('*');
        return t => minutes.Contains(t.Minute) && hours.Contains(t.Hour) && months.Contains(t.Month)
            && (either
                ? days.Contains(t.Day) || weekdays.Contains((int)t.DayOfWeek)
                : days.Contains(t.Day) && weekdays.Contains((int)t.DayOfWeek));
    }

    private static HashSet<int> Values(string field, int first, int last)
    {
        var values = new HashSet<int>();
        foreach (var item in field.Split(','))
        {
            var halves = item.Split('/');
            var ends = halves[0] == "*" ? [first, last] : halves[0].Split('-').Select(int.Parse).ToArray();
            for (var value = ends[0]; value <= ends[^1]; value++)
            {
                if (halves.Length == 1 || (value - ends[0]) % int.Parse(halves[1]) == 0)
                    values.Add(value);
            }
        }
        return values;
    }
}
