using NextLayer.Workflows.Schedules;

namespace NextLayer.Tests.Workflows.Schedules;

public sealed class ZoneChangeTests
{
    private static readonly TimeSpan _around = TimeSpan.FromHours(36);

    private static readonly string[] _schedules =
    [
        "* * * * *", "*/7 * * * *", "*/15 * * * *", "0 * * * *", "30 * * * *", "0 0 * * *", "59 23 * * *", "15 0 * * *",
        "30 1 * * *", "45 1,2 * * *", "0 2 * * *", "15,30,59 2 * * *", "0 3 * * *", "10-50/20 1-3 * * *", "30 2 * * 0",
        "0 0 1 * *", "30 23 * * 6", "0 0-4 29-31 3,10 6", "0 */6 */2 * 0,1",
    ];

    [Theory]
    [InlineData("America/New_York", 14)]
    [InlineData("America/St_Johns", 14)]
    [InlineData("America/Santiago", 14)]
    [InlineData("Europe/London", 14)]
    [InlineData("Europe/Berlin", 14)]
    [InlineData("Europe/Dublin", 14)]
    [InlineData("Africa/Casablanca", 14)]
    [InlineData("Africa/Cairo", 14)]
    [InlineData("Asia/Gaza", 14)]
    [InlineData("Asia/Almaty", 1)]
    [InlineData("Asia/Kathmandu", 0)]
    [InlineData("Asia/Tehran", 0)]
    [InlineData("Australia/Sydney", 14)]
    [InlineData("Australia/Lord_Howe", 14)]
    [InlineData("Pacific/Apia", 0)]
    [InlineData("Pacific/Chatham", 14)]
    [InlineData("Antarctica/Troll", 14)]
    [InlineData("UTC", 0)]
    public void Upcoming_AroundEveryChangeFrom2024To2030_IsWhatTheWallClockShows(string id, int atLeast)
    {
        var zone = TimeZoneInfo.FindSystemTimeZoneById(id);
        var changes = CronOracle.Changes(zone, 2024, 2030).ToList();

        // Zones without changes are watched over a new year.
        foreach (var change in changes.DefaultIfEmpty(new DateTimeOffset(2028, 1, 1, 0, 0, 0, TimeSpan.Zero)))
            AssertAgrees(zone, change);
        Assert.True(changes.Count >= atLeast, $"{id} has {changes.Count} changes in the machine's time zone data; {atLeast} were expected.");
    }

    private static void AssertAgrees(TimeZoneInfo zone, DateTimeOffset change)
    {
        var (from, to) = (change - _around, change + _around);
        var oracle = new CronOracle(zone, from.AddMinutes(1), to);
        foreach (var cron in _schedules)
        {
            Assert.True(CronSchedule.TryParse(cron, zone.Id, out var schedule, out var error), error?.Message);
            var expected = oracle.Times(cron).ToList();
            var actual = schedule.Upcoming(from).TakeWhile(t => t <= to).ToList();
            Assert.True(expected.SequenceEqual(actual), $"{cron} in {zone.Id} around {change:u}: {Difference(expected, actual)}");
            AssertFromAnywhere(schedule, expected, from, to);
        }
    }

    /// <summary>Asked from any moment, not only from the time before, the answer is the same.</summary>
    private static void AssertFromAnywhere(CronSchedule schedule, List<DateTimeOffset> expected, DateTimeOffset from, DateTimeOffset to)
    {
        var index = 0;
        for (var after = from.AddSeconds(17); after < to; after = after.AddMinutes(11))
        {
            while (index < expected.Count && expected[index] <= after)
                index++;
            if (index == expected.Count)
                return;
            Assert.Equal(expected[index], schedule.Next(after));
        }
    }

    private static string Difference(IEnumerable<DateTimeOffset> expected, IEnumerable<DateTimeOffset> actual) =>
        $"missing {string.Join(", ", expected.Except(actual).Take(5))}; too much {string.Join(", ", actual.Except(expected).Take(5))}";
}
