using System.Net;
using System.Text.Json;
using NextLayer.Tests.Support;

namespace NextLayer.Tests.ControlPlane.Costs;

public sealed class CostTests(Api api) : IClassFixture<Api>
{
    private const string Row = """{"service": "Compute", "sku_or_model": "Core", "quantity": 12.5, "unit": "hour", "cost": 0.1234567891, "currency": "USD", "raw": {"a": 1}}""";

    [Fact]
    public async Task Load_Pages_BecomeTheDaysRows()
    {
        var run = await HeldRun.CreateAsync(api);

        var staged = await run.StageAsync(1, Row, Row.Replace("Core", "Ram", StringComparison.Ordinal));
        await run.StageAsync(2, Row.Replace("0.1234567891", "-1e-9", StringComparison.Ordinal));
        var before = await run.RowsAsync();
        var loaded = await run.LoadAsync(2);

        Assert.Equal((HttpStatusCode.OK, 2), (staged.Status, staged.Json.GetProperty("rows").GetInt32()));
        Assert.Empty(before);
        Assert.Equal(3, loaded.Json.GetProperty("rows").GetInt32());
        Assert.Equal(["Core 0.123456789100", "Ram 0.123456789100", "Core -0.000000001000"], await run.RowsAsync());
        Assert.Equal(3, await api.Database.AskAsync<long>("SELECT rows_processed FROM pipeline_runs WHERE id = $1", run.RunId));
        Assert.Equal(0, await api.Database.AskAsync<long>("SELECT count(*) FROM cost_pages WHERE run_id = $1", run.RunId));
    }

    [Fact]
    public async Task Load_SecondRunOfTheDay_ReplacesAndTheSameAgainChangesNothing()
    {
        var first = await HeldRun.CreateAsync(api);
        await first.StageAsync(1, Row, Row);
        await first.LoadAsync(1);
        var second = await first.AnotherAsync();
        await second.StageAsync(1, Row);

        await second.LoadAsync(1);

        Assert.Equal(["Core 0.123456789100"], await second.RowsAsync());
    }

    [Fact]
    public async Task Load_AnswerLost_IsAnsweredAgain()
    {
        var run = await HeldRun.CreateAsync(api);
        await run.StageAsync(1, Row);
        await run.StageAsync(1, Row);

        var first = await run.LoadAsync(1);
        var again = await run.LoadAsync(1);

        Assert.Equal(first.Text, again.Text);
        Assert.Single(await run.RowsAsync());
    }

    [Fact]
    public async Task Load_DayWithoutRows_TakesTheOldOnesAway()
    {
        var run = await HeldRun.CreateAsync(api);
        await run.StageAsync(1, Row);
        await run.LoadAsync(1);
        var second = await run.AnotherAsync();

        await second.LoadAsync(0);

        Assert.Empty(await second.RowsAsync());
        Assert.Equal(0, await api.Database.AskAsync<long>("SELECT rows_processed FROM pipeline_runs WHERE id = $1", second.RunId));
    }

    [Fact]
    public async Task Load_PagesMissing_IsRefusedAndLeavesTheOldRows()
    {
        var run = await HeldRun.CreateAsync(api);
        await run.StageAsync(1, Row);
        await run.LoadAsync(1);
        var second = await run.AnotherAsync();
        await second.StageAsync(2, Row, Row);

        var refused = await second.LoadAsync(2);

        Assert.Equal((409, "costs_incomplete"), ((int)refused.Status, refused.Problem));
        Assert.Single(await second.RowsAsync());
    }

    [Fact]
    public async Task StageAndLoad_LeaseLost_ChangeNothing()
    {
        var run = await HeldRun.CreateAsync(api);
        await run.StageAsync(1, Row);
        await api.Database.ExecuteAsync("UPDATE pipeline_runs SET lease_epoch = lease_epoch + 1 WHERE id = $1", run.RunId);

        var (staged, loaded) = (await run.StageAsync(2, Row), await run.LoadAsync(1));

        Assert.Equal(("lease_lost", "lease_lost"), (staged.Problem, loaded.Problem));
        Assert.Empty(await run.RowsAsync());
    }

    [Fact]
    public async Task Load_ManyRunsOfOneDayAtOnce_LeaveTheRowsOfTheNewest()
    {
        var first = await HeldRun.CreateAsync(api);
        var others = new List<HeldRun> { first };
        for (var i = 0; i < 5; i++)
            others.Add(await first.AnotherAsync());
        foreach (var (i, run) in others.Index())
            await run.StageAsync(1, [.. Enumerable.Repeat(Row, i + 1)]);

        var answers = await Task.WhenAll(others.Select(run => run.LoadAsync(1)));

        Assert.All(answers, answer => Assert.Equal(HttpStatusCode.OK, answer.Status));
        Assert.Equal(others.Count, (await first.RowsAsync()).Count);
        Assert.Equal(others[^1].RunId, await api.Database.AskAsync<Guid>("SELECT run_id FROM cost_loads WHERE tenant_id = $1", first.Tenant));
    }

    [Fact]
    public async Task Load_OfAnOlderRun_ThatComesLateOrAgain_LeavesTheNewerRunsRows()
    {
        var older = await HeldRun.CreateAsync(api);
        await older.StageAsync(1, Row, Row, Row);
        var newer = await older.AnotherAsync();
        await newer.StageAsync(1, Row, Row);
        await newer.LoadAsync(1);

        var late = await older.LoadAsync(1);
        var again = await older.LoadAsync(1);

        Assert.Equal((HttpStatusCode.OK, 2), (late.Status, late.Json.GetProperty("rows").GetInt32()));
        Assert.Equal(late.Text, again.Text);
        Assert.Equal(2, (await newer.RowsAsync()).Count);
        Assert.Equal(newer.RunId, await api.Database.AskAsync<Guid>("SELECT run_id FROM cost_loads WHERE tenant_id = $1", newer.Tenant));
        Assert.Equal(0, await api.Database.AskAsync<long>("SELECT rows_processed FROM pipeline_runs WHERE id = $1", older.RunId));
        Assert.Equal(0, await api.Database.AskAsync<long>("SELECT count(*) FROM cost_pages WHERE run_id = $1", older.RunId));
    }

    [Fact]
    public async Task Load_AnswerLostAndANewerRunInBetween_IsAnsweredAgainAndLeavesTheNewerRows()
    {
        var older = await HeldRun.CreateAsync(api);
        await older.StageAsync(1, Row, Row);
        await older.LoadAsync(1);
        var newer = await older.AnotherAsync();
        await newer.StageAsync(1, Row);
        await newer.LoadAsync(1);

        var again = await older.LoadAsync(1);

        Assert.Equal((HttpStatusCode.OK, 1), (again.Status, again.Json.GetProperty("rows").GetInt32()));
        Assert.Single(await newer.RowsAsync());
    }

    [Fact]
    public async Task Load_OfOneStep_LeavesThePagesOfAnotherStepOfTheRun()
    {
        var one = await HeldRun.CreateAsync(api);
        var other = one.OfStep("t");
        await one.StageAsync(1, Row);
        await other.StageAsync(1, Row, Row);

        var loaded = await one.LoadAsync(1);
        var loadedToo = await other.LoadAsync(1);

        Assert.Equal((HttpStatusCode.OK, HttpStatusCode.OK), (loaded.Status, loadedToo.Status));
        Assert.Equal(2, (await other.RowsAsync()).Count);
    }

    [Theory]
    [InlineData("\"currency\": \"USD\"", "\"currency\": \"dollars\"", "rows[0].currency")]
    [InlineData("\"cost\": 0.1234567891", "\"cost\": 1e13", "rows[0].cost")]
    [InlineData("\"raw\": {\"a\": 1}", "\"raw\": [1]", "rows[0].raw")]
    [InlineData("\"service\": \"Compute\"", "\"service\": \"\"", "rows[0].service")]
    public async Task Stage_RowThatCannotBe_IsRefused(string good, string bad, string path)
    {
        var run = await HeldRun.CreateAsync(api);

        Assert.Contains(path, (await run.StageAsync(1, Row.Replace(good, bad, StringComparison.Ordinal))).Errors);
    }

    [Fact]
    public async Task Costs_AreSummedExactly()
    {
        var run = await HeldRun.CreateAsync(api);
        await run.StageAsync(1, [
            .. Enumerable.Repeat(Row.Replace("0.1234567891", "0.1", StringComparison.Ordinal), 3),
            Row.Replace("0.1234567891", "0", StringComparison.Ordinal).Replace("Core", "Counted", StringComparison.Ordinal),
            Row.Replace("Core", "Ram", StringComparison.Ordinal).Replace("USD", "EUR", StringComparison.Ordinal)]);
        await run.LoadAsync(1);

        var bySku = await run.CostsAsync("?from=2026-01-01&to=2026-01-31&group_by=sku");

        Approved.Equal("CostReport", bySku.Text);
        Assert.Equal("0.3", bySku.Json.GetProperty("totals")[1].GetProperty("cost").GetString());
        Assert.Equal(2, (await run.CostsAsync("?from=2026-01-01&to=2026-01-31")).Json.GetProperty("items").GetArrayLength());
        Assert.Equal("Compute", (await run.CostsAsync("?from=2026-01-02&to=2026-01-02&group_by=service")).Json.GetProperty("items")[0].GetProperty("group").GetString());
        Assert.Equal(0, (await run.CostsAsync("?from=2026-01-01&to=2026-01-31&provider=openai")).Json.GetProperty("items").GetArrayLength());
    }

    [Theory]
    [InlineData("?from=2026-02-01&to=2026-01-01", "from")]
    [InlineData("?from=2020-01-01&to=2026-01-01", "from")]
    [InlineData("?group_by=colour", "group_by")]
    [InlineData("?from=soon", "from")]
    public async Task Costs_BadQuestion_IsRefused(string query, string field) =>
        Assert.Contains(field, (await api.GetAsync($"/api/v1/costs{query}")).Errors);

    [Fact]
    public async Task Costs_OfNobody_AreEmpty()
    {
        var answer = await api.GetAsync("/api/v1/costs");

        Assert.Equal((HttpStatusCode.OK, 0), (answer.Status, answer.Json.GetProperty("items").GetArrayLength()));
        Assert.Equal(29, answer.Json.GetProperty("to").GetDateTime().Subtract(answer.Json.GetProperty("from").GetDateTime()).Days);
    }

    /// <summary>A run that a worker of the test holds.</summary>
    private sealed class HeldRun(Api api, Guid tenant, Guid version, Guid runId, JsonElement lease, string step = "s")
    {
        public Guid Tenant => tenant;

        public Guid RunId => runId;

        public static async Task<HeldRun> CreateAsync(Api api)
        {
            var tenant = await api.AddTenantAsync();
            return await ClaimAsync(api, tenant, await api.AddVersionAsync(tenant, await api.AddPipelineAsync(tenant)));
        }

        public HeldRun OfStep(string other) => new(api, tenant, version, runId, lease, other);

        public Task<HeldRun> AnotherAsync() => ClaimAsync(api, tenant, version);

        private static async Task<HeldRun> ClaimAsync(Api api, Guid tenant, Guid version)
        {
            await api.PostAsync("/api/runs", $$"""{"tenant_id": "{{tenant}}", "pipeline_version_id": "{{version}}"}""");
            var claim = (await api.PostAsync("/api/runs/claim", $$"""{"worker_id": "w", "tenant_id": "{{tenant}}"}""")).Json;
            return new HeldRun(api, tenant, version, claim.GetProperty("run").GetProperty("id").GetGuid(), claim.GetProperty("lease"));
        }

        public Task<Answer> StageAsync(int page, params string[] rows) => api.PostAsync(
            $"/api/runs/{runId}/costs/pages",
            $$"""{"lease": {{lease.GetRawText()}}, "step_id": "{{step}}", "attempt": 1, "page": {{page}}, "rows": [{{string.Join(", ", rows)}}]}""");

        public Task<Answer> LoadAsync(int pages) => api.PostAsync(
            $"/api/runs/{runId}/costs/load",
            $$"""{"lease": {{lease.GetRawText()}}, "step_id": "{{step}}", "attempt": 1, "pages": {{pages}}, "provider": "gcp", "usage_date": "2026-01-02"}""");

        public Task<IReadOnlyList<string>> RowsAsync() => api.Database.ListAsync<string>(
            "SELECT sku_or_model || ' ' || cost FROM cost_records WHERE tenant_id = $1 AND usage_date = '2026-01-02' ORDER BY row_no", tenant);

        public Task<Answer> CostsAsync(string query) => api.SendAsync(HttpMethod.Get, $"/api/v1/costs{query}", null, ("X-Tenant-Id", tenant.ToString()));
    }
}
