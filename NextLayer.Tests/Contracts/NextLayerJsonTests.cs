using System.Text.Json;
using NextLayer.Contracts.Json;
using NextLayer.Contracts.Registry;
using NextLayer.Contracts.Runs;
using NextLayer.Contracts.Workers;

namespace NextLayer.Tests.Contracts;

public sealed class NextLayerJsonTests
{
    [Fact]
    public void Read_MembersLeftOut_HaveTheirDefaults()
    {
        var beat = Read<WorkerHeartbeatRequest>("""{"slots": 1}""");
        var report = Read<RunReport>("""{"run_id": "018f0000-0000-7000-8000-000000000000", "lease": {"epoch": 1, "token": "018f0000-0000-7000-8000-000000000000"}}""");
        var line = Read<RunLogLine>("""{"message": "x"}""");

        Assert.Empty(beat.Runs);
        Assert.Empty(report.Steps);
        Assert.Empty(report.Logs);
        Assert.Equal(RunLogLevel.Info, line.Level);
    }

    [Theory]
    [InlineData("2026-02-11T12:00:00+00:00", "2026-02-11T12:00:00+00:00")]
    [InlineData("2026-02-11T12:00:00Z", "2026-02-11T12:00:00+00:00")]
    [InlineData("2026-02-11T14:00:00.5+02:00", "2026-02-11T12:00:00.5+00:00")]
    [InlineData("2026-02-11T12:00:00", "2026-02-11T12:00:00+00:00")]
    public void Time_HoweverWritten_IsSentAsUtc(string read, string written)
    {
        var time = Read<DateTimeOffset>($"\"{read}\"");

        Assert.Equal($"\"{written}\"", JsonSerializer.Serialize(time, NextLayerJson.Options));
    }

    [Theory]
    [InlineData("""{}""", false, null)]
    [InlineData("""{"daily_run_limit": null}""", true, null)]
    [InlineData("""{"daily_run_limit": 3}""", true, 3)]
    public void Optional_LeftOutOrNull_AreTwoThings(string json, bool isSet, int? value)
    {
        var limit = Read<UpdateTenantRequest>(json).DailyRunLimit;

        Assert.Equal((isSet, value), (limit.IsSet, limit.Value));
    }

    [Theory]
    [InlineData("""{"id": 1, "id": 2}""")]
    [InlineData("""{"id": {"x": 1, "x": 2}}""")]
    public void Read_MemberTwice_IsRefused(string json) =>
        Assert.Throws<JsonException>(() => JsonSerializer.Deserialize<Dictionary<string, JsonElement>>(json, NextLayerJson.Options));

    private static T Read<T>(string json) => JsonSerializer.Deserialize<T>(json, NextLayerJson.Options)!; // None of these documents is null.
}
