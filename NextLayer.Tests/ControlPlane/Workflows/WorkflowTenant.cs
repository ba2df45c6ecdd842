using System.Net;
using System.Text.Json;
using NextLayer.ControlPlane.Platform.Tenancy;
using NextLayer.Tests.Support;

namespace NextLayer.Tests.ControlPlane.Workflows;

/// <summary>The Workflow API as one tenant sees it, and a worker's hand on that tenant's runs.</summary>
internal sealed class WorkflowTenant(Api api, Guid id)
{
    public const string Steps = """{"steps": ["a", "b"]}""";

    public Guid Id => id;

    public static async Task<WorkflowTenant> CreateAsync(Api api) => new(api, await api.AddTenantAsync());

    public Task<Answer> SendAsync(HttpMethod method, string address, string? json = null, params (string Name, string Value)[] headers) =>
        api.SendAsync(method, $"/api/v1{address}", json, [(CallerTenant.HeaderName, id.ToString()), .. headers]);

    public Task<Answer> GetAsync(string address) => SendAsync(HttpMethod.Get, address);

    public Task<Answer> PostAsync(string address, string? json = null, params (string Name, string Value)[] headers) =>
        SendAsync(HttpMethod.Post, address, json, headers);

    public Task<Answer> PutAsync(string address, string json, params (string Name, string Value)[] headers) =>
        SendAsync(HttpMethod.Put, address, json, headers);

    public Task<Answer> DeleteAsync(string address) => SendAsync(HttpMethod.Delete, address);

    public async Task<Guid> AddDraftAsync(string name = "Orders", string definition = Steps, string inputSchema = "null")
    {
        var answer = await PostAsync("/workflows", $$"""{"name": "{{name}}", "definition": {{definition}}, "input_schema": {{inputSchema}}}""");
        Assert.True(answer.Status == HttpStatusCode.Created, answer.Text);
        return answer.Id;
    }

    public async Task<Guid> AddPublishedAsync(string name = "Orders", string definition = Steps, string inputSchema = "null")
    {
        var workflowId = await AddDraftAsync(name, definition, inputSchema);
        var answer = await PostAsync($"/workflows/{workflowId}/publish");
        Assert.True(answer.Status == HttpStatusCode.OK, answer.Text);
        return workflowId;
    }

    public Task<Answer> RunAsync(Guid workflowId, string json = "{}", params (string Name, string Value)[] headers) =>
        PostAsync($"/workflows/{workflowId}/run", json, headers);

    /// <summary>A run of a workflow of its own.</summary>
    public async Task<Guid> AddRunAsync() => (await RunAsync(await AddPublishedAsync())).Id;

    /// <summary>Claims the tenant's next run and answers its lease as JSON.</summary>
    public async Task<string> ClaimAsync(string workerId = "w1")
    {
        var claim = await api.PostAsync("/api/runs/claim", $$"""{"worker_id": "{{workerId}}", "tenant_id": "{{id}}", "lease_seconds": 60}""");
        Assert.True(claim.Json.GetProperty("claimed").GetBoolean(), claim.Text);
        return claim.Json.GetProperty("lease").GetRawText();
    }

    /// <param name="members">Of the report: <c>"steps": [...], "completion": {...}</c>.</param>
    public async Task ReportAsync(Guid runId, string lease, string members)
    {
        var answer = await api.PostAsync(
            "/api/workers/w1/reports", $$"""{"reports": [{"run_id": "{{runId}}", "lease": {{lease}}, {{members}}}]}""");
        Assert.Equal("accepted", answer.Json.GetProperty("results")[0].GetProperty("verdict").GetString());
    }

    /// <summary>Claims the run and fails it after step a.</summary>
    public async Task FailAsync(Guid runId) => await ReportAsync(runId, await ClaimAsync(), """
        "steps": [{"step_id": "a", "step_type": "noop", "attempt": 1, "status": "completed", "output": {"x": 1.50}},
                  {"step_id": "b", "step_type": "noop", "attempt": 1, "status": "failed",
                   "error": {"code": "BOOM", "message": "It broke.", "retryable": false}}],
        "completion": {"status": "FAILED", "error_message": "b: It broke."}
        """);

    /// <summary>Claims the run and completes both steps.</summary>
    public async Task CompleteAsync(Guid runId) => await ReportAsync(runId, await ClaimAsync(), """
        "steps": [{"step_id": "a", "step_type": "noop", "attempt": 1, "status": "completed", "output": {"x": 1.50}},
                  {"step_id": "b", "step_type": "noop", "attempt": 1, "status": "completed", "output": [1, null]}],
        "logs": [{"message": "one"}, {"level": "error", "message": "two", "step_id": "b"}],
        "completion": {"status": "SUCCEEDED"}
        """);

    /// <summary>Claims the run and pauses it at step a.</summary>
    /// <param name="reason">As <c>approval</c>.</param>
    /// <param name="wait">What it waits for, as the worker reports it.</param>
    public async Task PauseAsync(Guid runId, string reason, string wait = "null") => await ReportAsync(runId, await ClaimAsync(), $$"""
        "steps": [{"step_id": "a", "step_type": "noop", "attempt": 1, "status": "waiting", "wait_reason": "{{reason}}", "wait": {{wait}}}],
        "completion": {"status": "PAUSED"}
        """);
}

internal static class WorkflowAnswers
{
    public static string? Text(this Answer answer, params string[] path) =>
        path.Aggregate(answer.Json, (json, member) => json.GetProperty(member)).GetString();

    public static int Number(this Answer answer, params string[] path) =>
        path.Aggregate(answer.Json, (json, member) => json.GetProperty(member)).GetInt32();

    public static IReadOnlyList<Guid> Ids(this Answer answer) => [.. answer.Json.EnumerateArray().Select(item => item.GetProperty("id").GetGuid())];
}
