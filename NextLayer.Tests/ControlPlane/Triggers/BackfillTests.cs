using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using NextLayer.Tests.AppHost;
using NextLayer.Tests.ControlPlane.Access;
using NextLayer.Tests.Support;

namespace NextLayer.Tests.ControlPlane.Triggers;

/// <summary>Past planned times that an operator has made up for.</summary>
public sealed class BackfillTests(Api api) : IClassFixture<Api>
{
    private const string Address = "/api/v1/triggers/schedule";

    // Clocks in Berlin go forward on the 29th, at the hour the schedule comes.
    private const string March = """{"from": "2026-03-28T00:00:00+01:00", "to": "2026-03-30T02:30:00+02:00" """;

    private static readonly Guid DefaultTenant = Guid.Parse("00000000-0000-7000-8000-000000000001");

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Backfill_DryThenRealThenAgain_MakesOneRunOfEachTime()
    {
        var (_, id) = await AddScheduleAsync("""{"n": 1}""");
        await BackfillAsync(id, """{"from": "2026-03-28T02:30:00+01:00", "to": "2026-03-28T02:30:00+01:00"}""");

        var dry = await BackfillAsync(id, $"{March}, \"dry_run\": true}}");
        var real = await BackfillAsync(id, $"{March}}}");
        var again = await BackfillAsync(id, $"{March}}}");
        var shown = await api.GetAsync($"{Address}/{id}/backfill?from=2026-03-28T00:00:00Z&to=2026-03-30T00:30:00Z");

        Approved.Equal("ScheduleBackfill", dry.Text);
        Assert.Equal(["existing", "new", "new"], States(dry));
        Assert.Equal(["existing", "queued", "queued"], States(real));
        Assert.Equal(["existing", "existing", "existing"], States(again));
        Assert.Equal((2, 2, 0), (New(dry), New(real), New(again)));
        Assert.Equal(
            real.Json.GetProperty("times").EnumerateArray().Select(time => time.Text("run_id")),
            shown.Json.GetProperty("times").EnumerateArray().Select(time => time.Text("run_id")));
        Assert.Equal(
            ["backfill -10 2026-03-28T01:30", "backfill -10 2026-03-29T01:00", "backfill -10 2026-03-30T00:30"],
            await RunsAsync(id));
    }

    [Fact]
    public async Task Backfill_SameStretchAtOnceOnTwoReplicas_MakesOneRunOfEachTime()
    {
        var (_, id) = await AddScheduleAsync();
        await using var second = await ControlPlaneHost.StartAsync(api.Database);

        var answers = await Task.WhenAll(new[] { api.Http, second.Http, api.Http, second.Http }.Select(async http =>
        {
            using var body = new StringContent($"{March}}}", Encoding.UTF8, new MediaTypeHeaderValue("application/json"));
            using var answer = await http.PostAsync($"{Address}/{id}/backfill", body, Ct);
            return JsonElement.Parse(await answer.Content.ReadAsStringAsync(Ct)).GetProperty("new").GetInt32();
        }));

        Assert.Equal(3, answers.Sum());
        Assert.Equal(3, (await RunsAsync(id)).Count);
    }

    [Fact]
    public async Task Backfill_Run_KnowsItsTimeAndSoDoesItsRerun()
    {
        var (_, id) = await AddScheduleAsync();
        var run = (await BackfillAsync(id, $"{March}}}")).Json.GetProperty("times")[1].Text("run_id");

        var rerun = await api.PostAsync($"/api/v1/runs/{run}/rerun", "{}");

        Assert.Equal("2026-03-29T01:00:00+00:00", (await RunAsync(run)).Text("planned_at"));
        Assert.Equal("2026-03-29T01:00:00+00:00", (await RunAsync(rerun.Json.Text("id"))).Text("planned_at"));
    }

    [Fact]
    public async Task Backfill_TimesThatWereLeftOut_AreShownAsMadeUpForWithTheirReason()
    {
        var (_, id) = await AddScheduleAsync();
        await api.Database.ExecuteAsync(
            """
            INSERT INTO schedule_fires (schedule_id, planned_at, fired_at, outcome, reason, missed)
            VALUES ($1, '2026-03-28T01:30Z', now(), 'missed', 'Nobody was there.', 3), ($1, '2026-03-29T01:00Z', now(), 'skipped', 'An earlier one ran.', NULL)
            """,
            id);

        await BackfillAsync(id, $"{March}}}");
        var fires = await api.GetAsync($"{Address}/{id}/fires");

        Assert.Equal(
            ["backfilled ", "backfilled An earlier one ran.", "backfilled Nobody was there."],
            fires.Json.EnumerateArray().Select(fire => $"{fire.Text("outcome")} {fire.GetProperty("reason").GetString()}"));
        Assert.All(fires.Json.EnumerateArray(), fire => Assert.Equal("pending", fire.Text("run_status")));
    }

    [Fact]
    public async Task Backfill_HistoryTrimmedOrTimeComesAfterAll_MakesNoSecondRun()
    {
        var (_, id) = await AddScheduleAsync();
        var now = TimeProvider.System.GetUtcNow();
        var stretch = $$"""{"from": "{{now.AddDays(-3):O}}", "to": "{{now:O}}"}""";
        var times = (await BackfillAsync(id, stretch)).Json.GetProperty("times").EnumerateArray().Select(time => time.GetProperty("at").GetDateTimeOffset()).ToList();
        await api.Database.ExecuteAsync("DELETE FROM schedule_fires WHERE schedule_id = $1 AND planned_at < $2", id, times[^1]);

        var again = await BackfillAsync(id, stretch);
        await api.Database.ExecuteAsync("UPDATE schedules SET enabled = true, catch_up = 'last', next_fire_at = $2 WHERE id = $1", id, times[^1]);
        await api.PatchAsync($"{Address}/{id}", """{"name": "woken"}""");
        await Eventually.TrueAsync(
            () => api.Database.AskAsync<bool>("SELECT next_fire_at > now() FROM schedules WHERE id = $1", id), "the scheduler has dealt with what was due");

        Assert.Equal(0, New(again));
        Assert.Equal(times.Count, (await RunsAsync(id)).Count);
    }

    [Theory]
    [InlineData("""{"from": "2026-03-30T00:00:00Z", "to": "2026-03-28T00:00:00Z"}""", "to", "must not lie before from.")]
    [InlineData("""{"from": "2026-03-28T00:00:00Z", "to": "2999-03-28T00:00:00Z"}""", "to", "must not lie in the future; it is ")]
    [InlineData("""{"from": "0001-01-01T00:00:00Z", "to": "2026-03-28T00:00:00Z"}""", "from", "must lie after the year 1970.")]
    [InlineData("""{"from": "2020-01-01T00:00:00Z", "to": "2026-03-28T00:00:00Z"}""", "to", "leaves more than 500 planned times; number 500 is 2021-05-14T00:30:00Z.")]
    [InlineData("""{"from": "2026-01-01T00:00:00Z", "to": "2026-03-28T00:00:00Z", "limit": 2}""", "to", "leaves more than 2 planned times; number 2 is 2026-01-02T01:30:00Z.")]
    [InlineData("""{"from": "2026-01-01T00:00:00Z", "to": "2026-03-28T00:00:00Z", "limit": 501}""", "limit", "")]
    public async Task Backfill_StretchThatCannotBe_IsRefused(string body, string field, string message)
    {
        var (_, id) = await AddScheduleAsync();

        var answer = await BackfillAsync(id, body);

        Assert.Equal((HttpStatusCode.BadRequest, "invalid_request"), (answer.Status, answer.Problem));
        Assert.StartsWith(message, answer.Errors[field], StringComparison.Ordinal);
        Assert.Empty(await RunsAsync(id));
    }

    [Fact]
    public async Task Backfill_RunsThatMustNotOverlap_NeedsTheAskersWord()
    {
        var (_, id) = await AddScheduleAsync(overlap: "skip");

        var many = await BackfillAsync(id, $"{March}}}");
        var dry = await BackfillAsync(id, $"{March}, \"dry_run\": true}}");
        var one = await BackfillAsync(id, """{"from": "2026-03-28T02:30:00+01:00", "to": "2026-03-28T02:30:00+01:00"}""");
        var beside = await BackfillAsync(id, """{"from": "2026-03-30T02:30:00+02:00", "to": "2026-03-30T02:30:00+02:00"}""");
        var allowed = await BackfillAsync(id, $"{March}, \"overlap\": \"allow\"}}");

        Assert.Equal((HttpStatusCode.Conflict, "backfill_would_overlap"), (many.Status, many.Problem));
        Assert.Equal(many.Detail, dry.Json.Text("obstacle"));
        Assert.Equal(1, New(one));
        Assert.Equal("backfill_would_overlap", beside.Problem);
        Assert.Equal(2, New(allowed));
    }

    [Fact]
    public async Task Backfill_NothingPublishedOrInputThatDoesNotFit_SaysSo()
    {
        var (workflow, id) = await AddScheduleAsync();
        await api.PostAsync($"/api/pipeline-versions/{workflow}/status", """{"status": "DEPRECATED"}""");

        var answer = await BackfillAsync(id, $"{March}}}");

        Assert.Equal((HttpStatusCode.Conflict, "backfill_impossible"), (answer.Status, answer.Problem));
        Assert.Equal("The workflow has no published version.", answer.Detail);
        Assert.Empty(await RunsAsync(id));
    }

    [Fact]
    public async Task Backfill_BeyondTheDailyLimit_MakesNone()
    {
        var tenant = await api.AddTenantAsync("Small");
        var (_, id) = await AddScheduleAsync(tenant: tenant);
        await api.Database.ExecuteAsync("UPDATE tenants SET daily_run_limit = 2 WHERE id = $1", tenant);

        var answer = await BackfillAsync(id, $"{March}}}", tenant);
        var less = await BackfillAsync(id, """{"from": "2026-03-28T00:00:00Z", "to": "2026-03-29T12:00:00Z"}""", tenant);

        Assert.Equal((HttpStatusCode.TooManyRequests, "quota_exceeded"), (answer.Status, answer.Problem));
        Assert.True(answer.Headers.ContainsKey("Retry-After"));
        Assert.Equal(2, New(less));
        Assert.Equal(2, (await RunsAsync(id)).Count);
    }

    [Fact]
    public async Task Backfill_OfAnotherTenant_IsNotThere()
    {
        var (_, id) = await AddScheduleAsync();

        var answer = await BackfillAsync(id, $"{March}}}", await api.AddTenantAsync("Prying"));

        Assert.Equal((HttpStatusCode.NotFound, "schedule_not_found"), (answer.Status, answer.Problem));
    }

    private Task<Answer> BackfillAsync(Guid id, string body, Guid? tenant = null) =>
        api.PostAsync($"{Address}/{id}/backfill", body, ("X-Tenant-Id", (tenant ?? DefaultTenant).ToString()));

    private static IEnumerable<string> States(Answer answer) => answer.Json.GetProperty("times").EnumerateArray().Select(time => time.Text("state"));

    private static int New(Answer answer) => answer.Json.GetProperty("new").GetInt32();

    private async Task<JsonElement> RunAsync(string id) => (await api.GetAsync($"/api/runs/{id}")).Json.GetProperty("run");

    private Task<IReadOnlyList<string>> RunsAsync(Guid id) => api.Database.ListAsync<string>(
        """
        SELECT concat_ws(' ', r.trigger_type, r.priority, to_char(r.planned_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI'))
        FROM pipeline_runs r JOIN run_triggers t ON t.run_id = r.id WHERE t.trigger_id = $1 ORDER BY r.planned_at
        """,
        id);

    /// <summary>A disabled schedule of half past two at night, Berlin's time.</summary>
    private async Task<(Guid Workflow, Guid Id)> AddScheduleAsync(string input = "{}", string overlap = "allow", Guid? tenant = null)
    {
        var owner = tenant ?? DefaultTenant;
        var workflow = await api.AddVersionAsync(owner, await api.AddPipelineAsync(owner));
        var made = await api.PostAsync(
            Address,
            $$"""{"workflow_id": "{{workflow}}", "cron": "30 2 * * *", "timezone": "Europe/Berlin", "input": {{input}}, "overlap": "{{overlap}}", "enabled": false}""",
            ("X-Tenant-Id", owner.ToString()));
        return (workflow, made.Id);
    }
}
