using NextLayer.Workflows.Schedules;

namespace NextLayer.Tests.Workflows.Schedules;

public sealed class CronScheduleTests
{
    [Theory]
    [InlineData("0 9 * * *", "2026-06-01T08:59:59", "2026-06-01T09:00")]
    [InlineData("0 9 * * *", "2026-06-01T09:00:00", "2026-06-02T09:00")]
    [InlineData("*/15 * * * *", "2026-06-01T09:01:00", "2026-06-01T09:15")]
    [InlineData("50/3 * * * *", "2026-06-01T09:51:00", "2026-06-01T09:53")]
    [InlineData("5,1-2,50-58/4 * * * *", "2026-06-01T09:05:00", "2026-06-01T09:50")]
    [InlineData("0 0 1 JAN *", "2026-06-01T09:00:00", "2027-01-01T00:00")]
    [InlineData("0 0 * * mon", "2026-06-01T09:00:00", "2026-06-08T00:00")]
    [InlineData("0 0 * * MON-FRI", "2026-06-05T09:00:00", "2026-06-08T00:00")]
    [InlineData("0 0 * * 7", "2026-06-01T09:00:00", "2026-06-07T00:00")]
    [InlineData("0 0 * * 0", "2026-06-01T09:00:00", "2026-06-07T00:00")]
    [InlineData("0 0 * * FRI-SUN", "2026-06-05T00:00:00", "2026-06-06T00:00")]
    [InlineData("0 0 * * 5-7", "2026-06-06T00:00:00", "2026-06-07T00:00")]
    [InlineData("0 0 31 * *", "2026-05-31T00:00:00", "2026-07-31T00:00")]
    [InlineData("0 0 29 2 *", "2096-02-29T00:00:00", "2104-02-29T00:00")]
    [InlineData("@hourly", "2026-06-01T09:30:00", "2026-06-01T10:00")]
    [InlineData("@daily", "2026-06-01T09:30:00", "2026-06-02T00:00")]
    [InlineData("@Midnight", "2026-06-01T09:30:00", "2026-06-02T00:00")]
    [InlineData("@weekly", "2026-06-01T09:30:00", "2026-06-07T00:00")]
    [InlineData("@monthly", "2026-06-01T09:30:00", "2026-07-01T00:00")]
    [InlineData("@yearly", "2026-06-01T09:30:00", "2027-01-01T00:00")]
    [InlineData("@annually", "2026-06-01T09:30:00", "2027-01-01T00:00")]
    [InlineData("  0\t9  * * *\n", "2026-06-01T08:00:00", "2026-06-01T09:00")]
    public void Next_InUtc_IsTheFirstMinuteThatFits(string cron, string after, string expected) =>
        Assert.Equal(Utc(expected), Schedule(cron, "UTC").Next(Utc(after)));

    [Theory]
    // Both restricted: the 13th, and every Friday.
    [InlineData("0 0 13 * FRI", "2026-06-05 2026-06-12 2026-06-13 2026-06-19")]
    // One begins with a star: every second day that is a Monday.
    [InlineData("0 0 */2 * MON", "2026-06-01 2026-06-15 2026-06-29 2026-07-13")]
    // The 13th, if it is a Sunday.
    [InlineData("0 0 13 * */7", "2026-09-13 2026-12-13 2027-06-13 2028-02-13")]
    public void Upcoming_DayOfMonthAndDayOfWeek_FollowVixie(string cron, string expected) =>
        Assert.Equal(expected, string.Join(' ', Schedule(cron, "UTC").Upcoming(Utc("2026-05-31T12:00")).Take(4).Select(t => $"{t:yyyy-MM-dd}")));

    [Theory]
    // Clocks go from 02:00 to 03:00.
    [InlineData("Europe/Berlin", "30 2 * * *", "2026-03-28T12:00", "2026-03-29T01:00")]
    [InlineData("America/New_York", "30 2 * * *", "2026-03-07T12:00", "2026-03-08T07:00")]
    // Half an hour only: 02:00 to 02:30.
    [InlineData("Australia/Lord_Howe", "15 2 * * *", "2026-10-03T00:00", "2026-10-03T15:30")]
    // Two hours: 01:00 to 03:00.
    [InlineData("Antarctica/Troll", "0 2 * * *", "2026-03-28T12:00", "2026-03-29T01:00")]
    // Midnight itself is missing.
    [InlineData("America/Santiago", "0 0 * * *", "2026-09-05T12:00", "2026-09-06T04:00")]
    // A whole day was: Samoa went from the 29th to the 31st.
    [InlineData("Pacific/Apia", "0 12 30 12 *", "2011-12-01T00:00", "2011-12-30T10:00")]
    public void Next_InTheGap_IsTheGapsEnd(string zone, string cron, string after, string expected) =>
        Assert.Equal(Utc(expected), Schedule(cron, zone).Next(Utc(after)));

    [Fact]
    public void Next_SeveralTimesInTheGap_ComeOnce() =>
        Assert.Equal(
            [Utc("2026-03-29T00:45"), Utc("2026-03-29T01:00"), Utc("2026-03-29T01:15")],
            Schedule("*/15 * * * *", "Europe/Berlin").Upcoming(Utc("2026-03-29T00:30")).Take(3));

    [Theory]
    [InlineData("Europe/London", "30 1 * * *", "2026-10-24T12:00", "2026-10-25T00:30", "2026-10-26T01:30")]
    [InlineData("America/St_Johns", "0 1 * * *", "2026-10-31T12:00", "2026-11-01T03:30", "2026-11-02T04:30")]
    [InlineData("Australia/Lord_Howe", "45 1 * * *", "2026-04-04T00:00", "2026-04-04T14:45", "2026-04-05T15:15")]
    // The standard offset itself changed, at midnight: from +06:00 to +05:00.
    [InlineData("Asia/Almaty", "30 23 * * *", "2024-02-29T06:00", "2024-02-29T17:30", "2024-03-01T18:30")]
    public void Next_InTheRepeatedHour_IsTheFirstOfTheTwo(string zone, string cron, string after, string first, string second) =>
        Assert.Equal([Utc(first), Utc(second)], Schedule(cron, zone).Upcoming(Utc(after)).Take(2));

    [Fact]
    public void Next_WithinTheRepeatedHour_SkipsWhatCameAlready() =>
        Assert.Equal(Utc("2026-10-25T02:00"), Schedule("*/20 * * * *", "Europe/London").Next(Utc("2026-10-25T01:05")));

    [Fact]
    public void Next_PastTheYear9000_IsNull() =>
        Assert.Null(Schedule("* * * * *", "UTC").Next(DateTimeOffset.MaxValue));

    [Theory]
    [InlineData("", "has 0 fields; five are needed: minute, hour, day of month, month, day of week.")]
    [InlineData("0 9 * *", "has 4 fields; five are needed: minute, hour, day of month, month, day of week.")]
    [InlineData("0 0 9 * * ?", "has 6 fields; five are needed: minute, hour, day of month, month, day of week.")]
    [InlineData("60 * * * *", "cannot be read: minute '60' is not from 0 to 59.")]
    [InlineData("* 24 * * *", "cannot be read: hour '24' is not from 0 to 23.")]
    [InlineData("* * 0 * *", "cannot be read: day of month '0' is not from 1 to 31.")]
    [InlineData("* * * 13 *", "cannot be read: month '13' is not from 1 to 12.")]
    [InlineData("* * * * 8", "cannot be read: day of week '8' is not from 0 to 7.")]
    [InlineData("* * * Foo *", "cannot be read: month 'FOO' is neither a number nor a name from JAN to DEC.")]
    [InlineData("* * L * *", "cannot be read: day of month 'L' is no number.")]
    [InlineData("* * * * 5#2", "cannot be read: day of week '5#2' is neither a number nor a name from SUN to SAT.")]
    [InlineData("-5 * * * *", "cannot be read: minute '-5' is no number.")]
    [InlineData("99999999999 * * * *", "cannot be read: minute '99999999999' is no number.")]
    [InlineData("30-10 * * * *", "cannot be read: minute '30-10' runs backwards.")]
    [InlineData("*/0 * * * *", "cannot be read: minute '*/0' needs a whole number of 1 or more after the slash.")]
    [InlineData("*/ * * * *", "cannot be read: minute '*/' needs a whole number of 1 or more after the slash.")]
    [InlineData("*/90 * * * *", "cannot be read: minute '*/90' has a step beyond the field's end, 59.")]
    [InlineData("1,,2 * * * *", "cannot be read: minute '1,,2' has an empty place between its commas.")]
    [InlineData("0 0 30 2 *", "never comes: day 30 does not occur in month 2.")]
    [InlineData("0 0 31 4,6,SEP,11 *", "never comes: day 31 does not occur in month 4,6,SEP,11.")]
    [InlineData("@reboot", "does not know @reboot; there are @hourly, @daily, @midnight, @weekly, @monthly, @yearly and @annually.")]
    public void TryParse_Mistake_SaysWhichFieldAndWhy(string cron, string expected)
    {
        Assert.False(CronSchedule.TryParse(cron, "UTC", out _, out var error));

        Assert.Equal(new CronError("cron", expected), error);
    }

    [Fact]
    public void TryParse_Longer_IsRefused()
    {
        Assert.False(CronSchedule.TryParse(new string('*', 257), "UTC", out _, out var error));

        Assert.Equal("is longer than 256 characters.", error.Message);
    }

    [Fact]
    public void TryParse_ImpossibleDateButAWeekdayToo_ComesOnTheWeekday() =>
        Assert.Equal(Utc("2026-02-02T00:00"), Schedule("0 0 30 2 MON", "UTC").Next(Utc("2026-01-01T00:00")));

    [Theory]
    [InlineData("")]
    [InlineData("Berlin")]
    [InlineData("localtime")]
    [InlineData("right/Europe/Berlin")]
    [InlineData("posix/Europe/Berlin")]
    [InlineData("../zoneinfo/Europe/Berlin")]
    [InlineData("/usr/share/zoneinfo/Europe/Berlin")]
    [InlineData("Europe")]
    [InlineData("tzdata.zi")]
    [InlineData("Europe/Berlin\0")]
    public void TryParse_UnknownZone_IsRefused(string zone)
    {
        Assert.False(CronSchedule.TryParse("* * * * *", zone, out _, out var error));

        Assert.Equal(new CronError("timezone", "must be an IANA time zone, as Europe/Berlin."), error);
    }

    private static CronSchedule Schedule(string cron, string zone) =>
        CronSchedule.TryParse(cron, zone, out var schedule, out var error)
            ? schedule
            : throw new InvalidOperationException($"{error.Field} {error.Message}");

    private static DateTimeOffset Utc(string text) => DateTimeOffset.Parse(text + "Z");
}
