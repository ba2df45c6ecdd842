using NextLayer.Contracts.Triggers;
using NextLayer.ControlPlane.Features.Triggers.Schedules;
using NextLayer.Tests.Workflows.Schedules;
using NextLayer.Workflows.Schedules;

namespace NextLayer.Tests.ControlPlane.Triggers;

public sealed class FirePlanTests
{
    private static readonly DateTimeOffset _nine = new(2026, 6, 1, 9, 0, 0, TimeSpan.Zero);
    private static readonly TimeSpan _grace = TimeSpan.FromMinutes(1);

    [Theory]
    [InlineData(CatchUp.None)]
    [InlineData(CatchUp.Last)]
    [InlineData(CatchUp.All)]
    public void Make_OnTime_IsDueOnceWhateverThePolicy(CatchUp catchUp)
    {
        var plan = Make("0 9 * * *", _nine, _nine.AddSeconds(59), catchUp);

        Assert.Equal([_nine], plan.Due);
        Assert.Null(plan.Missed);
        Assert.Equal(_nine.AddDays(1), plan.Next);
    }

    [Fact]
    public void Make_NoneAndLate_MissesAll()
    {
        var plan = Make("0 9 * * *", _nine, _nine.AddDays(3).AddMinutes(2), CatchUp.None);

        Assert.Empty(plan.Due);
        Assert.Equal(new MissedTimes(_nine, _nine.AddDays(3), 4), plan.Missed);
        Assert.Equal(_nine.AddDays(4), plan.Next);
    }

    [Fact]
    public void Make_NoneAndTheNewestIsOnTime_MissesTheRest()
    {
        var plan = Make("*/10 * * * *", _nine, _nine.AddMinutes(30), CatchUp.None);

        Assert.Equal([_nine.AddMinutes(30)], plan.Due);
        Assert.Equal(new MissedTimes(_nine, _nine.AddMinutes(20), 3), plan.Missed);
    }

    [Fact]
    public void Make_Last_MakesUpForTheNewest()
    {
        var plan = Make("0 9 * * *", _nine, _nine.AddDays(3).AddHours(5), CatchUp.Last);

        Assert.Equal([_nine.AddDays(3)], plan.Due);
        Assert.Equal(new MissedTimes(_nine, _nine.AddDays(2), 3), plan.Missed);
    }

    [Fact]
    public void Make_All_MakesUpForTheNewestHundred()
    {
        var plan = Make("* * * * *", _nine, _nine.AddMinutes(149), CatchUp.All);

        Assert.Equal(Enumerable.Range(50, 100).Select(m => _nine.AddMinutes(m)), plan.Due);
        Assert.Equal(new MissedTimes(_nine, _nine.AddMinutes(49), 50), plan.Missed);
        Assert.Equal(_nine.AddMinutes(150), plan.Next);
    }

    [Fact]
    public void Make_DownForDecades_CountsTheLastYearAlone()
    {
        var now = _nine.AddYears(30);

        var plan = Make("* * * * *", _nine, now, CatchUp.Last);

        Assert.Equal([now], plan.Due);
        Assert.Equal((_nine, 366 * 24 * 60 - 1), (plan.Missed!.First, plan.Missed.Count));
    }

    /// <summary>A clock that is looked at now and then, as several control planes do, over each change of a zone.</summary>
    [Theory]
    [InlineData("America/New_York")]
    [InlineData("America/St_Johns")]
    [InlineData("America/Santiago")]
    [InlineData("Europe/London")]
    [InlineData("Europe/Berlin")]
    [InlineData("Africa/Casablanca")]
    [InlineData("Asia/Almaty")]
    [InlineData("Asia/Kathmandu")]
    [InlineData("Australia/Sydney")]
    [InlineData("Australia/Lord_Howe")]
    [InlineData("Pacific/Chatham")]
    [InlineData("Antarctica/Troll")]
    public void Make_ClockLookedAtNowAndThen_EachPlannedTimeIsDueExactlyOnce(string id)
    {
        var zone = TimeZoneInfo.FindSystemTimeZoneById(id);
        var random = new Random(id.Length);
        foreach (var change in CronOracle.Changes(zone, 2024, 2030).DefaultIfEmpty(_nine))
        {
            foreach (var text in new[] { "*/20 * * * *", "30 2 * * *", "0 0 * * *", "15 1-3 * * *" })
            {
                var (from, to) = (change.AddHours(-30), change.AddHours(30));
                Assert.True(CronSchedule.TryParse(text, id, out var cron, out _));
                var fired = new List<DateTimeOffset>();
                var next = cron.Next(from);
                for (var now = from; now < to; now = now.AddSeconds(random.Next(1, 5000)))
                {
                    if (next > now)
                        continue;
                    var plan = FirePlan.Make(cron, next!.Value, now, CatchUp.All, _grace);
                    fired.AddRange(plan.Due);
                    next = plan.Next;
                }

                Assert.Equal(new CronOracle(zone, from.AddMinutes(1), to).Times(text).Where(t => t < next), fired);
            }
        }
    }

    private static FirePlan Make(string text, DateTimeOffset due, DateTimeOffset now, CatchUp catchUp) =>
        CronSchedule.TryParse(text, "UTC", out var cron, out _) ? FirePlan.Make(cron, due, now, catchUp, _grace) : throw new ArgumentException(text);
}
