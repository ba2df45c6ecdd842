using System.Globalization;
using System.Net;
using System.Text.Json;
using NextLayer.ControlPlane.Features.Quotas;
using NextLayer.ControlPlane.Features.Runs.Creating;
using NextLayer.ControlPlane.Platform.Database;
using NextLayer.Tests.ControlPlane.Triggers;
using NextLayer.Tests.ControlPlane.Workflows;
using NextLayer.Tests.Support;

namespace NextLayer.Tests.ControlPlane.Quotas;

public sealed class QuotaTests(Servers servers, Api api) : IClassFixture<Api>
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Create_AThousandAtOnceWithOneLeft_MakesExactlyOne()
    {
        await using var db = await servers.CreateDatabaseAsync();
        await using var first = await ControlPlaneHost.StartAsync(db);
        await using var second = await ControlPlaneHost.StartAsync(db);
        var (tenant, version) = await AddVersionAsync(db, limit: 5);
        ControlPlaneHost[] hosts = [first, second];
        for (var i = 0; i < 4; i++)
            Assert.Equal(HttpStatusCode.OK, await CreateAsync(hosts[i % 2], tenant, version));

        var answers = await Task.WhenAll(Enumerable.Range(0, 1000).Select(i => CreateAsync(hosts[i % 2], tenant, version)));

        Assert.Equal(1, answers.Count(status => status == HttpStatusCode.OK));
        Assert.Equal(999, answers.Count(status => status == HttpStatusCode.TooManyRequests));
        Assert.Equal(5, await db.AskAsync<long>("SELECT count(*) FROM pipeline_runs WHERE tenant_id = $1", tenant));
        Assert.Equal(5, await db.AskAsync<int>("SELECT runs FROM tenant_usage WHERE tenant_id = $1", tenant));
    }

    [Fact]
    public async Task Create_ManyTenantsInOneBatch_EachHasItsOwnLimit()
    {
        await using var db = await servers.CreateDatabaseAsync();
        var ids = new RunIds(TimeProvider.System);
        var limited = await AddVersionAsync(db, limit: 3);
        var other = await AddVersionAsync(db, limit: 2);
        var free = await AddVersionAsync(db, limit: null);
        var runs = Enumerable.Range(0, 30).Select(i => Run(ids, i % 3 == 0 ? limited : i % 3 == 1 ? other : free)).ToList();

        var made = await new RunCreateStore(db.Databases).InsertAsync(runs, Ct);

        Assert.Equal((3, 2, 10), (Count(limited), Count(other), Count(free)));
        Assert.Equal([0, 0], made.Quotas.Values.Select(q => q.Remaining));
        Assert.DoesNotContain(free.Tenant, made.Quotas.Keys);
        Assert.Equal(2, await db.AskAsync<long>("SELECT count(*) FROM tenant_usage"));

        int Count((Guid Tenant, Guid) of) => runs.Count(r => r.TenantId == of.Tenant && made.Has(r));
    }

    [Fact]
    public async Task Create_Refused_TellsLimitResetAndHeaders()
    {
        var (tenant, version) = await AddLimitedAsync(1);

        var made = await CreateAsync(tenant, version);
        var refused = await CreateAsync(tenant, version);

        Assert.Equal("\"daily\";q=1;w=86400", made.Headers["RateLimit-Policy"]);
        Assert.Matches("^\"daily\";r=0;t=[1-9][0-9]*$", made.Headers["RateLimit"]);
        Assert.False(made.Headers.ContainsKey("Retry-After"));
        Assert.Equal(((HttpStatusCode)429, "quota_exceeded"), (refused.Status, refused.Problem));
        Approved.Equal("ProblemOfASpentQuota", refused.Text);
        Assert.InRange(int.Parse(refused.Headers["Retry-After"], CultureInfo.InvariantCulture), 1, 86_400);
        Assert.Equal("\"daily\";q=1;w=86400", refused.Headers["RateLimit-Policy"]);
    }

    [Fact]
    public async Task Create_WithoutALimit_CountsNothingAndHasNoHeaders()
    {
        var tenant = await api.AddTenantAsync();
        var version = await api.AddVersionAsync(tenant, await api.AddPipelineAsync(tenant));

        var made = await CreateAsync(tenant, version);

        Assert.False(made.Headers.ContainsKey("RateLimit"));
        Assert.Equal(0, await api.Database.AskAsync<long>("SELECT count(*) FROM tenant_usage WHERE tenant_id = $1", tenant));
    }

    [Fact]
    public async Task Create_LimitOfZero_MakesNone()
    {
        var (tenant, version) = await AddLimitedAsync(0);

        Assert.Equal("quota_exceeded", (await CreateAsync(tenant, version)).Problem);
    }

    [Fact]
    public async Task Create_RepeatUnderAKey_CountsOnceAndIsAnsweredThoughTheQuotaIsSpent()
    {
        var (tenant, version) = await AddLimitedAsync(1);

        var first = await CreateAsync(tenant, version, ("Idempotency-Key", "k1"));
        var repeats = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => CreateAsync(tenant, version, ("Idempotency-Key", "k1"))));

        Assert.All(repeats, repeat => Assert.Equal((HttpStatusCode.OK, first.Text), (repeat.Status, repeat.Text)));
        Assert.Equal(1, await UsedAsync(tenant));
    }

    [Fact]
    public async Task Create_RefusedUnderAKey_LeavesTheKeyFree()
    {
        var (tenant, version) = await AddLimitedAsync(0);
        var refused = await CreateAsync(tenant, version, ("Idempotency-Key", "later"));

        await SetLimitAsync(tenant, "1");
        var made = await CreateAsync(tenant, version, ("Idempotency-Key", "later"));

        Assert.Equal((429, HttpStatusCode.OK), ((int)refused.Status, made.Status));
    }

    [Fact]
    public async Task CreateMany_MoreThanIsLeft_MakesNoneAndCountsNone()
    {
        var (tenant, version) = await AddLimitedAsync(3);
        await CreateAsync(tenant, version);

        var refused = await CreateManyAsync(tenant, version, 3);
        var made = await CreateManyAsync(tenant, version, 2);

        Assert.Equal((429, HttpStatusCode.OK), ((int)refused.Status, made.Status));
        Assert.EndsWith("3 runs were asked for at once and 2 are left.", refused.Detail, StringComparison.Ordinal);
        Assert.StartsWith("\"daily\";r=0;", made.Headers["RateLimit"], StringComparison.Ordinal);
        Assert.Equal(3, await UsedAsync(tenant));
    }

    [Fact]
    public async Task Create_ByEveryApi_CountsInTheSameQuota()
    {
        var tenant = await WorkflowTenant.CreateAsync(api);
        await SetLimitAsync(tenant.Id, "4");
        var workflow = await tenant.AddPublishedAsync();

        var run = await tenant.RunAsync(workflow);
        var rerun = await tenant.PostAsync($"/runs/{run.Id}/rerun");
        var webhook = await api.PostAsync($"/api/v1/triggers/webhook/{workflow}", "{}");
        var single = await CreateAsync(tenant.Id, workflow);

        Assert.Equal([201, 201, 201, 200], new[] { run, rerun, webhook, single }.Select(answer => (int)answer.Status));
        Assert.Equal(["3", "2", "1", "0"], new[] { run, rerun, webhook, single }.Select(answer => answer.Headers["RateLimit"].Split("r=")[1][..1]));
        Assert.Equal("quota_exceeded", (await tenant.RunAsync(workflow)).Problem);
        Assert.Equal("quota_exceeded", (await tenant.PostAsync($"/runs/{run.Id}/rerun")).Problem);
        Assert.Equal("quota_exceeded", (await CreateAsync(tenant.Id, workflow)).Problem);
        Assert.Equal(4, await UsedAsync(tenant.Id));
    }

    [Fact]
    public async Task Webhook_SpentQuota_IsRefusedNotedAndMayComeAgain()
    {
        var tenant = await WorkflowTenant.CreateAsync(api);
        var workflow = await tenant.AddPublishedAsync();
        await SetLimitAsync(tenant.Id, "0");

        var refused = await api.PostAsync($"/api/v1/triggers/webhook/{workflow}", "{}", ("webhook-id", "m1"));
        var deliveries = await tenant.GetAsync($"/triggers/webhook/{workflow}/deliveries");
        await SetLimitAsync(tenant.Id, "1");
        var again = await api.PostAsync($"/api/v1/triggers/webhook/{workflow}", "{}", ("webhook-id", "m1"));

        Assert.Equal((429, "quota_exceeded"), ((int)refused.Status, refused.Problem));
        Assert.True(refused.Headers.ContainsKey("Retry-After"));
        Assert.Equal("quota_exceeded", deliveries.Json[0].GetProperty("verdict").GetString());
        Assert.Equal(HttpStatusCode.Created, again.Status);
    }

    [Fact]
    public async Task Schedule_SpentQuota_RecordsTheTimeAsRefused()
    {
        await using var schedules = await TestSchedules.CreateAsync(servers);
        var tenant = await schedules.Database.AskAsync<Guid>("UPDATE tenants SET daily_run_limit = 2 WHERE slug = 'test' RETURNING id");
        var id = await schedules.AddAsync(minutesAgo: 3, catchUp: "all");

        await TestSchedules.DrainAsync(schedules.Scheduler());

        Assert.Equal(["started", "started", "refused", "refused"], (await schedules.OutcomesAsync(id)).Take(4));
        Assert.StartsWith(
            "Daily quota exceeded. The limit is 2 runs a day",
            await schedules.Database.AskAsync<string>("SELECT reason FROM schedule_fires WHERE outcome = 'refused' LIMIT 1"),
            StringComparison.Ordinal);
        Assert.Equal(2, await schedules.AllRunsAsync());
        Assert.Equal(2, await schedules.Database.AskAsync<int>("SELECT runs FROM tenant_usage WHERE tenant_id = $1", tenant));
        Assert.True(await schedules.Database.AskAsync<bool>("SELECT next_fire_at > now() FROM schedules"));
    }

    [Fact]
    public async Task Limit_SetDuringTheDay_CountsWhatWasMadeBefore()
    {
        var tenant = await api.AddTenantAsync();
        var version = await api.AddVersionAsync(tenant, await api.AddPipelineAsync(tenant));
        await CreateAsync(tenant, version);
        await CreateAsync(tenant, version);

        await SetLimitAsync(tenant, "3");
        var third = await CreateAsync(tenant, version);
        var fourth = await CreateAsync(tenant, version);

        Assert.Equal((200, 429), ((int)third.Status, (int)fourth.Status));
    }

    [Fact]
    public async Task Limit_LiftedAndSetAgain_CountsWhatWasMadeMeanwhile()
    {
        var (tenant, version) = await AddLimitedAsync(1);
        await CreateAsync(tenant, version);
        await SetLimitAsync(tenant, "null");
        await CreateAsync(tenant, version);
        await CreateAsync(tenant, version);

        await SetLimitAsync(tenant, "4");

        Assert.Equal((200, 429), ((int)(await CreateAsync(tenant, version)).Status, (int)(await CreateAsync(tenant, version)).Status));
    }

    [Fact]
    public async Task Limit_RaisedDuringTheDay_CountsAllThatWasMade()
    {
        var tenant = await api.AddTenantAsync();
        var version = await api.AddVersionAsync(tenant, await api.AddPipelineAsync(tenant));
        for (var i = 0; i < 4; i++)
            await CreateAsync(tenant, version);
        await SetLimitAsync(tenant, "2");
        Assert.Equal("quota_exceeded", (await CreateAsync(tenant, version)).Problem);

        await SetLimitAsync(tenant, "4");
        var refused = await CreateAsync(tenant, version);
        await SetLimitAsync(tenant, "5");
        var made = await CreateAsync(tenant, version);

        Assert.Equal((429, HttpStatusCode.OK), ((int)refused.Status, made.Status));
        Assert.Equal("quota_exceeded", (await CreateAsync(tenant, version)).Problem);
    }

    [Fact]
    public async Task Create_LedgerBreaksInTheMiddleOfABatch_TellsWhatWasMade()
    {
        await using var db = await servers.CreateDatabaseAsync();
        var ids = new RunIds(TimeProvider.System);
        var (limited, free) = (await AddVersionAsync(db, limit: 3), await AddVersionAsync(db, limit: null));
        await db.ExecuteAsync("ALTER TABLE tenant_usage ADD CONSTRAINT broken CHECK (runs < 0) NOT VALID");
        NewRun[] runs = [Run(ids, limited), Run(ids, free)];

        var made = await new RunCreateStore(db.Databases).InsertAsync(runs, Ct);

        Assert.Equal((false, true), (made.Has(runs[0]), made.Has(runs[1])));
        Assert.Equal(1, await db.AskAsync<long>("SELECT count(*) FROM pipeline_runs"));
        await Assert.ThrowsAsync<Npgsql.PostgresException>(() => new RunCreateStore(db.Databases).InsertAsync([runs[0]], Ct));
    }

    [Fact]
    public async Task Limit_OfYesterday_LeavesToday()
    {
        var (tenant, version) = await AddLimitedAsync(1);
        await CreateAsync(tenant, version);
        await api.Database.ExecuteAsync("UPDATE tenant_usage SET day = day - 1 WHERE tenant_id = $1", tenant);
        await api.Database.ExecuteAsync(
            "UPDATE run_inputs SET run_id = run_id WHERE run_id IN (SELECT id FROM pipeline_runs WHERE tenant_id = $1)", tenant);
        await api.Database.ExecuteAsync(
            "UPDATE pipeline_runs SET id = run_id_at(now() - interval '1 day') WHERE tenant_id = $1", tenant);

        Assert.Equal(HttpStatusCode.OK, (await CreateAsync(tenant, version)).Status);
        Assert.Equal("quota_exceeded", (await CreateAsync(tenant, version)).Problem);
    }

    [Fact]
    public async Task Retry_OfAFailedRun_IsTheSameRun()
    {
        var tenant = await WorkflowTenant.CreateAsync(api);
        await SetLimitAsync(tenant.Id, "1");
        var run = await tenant.AddRunAsync();
        await tenant.FailAsync(run);

        var retried = await tenant.PostAsync($"/runs/{run}/retry");

        Assert.Equal(HttpStatusCode.OK, retried.Status);
        Assert.Equal(1, await UsedAsync(tenant.Id));
    }

    [Fact]
    public async Task Usage_TellsTheLimitAndThirtyDays()
    {
        var (tenant, version) = await AddLimitedAsync(5);
        await CreateAsync(tenant, version);
        await CreateAsync(tenant, version);

        var usage = (await api.SendAsync(HttpMethod.Get, "/api/v1/usage", null, ("X-Tenant-Id", tenant.ToString()))).Json;

        Assert.Equal((5, 2, 3), (usage.GetProperty("daily_run_limit").GetInt32(), usage.GetProperty("used").GetInt32(), usage.GetProperty("remaining").GetInt32()));
        Assert.Equal(30, usage.GetProperty("days").GetArrayLength());
        Assert.Equal(usage.GetProperty("day").GetString(), usage.GetProperty("days")[29].GetProperty("day").GetString());
        Assert.Equal(2, usage.GetProperty("days")[29].GetProperty("runs").GetInt32());
        Assert.Equal(TimeSpan.Zero, usage.GetProperty("resets_at").GetDateTimeOffset().TimeOfDay);
    }

    [Fact]
    public async Task Usage_WithoutALimit_CountsTheRuns()
    {
        var tenant = await WorkflowTenant.CreateAsync(api);
        await tenant.AddRunAsync();

        var usage = (await tenant.GetAsync("/usage")).Json;

        Assert.Equal((JsonValueKind.Null, 1), (usage.GetProperty("daily_run_limit").ValueKind, usage.GetProperty("used").GetInt32()));
        Assert.Equal(JsonValueKind.Null, usage.GetProperty("remaining").ValueKind);
    }

    [Fact]
    public void Quota_AtItsLastMoment_ResetsAtMidnight()
    {
        var quota = new TenantQuota(Guid.Empty, 5, 7, new DateTimeOffset(2026, 12, 31, 23, 59, 59, 500, TimeSpan.Zero));

        Assert.Equal((0, 1), (quota.Remaining, quota.SecondsLeft));
        Assert.Equal(new DateTimeOffset(2027, 1, 1, 0, 0, 0, TimeSpan.Zero), quota.ResetsAt);
    }

    private async Task<(Guid Tenant, Guid Version)> AddLimitedAsync(int limit)
    {
        var tenant = await api.AddTenantAsync();
        await SetLimitAsync(tenant, limit.ToString(CultureInfo.InvariantCulture));
        return (tenant, await api.AddVersionAsync(tenant, await api.AddPipelineAsync(tenant)));
    }

    private Task<Answer> SetLimitAsync(Guid tenant, string limit) => api.PatchAsync($"/api/tenants/{tenant}", $$"""{"daily_run_limit": {{limit}}}""");

    private Task<int> UsedAsync(Guid tenant) => api.Database.AskAsync<int>("SELECT runs FROM tenant_usage WHERE tenant_id = $1", tenant);

    private Task<Answer> CreateAsync(Guid tenant, Guid version, params (string, string)[] headers) =>
        api.PostAsync("/api/runs", $$"""{"tenant_id": "{{tenant}}", "pipeline_version_id": "{{version}}"}""", headers);

    private Task<Answer> CreateManyAsync(Guid tenant, Guid version, int count)
    {
        var run = $$"""{"tenant_id": "{{tenant}}", "pipeline_version_id": "{{version}}"}""";
        return api.PostAsync("/api/runs/batch", $$"""{"runs": [{{string.Join(", ", Enumerable.Repeat(run, count))}}]}""");
    }

    private static async Task<HttpStatusCode> CreateAsync(ControlPlaneHost host, Guid tenant, Guid version)
    {
        using var content = new StringContent(
            $$"""{"tenant_id": "{{tenant}}", "pipeline_version_id": "{{version}}"}""", new System.Net.Http.Headers.MediaTypeHeaderValue("application/json"));
        using var answer = await host.Http.PostAsync("/api/runs", content, Ct);
        return answer.StatusCode;
    }

    private static async Task<(Guid Tenant, Guid Version)> AddVersionAsync(TestDatabase db, int? limit)
    {
        var (tenant, pipeline, version) = (Guid.CreateVersion7(), Guid.CreateVersion7(), Guid.CreateVersion7());
        await db.ExecuteAsync("INSERT INTO tenants (id, name, slug, daily_run_limit) VALUES ($1, 'T', $2, $3)", tenant, $"t_{tenant:N}", (object?)limit ?? DBNull.Value);
        await db.ExecuteAsync("INSERT INTO pipelines (id, tenant_id, name) VALUES ($1, $2, 'p')", pipeline, tenant);
        await db.ExecuteAsync(
            """
            INSERT INTO pipeline_versions (id, tenant_id, pipeline_id, version, version_number, status, definition, frozen_at)
            VALUES ($1, $2, $3, 'v1', 1, 'APPROVED', '{"steps": ["a"]}', now())
            """,
            version, tenant, pipeline);
        return (tenant, version);
    }

    private static NewRun Run(RunIds ids, (Guid Tenant, Guid Version) of) => new()
    {
        Id = ids.Next(),
        TenantId = of.Tenant,
        PipelineVersionId = of.Version,
        TriggerType = "manual",
        Priority = 0,
    };
}
