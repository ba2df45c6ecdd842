using System.Net;
using NextLayer.Contracts.Access;
using NextLayer.Tests.ControlPlane.Access;
using NextLayer.Tests.Support;

namespace NextLayer.Tests.ControlPlane.Providers;

public sealed class ProviderAccessTests(Servers servers)
{
    private const string Billing = "gcp/cost/billing";

    [Fact]
    public async Task Run_ByWhoMayNot_IsRefusedBeforeAnythingIsTold()
    {
        await using var stack = await AccessStack.StartAsync(servers);
        var key = stack.Ours.Keys[Role.Operator];

        var nobody = await stack.PostAsync(null, Run("ours"));
        var viewer = await stack.PostAsync(stack.Ours.Keys[Role.Viewer], Run("ours"));
        var malformed = await stack.PostAsync(key, Run("o"));
        var foreign = await stack.PostAsync(key, Run("theirs"));
        var foreignAndUnknown = await stack.PostAsync(key, "/api/v1/pipelines/run/theirs/no/such");
        var unknown = await stack.PostAsync(key, Run("nobody"));
        var own = await stack.PostAsync(key, Run("ours"));
        var all = await stack.PostAsync(stack.AdminKey, Run("nobody"));

        Assert.Equal((HttpStatusCode.Unauthorized, HttpStatusCode.Forbidden, HttpStatusCode.BadRequest), (nobody.Status, viewer.Status, malformed.Status));
        Assert.Equal((HttpStatusCode.Forbidden, "forbidden"), (foreign.Status, foreign.Problem));
        Assert.Equal(foreign.Text, foreignAndUnknown.Text);
        Assert.Equal(foreign.Text, unknown.Text);
        Assert.Equal("integration_not_configured", own.Problem);
        Assert.Equal((HttpStatusCode.NotFound, "organization_not_found"), (all.Status, all.Problem));
    }

    [Fact]
    public async Task Run_ByAnOperator_IsSeenInTheOrganisationAlone()
    {
        await using var stack = await AccessStack.StartAsync(servers);
        var key = stack.Ours.Keys[Role.Operator];
        await stack.PostAsync(stack.Ours.Keys[Role.Admin], "/api/connector-instances", $$"""{"tenant_id": "{{stack.Ours.Tenant}}", "connector_type": "bigquery"}""");

        var made = await stack.PostAsync(key, Run("ours"), "{}", ("Idempotency-Key", "k"));
        var repeat = await stack.PostAsync(key, Run("ours"), "{}", ("Idempotency-Key", "k"));

        var runId = made.Json.GetProperty("run_id").GetGuid();
        Assert.Equal((HttpStatusCode.OK, made.Text), (made.Status, repeat.Text));
        Assert.Equal(1, (await stack.GetAsync(stack.Ours.Keys[Role.Viewer], "/api/v1/pipelines/ours/runs")).Json.GetProperty("count").GetInt32());
        Assert.Equal(HttpStatusCode.OK, (await stack.GetAsync(stack.Ours.Keys[Role.Viewer], $"/api/v1/pipelines/ours/runs/{runId}")).Status);
        Assert.Equal(HttpStatusCode.Forbidden, (await stack.GetAsync(stack.Theirs.Keys[Role.Admin], "/api/v1/pipelines/ours/runs")).Status);
        Assert.Equal(HttpStatusCode.Forbidden, (await stack.GetAsync(stack.Theirs.Keys[Role.Admin], $"/api/v1/pipelines/ours/runs/{runId}")).Status);
        Assert.Equal("run_not_found", (await stack.GetAsync(stack.Theirs.Keys[Role.Admin], $"/api/v1/pipelines/theirs/runs/{runId}")).Problem);
    }

    [Fact]
    public async Task Costs_OfAnotherTenantsRun_AreNobodysToBring()
    {
        await using var stack = await AccessStack.StartAsync(servers);
        var claim = await stack.PostAsync(stack.Ours.Keys[Role.Worker], "/api/runs/claim", """{"worker_id": "w"}""");
        var runId = claim.Json.GetProperty("run").GetProperty("id").GetGuid();
        var load = $$"""{"lease": {{claim.Json.GetProperty("lease").GetRawText()}}, "step_id": "s", "attempt": 1, "pages": 0, "provider": "gcp", "usage_date": "2026-01-02"}""";
        var address = $"/api/runs/{runId}/costs/load";

        Assert.Equal(stack.Ours.Run, runId);
        Assert.Equal(HttpStatusCode.Unauthorized, (await stack.PostAsync(null, address, load)).Status);
        Assert.Equal(HttpStatusCode.Forbidden, (await stack.PostAsync(stack.Ours.Keys[Role.Operator], address, load)).Status);
        Assert.Equal("run_not_found", (await stack.PostAsync(stack.Theirs.Keys[Role.Worker], address, load)).Problem);
        Assert.Equal(HttpStatusCode.OK, (await stack.PostAsync(stack.Ours.Keys[Role.Worker], address, load)).Status);
    }

    [Fact]
    public async Task UsageAndCosts_AreTheCallersOwn()
    {
        await using var stack = await AccessStack.StartAsync(servers);
        var viewer = stack.Ours.Keys[Role.Viewer];

        var usage = await stack.GetAsync(viewer, "/api/v1/usage");
        var foreign = await stack.SendAsync(viewer, HttpMethod.Get, "/api/v1/usage", null, ("X-Tenant-Id", stack.Theirs.Tenant.ToString()));

        Assert.Equal(stack.Ours.Tenant, usage.Json.GetProperty("tenant_id").GetGuid());
        Assert.Equal((HttpStatusCode.NotFound, HttpStatusCode.OK), (foreign.Status, (await stack.GetAsync(viewer, "/api/v1/costs")).Status));
        Assert.Equal((HttpStatusCode.Unauthorized, HttpStatusCode.Unauthorized), ((await stack.GetAsync(null, "/api/v1/usage")).Status, (await stack.GetAsync(null, "/api/v1/costs")).Status));
        Assert.Equal(HttpStatusCode.OK, (await stack.GetAsync(null, "/api/v1/validator/pipelines")).Status);
    }

    [Fact]
    public async Task Limit_OfARunningDay_IsChangedAndKeptForATenantsCalls()
    {
        await using var stack = await AccessStack.StartAsync(servers);
        var (tenant, run) = (stack.Ours.Tenant, $$"""{"tenant_id": "{{stack.Ours.Tenant}}", "pipeline_version_id": "{{stack.Ours.Version}}"}""");
        foreach (var limit in new[] { "1", "null", "2" })
            Assert.Equal(HttpStatusCode.OK, (await stack.SendAsync(stack.AdminKey, HttpMethod.Patch, $"/api/tenants/{tenant}", $$"""{"daily_run_limit": {{limit}}}""")).Status);

        var made = await stack.PostAsync(stack.Ours.Keys[Role.Operator], "/api/runs", run);
        var refused = await stack.PostAsync(stack.Ours.Keys[Role.Operator], "/api/runs", run);

        Assert.Equal((HttpStatusCode.OK, "quota_exceeded"), (made.Status, refused.Problem));
        Assert.Equal(2, (await stack.GetAsync(stack.Ours.Keys[Role.Viewer], "/api/v1/usage")).Json.GetProperty("used").GetInt32());
    }

    [Fact]
    public async Task RateLimit_CountsEachCallerApart()
    {
        await using var stack = await AccessStack.StartAsync(servers, null, ("RateLimit:PerSecond", "1"), ("RateLimit:Burst", "200"));
        var (busy, calm) = (stack.Ours.Keys[Role.Viewer], stack.Theirs.Keys[Role.Viewer]);

        var answers = await Task.WhenAll(Enumerable.Range(0, 300).Select(_ => stack.GetAsync(busy, "/api/v1/me")));

        Assert.Contains(answers, answer => answer.Status == HttpStatusCode.TooManyRequests);
        Assert.Equal(HttpStatusCode.OK, (await stack.GetAsync(calm, "/api/v1/me")).Status);
    }

    private static string Run(string org) => $"/api/v1/pipelines/run/{org}/{Billing}";
}
