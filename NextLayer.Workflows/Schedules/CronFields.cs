namespace NextLayer.Workflows.Schedules;

/// <summary>The five fields as sets of bits: bit n is set where the value n is meant.</summary>
internal sealed record CronFields(ulong Minutes, ulong Hours, ulong Days, ulong Months, ulong Weekdays, bool EitherDay)
{
    // After 400 years the Gregorian calendar repeats, weekdays included.
    private const int CalendarCycle = 400;

    /// <summary>The first whole minute after <paramref name="wall"/> that fits.</summary>
    /// <returns>Null when none ever does.</returns>
    public DateTime? NextAfter(DateTime wall)
    {
        var from = wall.Date.AddMinutes(Math.Floor(wall.TimeOfDay.TotalMinutes) + 1);
        if (FitsDay(from) && NextInDay(from) is { } sameDay)
            return sameDay;
        return NextDay(from.Date.AddDays(1)) is { } day ? NextInDay(day) : null;
    }

    private DateTime? NextInDay(DateTime from)
    {
        for (var hour = from.Hour; hour < 24; hour++)
        {
            if (!Has(Hours, hour))
                continue;
            for (var minute = hour == from.Hour ? from.Minute : 0; minute < 60; minute++)
            {
                if (Has(Minutes, minute))
                    return from.Date.AddHours(hour).AddMinutes(minute);
            }
        }
        return null;
    }

    private DateTime? NextDay(DateTime day)
    {
        var end = day.Year + CalendarCycle;
        while (day.Year <= end)
        {
            if (!Has(Months, day.Month))
                day = day.AddDays(1 - day.Day).AddMonths(1);
            else if (FitsDay(day))
                return day;
            else
                day = day.AddDays(1);
        }
        return null;
    }

    private bool FitsDay(DateTime day)
    {
        if (!Has(Months, day.Month))
            return false;
        var byDate = Has(Days, day.Day);
        var byWeekday = Has(Weekdays, (int)day.DayOfWeek);
        return EitherDay ? byDate || byWeekday : byDate && byWeekday;
    }

    private static bool Has(ulong set, int value) => (set >> value & 1) != 0;
}
