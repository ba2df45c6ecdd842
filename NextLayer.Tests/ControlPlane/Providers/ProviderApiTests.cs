using System.Net;
using System.Text.Json;
using NextLayer.Contracts.Client;
using NextLayer.Tests.Support;

namespace NextLayer.Tests.ControlPlane.Providers;

public sealed class ProviderApiTests(Api api) : IClassFixture<Api>
{
    private const string Billing = "gcp/cost/billing";

    [Fact]
    public async Task Run_AllInOrder_QueuesARunForYesterday()
    {
        var org = await AddOrgAsync("bigquery");

        var answer = await RunAsync(org, Billing);

        Assert.Equal(HttpStatusCode.OK, answer.Status);
        var runId = answer.Json.GetProperty("run_id").GetGuid();
        var parameters = JsonElement.Parse((await api.Database.AskAsync<string>("SELECT parameters::text FROM run_inputs WHERE run_id = $1", runId))!);
        var yesterday = await api.Database.AskAsync<string>("SELECT to_char((now() AT TIME ZONE 'UTC')::date - 1, 'YYYY-MM-DD')");
        Assert.Equal(yesterday, parameters.GetProperty("date").GetString());
        Assert.Equal("api", await api.Database.AskAsync<string>("SELECT trigger_type FROM pipeline_runs WHERE id = $1", runId));
    }

    [Theory]
    [InlineData("openai/usage_cost", "openai")]
    [InlineData("anthropic/usage_cost", "anthropic")]
    public async Task Run_PipelineWithoutADomain_HasNoDomainInItsAddress(string address, string connector)
    {
        var org = await AddOrgAsync(connector);

        var answer = await RunAsync(org, address, """{"date": "2026-01-02"}""");

        Assert.Equal(HttpStatusCode.OK, answer.Status);
        if (connector == "openai")
            Approved.Equal("ProviderRunStarted", answer.Text);
        Assert.Equal("unknown_pipeline", (await RunAsync(org, address.Replace("/", "/cost/", StringComparison.Ordinal))).Problem);
    }

    [Theory]
    [InlineData("ab", Billing, "org")]
    [InlineData("a-b-c", Billing, "org")]
    [InlineData("default", "gc%20p/cost/billing", "provider")]
    [InlineData("default", "gcp/co.st/billing", "domain")]
    [InlineData("default", "gcp/cost/billing!", "pipeline")]
    public async Task Run_MalformedName_IsRefusedBeforeAnythingElse(string org, string address, string field)
    {
        var answer = await RunAsync(org, address);

        Assert.Equal((HttpStatusCode.BadRequest, field), (answer.Status, Assert.Single(answer.Errors).Key));
    }

    [Fact]
    public async Task Run_SeveralFaults_AreToldInTheDocumentsOrder()
    {
        var org = await AddOrgAsync();
        await PatchAsync(org, """{"billing_status": "past_due", "daily_run_limit": 0}""");

        var unknown = await RunAsync(org, "gcp/cost/nothing");
        var unpaid = await RunAsync(org, Billing);
        await PatchAsync(org, """{"billing_status": "active"}""");
        var notSetUp = await RunAsync(org, Billing);
        await AddConnectorAsync(org, "bigquery");
        var spent = await RunAsync(org, Billing);
        await PatchAsync(org, """{"daily_run_limit": 1}""");
        var made = await RunAsync(org, Billing);

        Assert.Equal((404, "unknown_pipeline"), ((int)unknown.Status, unknown.Problem));
        Assert.StartsWith("Unknown pipeline", unknown.Detail, StringComparison.Ordinal);
        Assert.Equal((403, "Subscription is not active. Current status: past_due"), ((int)unpaid.Status, unpaid.Detail));
        Assert.Equal(409, (int)notSetUp.Status);
        Assert.StartsWith("Required integration \"GCP_SA\" is not configured.", notSetUp.Detail, StringComparison.Ordinal);
        Assert.Equal((429, "quota_exceeded"), ((int)spent.Status, spent.Problem));
        Assert.StartsWith("Daily quota exceeded", spent.Detail, StringComparison.Ordinal);
        Assert.True(spent.Headers.ContainsKey("Retry-After"));
        Assert.Equal((HttpStatusCode.OK, "\"daily\";q=1;w=86400"), (made.Status, made.Headers["RateLimit-Policy"]));
    }

    [Theory]
    [InlineData("trialing", 200)]
    [InlineData("active", 200)]
    [InlineData("past_due", 403)]
    [InlineData("canceled", 403)]
    [InlineData("incomplete", 403)]
    [InlineData("paused", 403)]
    public async Task Run_BillingStatus_LetsActiveAndTrialing(string billing, int status)
    {
        var org = await AddOrgAsync("bigquery");
        await PatchAsync(org, $$"""{"billing_status": "{{billing}}"}""");

        Assert.Equal(status, (int)(await RunAsync(org, Billing)).Status);
    }

    [Fact]
    public async Task Run_UnknownOrganisation_IsNotFound() =>
        Assert.Equal("organization_not_found", (await RunAsync("nobody_here", Billing)).Problem);

    [Fact]
    public async Task Run_ConnectorNotActive_SaysSo()
    {
        var org = await AddOrgAsync();
        var connector = await AddConnectorAsync(org, "bigquery");
        await api.PatchAsync($"/api/connector-instances/{connector}", """{"status": "NEEDS_REAUTH"}""");

        var answer = await RunAsync(org, Billing);

        Assert.Equal(("integration_not_configured", true), (answer.Problem, answer.Detail!.Contains("NEEDS_REAUTH", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Run_SeveralConnectors_HasToBeToldWhich()
    {
        var org = await AddOrgAsync("bigquery");
        var second = await AddConnectorAsync(org, "bigquery");
        var foreign = await AddConnectorAsync(await AddOrgAsync(), "bigquery");

        var ambiguous = await RunAsync(org, Billing);
        var other = await RunAsync(org, Billing, $$"""{"connector": "{{foreign}}"}""");
        var named = await RunAsync(org, Billing, $$"""{"connector": "{{second}}"}""");

        Assert.Equal(("integration_ambiguous", "integration_not_configured"), (ambiguous.Problem, other.Problem));
        Assert.Equal(HttpStatusCode.OK, named.Status);
    }

    [Theory]
    [InlineData("2026-02-30")]
    [InlineData("yesterday")]
    [InlineData("2999-01-01")]
    [InlineData("1999-12-31")]
    public async Task Run_DayThatIsNone_IsRefused(string date)
    {
        var org = await AddOrgAsync("bigquery");

        Assert.Contains("date", (await RunAsync(org, Billing, $$"""{"date": "{{date}}"}""")).Errors);
    }

    [Fact]
    public async Task Run_ManyAtOnceForTheFirstTime_MakesOnePipelineAndOneVersion()
    {
        var org = await AddOrgAsync("bigquery");
        var tenant = await TenantAsync(org);

        var answers = await Task.WhenAll(Enumerable.Range(0, 30).Select(_ => RunAsync(org, Billing)));

        Assert.All(answers, answer => Assert.Equal(HttpStatusCode.OK, answer.Status));
        Assert.Equal(30, await api.Database.AskAsync<long>("SELECT count(*) FROM pipeline_runs WHERE tenant_id = $1", tenant));
        Assert.Equal(1, await api.Database.AskAsync<long>("SELECT count(*) FROM pipelines WHERE tenant_id = $1", tenant));
        Assert.Equal(
            ["v1 APPROVED"], await api.Database.ListAsync<string>("SELECT version || ' ' || status FROM pipeline_versions WHERE tenant_id = $1", tenant));
    }

    [Fact]
    public async Task Run_ContentThatIsNew_MakesTheNextVersion()
    {
        var org = await AddOrgAsync("bigquery");
        var tenant = await TenantAsync(org);
        await RunAsync(org, Billing);

        // As if the file had had another content then.
        await api.Database.ExecuteAsync(
            "UPDATE provider_versions SET content_hash = '\\x00' WHERE pipeline_id IN (SELECT pipeline_id FROM provider_pipelines WHERE tenant_id = $1)", tenant);
        await RunAsync(org, Billing);
        await RunAsync(org, Billing);

        Assert.Equal([1, 2], await api.Database.ListAsync<int>("SELECT version_number FROM pipeline_versions WHERE tenant_id = $1 ORDER BY 1", tenant));
        Assert.Equal(
            [1L, 2L],
            await api.Database.ListAsync<long>("SELECT count(*) FROM pipeline_runs WHERE tenant_id = $1 GROUP BY pipeline_version_id ORDER BY 1", tenant));
    }

    [Fact]
    public async Task Run_VersionThatWasDeprecated_MakesTheNext()
    {
        var org = await AddOrgAsync("bigquery");
        var tenant = await TenantAsync(org);
        await RunAsync(org, Billing);
        await api.Database.ExecuteAsync("UPDATE pipeline_versions SET status = 'DEPRECATED' WHERE tenant_id = $1", tenant);

        Assert.Equal(HttpStatusCode.OK, (await RunAsync(org, Billing)).Status);
    }

    [Fact]
    public async Task Run_SameKey_AnswersTheSameRunInThatOrganisationAlone()
    {
        var org = await AddOrgAsync("bigquery");
        var other = await AddOrgAsync("bigquery");

        var first = await RunAsync(org, Billing, """{"date": "2026-01-02"}""", ("Idempotency-Key", "k"));
        var again = await RunAsync(org, Billing, """{"date": "2026-01-02"}""", ("Idempotency-Key", "k"));
        var changed = await RunAsync(org, Billing, """{"date": "2026-01-03"}""", ("Idempotency-Key", "k"));
        var elsewhere = await RunAsync(other, Billing, """{"date": "2026-01-02"}""", ("Idempotency-Key", "k"));

        Assert.Equal(first.Text, again.Text);
        Assert.Equal(422, (int)changed.Status);
        Assert.NotEqual(first.Text, elsewhere.Text);
    }

    [Fact]
    public async Task List_Filters_FindWhatTheySay()
    {
        var org = await AddOrgAsync("bigquery", "openai");
        var billing = (await RunAsync(org, Billing, """{"date": "2026-01-02"}""")).Json.GetProperty("run_id").GetGuid();
        var usage = (await RunAsync(org, "openai/usage_cost")).Json.GetProperty("run_id").GetGuid();
        await api.Database.ExecuteAsync(
            "UPDATE pipeline_runs SET status = 'SUCCEEDED', started_at = created_at, finished_at = created_at + interval '1500 ms', rows_processed = 7 WHERE id = $1", billing);

        var all = await ListAsync(org, "");

        Assert.Equal([usage, billing], all);
        Assert.Equal([billing], await ListAsync(org, "?status=COMPLETED"));
        Assert.Equal([billing], await ListAsync(org, "?status=success&pipeline_id=gcp_billing"));
        Assert.Equal([usage], await ListAsync(org, "?status=PENDING"));
        Assert.Equal([usage], await ListAsync(org, "?pipeline_id=openai_usage_cost"));
        Assert.Equal([billing], await ListAsync(org, "?limit=1&offset=1"));
        Assert.Empty(await ListAsync(org, "?end_date=2020-01-01"));
        Assert.Equal(2, (await ListAsync(org, "?start_date=2020-01-01&end_date=2100-01-01")).Count);
        Assert.Equal("2", (await api.GetAsync($"/api/v1/pipelines/{org}/runs?limit=1")).Headers["X-Total-Count"]);
        Assert.Contains("status", (await api.GetAsync($"/api/v1/pipelines/{org}/runs?status=DONE")).Errors);
        Approved.Equal("ProviderRunPage", (await api.GetAsync($"/api/v1/pipelines/{org}/runs?status=SUCCESS")).Text);
    }

    [Fact]
    public async Task Get_OwnRun_ShowsStepsWithLogsAndError()
    {
        var org = await AddOrgAsync("bigquery");
        var runId = (await RunAsync(org, Billing, """{"date": "2026-01-02"}""")).Json.GetProperty("run_id").GetGuid();
        var claim = await api.PostAsync("/api/runs/claim", $$"""{"worker_id": "w1", "tenant_id": "{{await TenantAsync(org)}}"}""");
        await api.PostAsync("/api/workers/w1/reports", $$$"""
            {"reports": [{"run_id": "{{{runId}}}", "lease": {{{claim.Json.GetProperty("lease").GetRawText()}}},
              "steps": [{"step_id": "fetch_costs", "step_type": "provider_costs", "attempt": 1, "status": "failed",
                         "error": {"code": "PROVIDER_AUTH", "message": "No.", "retryable": false}}],
              "logs": [{"message": "Fetching.", "step_id": "fetch_costs", "attempt": 1}],
              "completion": {"status": "FAILED", "error_message": "fetch_costs: No."}}]}
            """);

        var answer = await api.GetAsync($"/api/v1/pipelines/{org}/runs/{runId}");

        Assert.Equal("PROVIDER_AUTH", answer.Json.GetProperty("error").GetProperty("code").GetString());
        Assert.Equal("Fetching.", answer.Json.GetProperty("step_logs")[0].GetProperty("lines")[0].GetProperty("message").GetString());
        Assert.Equal("FAILED", answer.Json.GetProperty("run").GetProperty("status").GetString());
        Approved.Equal("ProviderRunDetail", System.Text.RegularExpressions.Regex.Replace(answer.Text, "\"duration_seconds\":[0-9.]+", "\"duration_seconds\":0.123"));
    }

    [Fact]
    public async Task Get_RunOfAnotherOrganisationOrKind_IsNotFound()
    {
        var org = await AddOrgAsync("bigquery");
        var other = await AddOrgAsync();
        var tenant = await TenantAsync(org);
        var runId = (await RunAsync(org, Billing)).Json.GetProperty("run_id").GetGuid();
        var version = await api.AddVersionAsync(tenant, await api.AddPipelineAsync(tenant));
        var plain = (await api.PostAsync("/api/runs", $$"""{"tenant_id": "{{tenant}}", "pipeline_version_id": "{{version}}"}""")).Id;

        Assert.Equal("run_not_found", (await api.GetAsync($"/api/v1/pipelines/{other}/runs/{runId}")).Problem);
        Assert.Equal("run_not_found", (await api.GetAsync($"/api/v1/pipelines/{org}/runs/{plain}")).Problem);
    }

    [Fact]
    public async Task Validator_IsToBeKeptForFiveMinutes()
    {
        var answer = await api.GetAsync("/api/v1/validator/pipelines");
        var again = await api.SendAsync(HttpMethod.Get, "/api/v1/validator/pipelines", null, ("If-None-Match", answer.Headers["ETag"]));

        Approved.Equal("ProviderPipelineList", answer.Text);
        Assert.Equal("public, max-age=300", answer.Headers["Cache-Control"]);
        Assert.Equal(HttpStatusCode.NotModified, again.Status);
    }

    [Fact]
    public async Task Client_RunsAPipelineAndReadsUsageAndCosts()
    {
        var org = await AddOrgAsync("openai");
        using var client = new NextLayerClient(new NextLayerClientOptions { BaseAddress = api.Host.Address, TenantId = await TenantAsync(org) });
        var pipeline = (await client.GetProviderPipelinesAsync(TestContext.Current.CancellationToken)).Single(p => p.Id == "openai_usage_cost");

        var runId = await client.RunProviderPipelineAsync(org, pipeline, new DateOnly(2026, 3, 14), "k", TestContext.Current.CancellationToken);

        Assert.Equal(runId, await client.RunProviderPipelineAsync(org, pipeline, new DateOnly(2026, 3, 14), "k", TestContext.Current.CancellationToken));
        Assert.Equal(1, (await client.GetUsageAsync(TestContext.Current.CancellationToken)).Used);
        Assert.Empty((await client.GetCostsAsync(new DateOnly(2026, 3, 1), new DateOnly(2026, 3, 31), ct: TestContext.Current.CancellationToken)).Items);
    }

    private Task<Answer> RunAsync(string org, string address, string? json = null, params (string, string)[] headers) =>
        api.PostAsync($"/api/v1/pipelines/run/{org}/{address}", json, headers);

    private async Task<IReadOnlyList<Guid>> ListAsync(string org, string query) =>
        [.. (await api.GetAsync($"/api/v1/pipelines/{org}/runs{query}")).Json.GetProperty("items").EnumerateArray().Select(item => item.GetProperty("run_id").GetGuid())];

    private async Task<string> AddOrgAsync(params string[] connectors)
    {
        var slug = $"org_{Guid.NewGuid():N}"[..20];
        await api.PostAsync("/api/tenants", $$"""{"name": "Org", "slug": "{{slug}}"}""");
        foreach (var type in connectors)
            await AddConnectorAsync(slug, type);
        return slug;
    }

    private async Task<Guid> AddConnectorAsync(string org, string type) =>
        (await api.PostAsync("/api/connector-instances", $$"""{"tenant_id": "{{await TenantAsync(org)}}", "connector_type": "{{type}}"}""")).Id;

    private async Task<Answer> PatchAsync(string org, string json) => await api.PatchAsync($"/api/tenants/{await TenantAsync(org)}", json);

    private Task<Guid> TenantAsync(string org) => api.Database.AskAsync<Guid>("SELECT id FROM tenants WHERE slug = $1", org);
}
