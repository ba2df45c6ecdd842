using System.Net;
using System.Text.Json;
using NextLayer.Tests.Support;

namespace NextLayer.Tests.ControlPlane.Runs;

/// <summary>The verification runbook of the first two documents, call by call, as a person with curl does it.</summary>
public sealed class RunbookTests(Api api) : IClassFixture<Api>
{
    [Fact]
    public async Task Runbook_EveryStep_AnswersAsDocumented()
    {
        var tenant = await api.PostAsync("/api/tenants", """{"name": "Test Tenant"}""");
        var pipeline = await api.PostAsync("/api/pipelines", $$"""{"tenant_id": "{{tenant.Id}}", "name": "Test Pipeline", "description": "A test pipeline"}""");
        var version = await api.PostAsync("/api/pipeline-versions", JsonSerializer.Serialize(new
        {
            tenant_id = tenant.Id,
            pipeline_id = pipeline.Id,
            version = "v1",
            dag_spec = new { steps = new[] { "step1", "step2" } },
        }));
        var runBody = JsonSerializer.Serialize(new
        {
            tenant_id = tenant.Id,
            pipeline_version_id = version.Id,
            trigger_type = "manual",
            parameters = new { test_param = "test_value" },
        });

        var early = await api.PostAsync("/api/runs", runBody);
        Assert.Equal((HttpStatusCode.BadRequest, "Pipeline version must be APPROVED"), (early.Status, early.Detail));
        Assert.Equal("APPROVED", Text(await api.PostAsync($"/api/pipeline-versions/{version.Id}/status", """{"status": "APPROVED"}"""), "status"));

        var run = await api.PostAsync("/api/runs", runBody);
        Approved.Equal("RunbookRunCreated", run.Text);
        Assert.Equal("QUEUED", Text(await api.GetAsync($"/api/runs/{run.Id}"), "run", "status"));
        Assert.Equal(1, await CountAsync(tenant.Id, "QUEUED"));

        var claim = await api.PostAsync("/api/runs/claim", """{"worker_id": "manual-test"}""");
        Assert.True(claim.Json.GetProperty("claimed").GetBoolean());
        Assert.Equal(("RUNNING", "manual-test"), (Text(claim, "run", "status"), Text(claim, "run", "claimed_by")));
        Assert.Equal("""{"steps":["step1","step2"]}""", claim.Json.GetProperty("pipeline_version").GetProperty("dag_spec").GetRawText());
        Assert.Equal("""{"claimed":false}""", (await api.PostAsync("/api/runs/claim", """{"worker_id": "manual-test"}""")).Text);

        var completed = await api.PostAsync($"/api/runs/{run.Id}/complete", """{"status": "SUCCEEDED"}""");
        Assert.Equal((true, "SUCCEEDED"), (completed.Json.GetProperty("ok").GetBoolean(), Text(completed, "run", "status")));
        var again = await api.PostAsync($"/api/runs/{run.Id}/complete", """{"status": "SUCCEEDED"}""");
        Assert.Equal((HttpStatusCode.Conflict, "run not RUNNING or not found"), (again.Status, again.Detail));
        Approved.Equal("RunbookRunFound", (await api.GetAsync($"/api/runs/{run.Id}")).Text);

        var second = await api.PostAsync("/api/runs", runBody);
        await api.PostAsync("/api/runs/claim", """{"worker_id": "manual-test"}""");
        var silent = await api.PostAsync($"/api/runs/{second.Id}/complete", """{"status": "FAILED"}""");
        Assert.Equal("is required when status is FAILED.", silent.Errors["error_message"]);
        await api.PostAsync($"/api/runs/{second.Id}/complete", """{"status": "FAILED", "error_message": "Manual test failure"}""");
        var failed = await api.GetAsync($"/api/runs/{second.Id}");
        Assert.Equal(("FAILED", "Manual test failure"), (Text(failed, "run", "status"), Text(failed, "run", "error_message")));

        Assert.Equal((1, 1, 0), (await CountAsync(tenant.Id, "SUCCEEDED"), await CountAsync(tenant.Id, "FAILED"), await CountAsync(tenant.Id, "QUEUED")));
        Assert.Equal(
            ["run.queued", "run.started", "run.failed"],
            (await api.GetAsync($"/api/runs/{second.Id}/events")).Json.GetProperty("items").EnumerateArray().Select(e => e.GetProperty("event").GetString()));
        Assert.Equal("ok", Text(await api.GetAsync("/health"), "status"));
    }

    [Fact]
    public async Task StepsLogsAndWorkers_AfterReports_AreShown()
    {
        var tenantId = await api.AddTenantAsync();
        var versionId = await api.AddVersionAsync(tenantId, await api.AddPipelineAsync(tenantId), dagSpec: """{"steps": ["a"]}""");
        var run = await api.PostAsync("/api/runs", $$"""{"tenant_id": "{{tenantId}}", "pipeline_version_id": "{{versionId}}"}""");
        await api.PostAsync("/api/workers/worker-1/heartbeat", """{"slots": 4, "version": "1.0"}""");
        var claim = await api.PostAsync("/api/runs/claim", $$"""{"worker_id": "worker-1", "tenant_id": "{{tenantId}}", "lease_seconds": 30}""");
        var lease = claim.Json.GetProperty("lease").GetRawText();
        var reported = await api.PostAsync("/api/workers/worker-1/reports", $$$"""
            {"reports": [{"run_id": "{{{run.Id}}}", "lease": {{{lease}}},
              "steps": [{"step_id": "a", "step_type": "delay", "attempt": 1, "status": "completed", "output": {"x": 1.50}},
                        {"step_id": "b", "step_type": "delay", "attempt": 1, "status": "running"}],
              "logs": [{"message": "one"}, {"level": "error", "message": "two", "step_id": "a"}]}]}
            """);

        var steps = (await api.GetAsync($"/api/runs/{run.Id}/steps")).Json.GetProperty("items").EnumerateArray().ToList();
        var errors = (await api.GetAsync($"/api/runs/{run.Id}/logs?level=warning")).Json;
        var rest = (await api.GetAsync($"/api/runs/{run.Id}/logs?after_line=1&q=TW")).Json;
        var workers = (await api.GetAsync("/api/workers")).Json.GetProperty("items").EnumerateArray().ToList();

        Assert.Equal("accepted", reported.Json.GetProperty("results")[0].GetProperty("verdict").GetString());
        Assert.Equal([("a", "completed"), ("b", "running")], steps.Select(s => (s.GetProperty("step_id").GetString(), s.GetProperty("status").GetString())).Order());
        Assert.Equal("{\"x\":1.50}", steps.Single(s => s.GetProperty("step_id").GetString() == "a").GetProperty("output").GetRawText());
        Assert.Equal("two", Assert.Single(errors.GetProperty("items").EnumerateArray()).GetProperty("message").GetString());
        Assert.Equal((2, 1), (rest.GetProperty("last_line").GetInt32(), rest.GetProperty("items").GetArrayLength()));
        Assert.Contains(workers, w => w.GetProperty("worker_id").GetString() == "worker-1" && w.GetProperty("state").GetString() == "live");
    }

    [Theory]
    [InlineData("steps")]
    [InlineData("logs")]
    [InlineData("events")]
    public async Task History_UnknownRun_IsNotFound(string part) =>
        Assert.Equal("run_not_found", (await api.GetAsync($"/api/runs/{Guid.CreateVersion7()}/{part}")).Problem);

    private async Task<int> CountAsync(Guid tenantId, string status) =>
        (await api.GetAsync($"/api/runs?tenant_id={tenantId}&status={status}")).Json.GetProperty("count").GetInt32();

    private static string? Text(Answer answer, params string[] path) =>
        path.Aggregate(answer.Json, (json, member) => json.GetProperty(member)).GetString();
}
