using System.Text.Json;
using NextLayer.Tests.Support;

namespace NextLayer.Tests.ControlPlane.Workflows;

/// <summary>What the OpenAPI document says of the Workflow API.</summary>
public sealed class WorkflowDocumentTests(Api api) : IClassFixture<Api>
{
    [Theory]
    [InlineData("get", "/api/v1/workflows", "200", "Workflow", "X-Total-Count")]
    [InlineData("post", "/api/v1/workflows", "201", "Workflow", "Location")]
    [InlineData("get", "/api/v1/workflows/{id}", "200", "Workflow", null)]
    [InlineData("put", "/api/v1/workflows/{id}", "200", "Workflow", null)]
    [InlineData("delete", "/api/v1/workflows/{id}", "204", null, null)]
    [InlineData("post", "/api/v1/workflows/{id}/publish", "200", "Workflow", null)]
    [InlineData("post", "/api/v1/workflows/{id}/validate", "200", "WorkflowValidation", null)]
    [InlineData("post", "/api/v1/workflows/{id}/duplicate", "201", "Workflow", "Location")]
    [InlineData("post", "/api/v1/workflows/validate", "200", "WorkflowValidation", null)]
    [InlineData("post", "/api/v1/workflows/{id}/run", "201", "WorkflowRun", "Location")]
    [InlineData("get", "/api/v1/runs", "200", "WorkflowRun", "X-Total-Count")]
    [InlineData("get", "/api/v1/runs/{id}", "200", "WorkflowRun", null)]
    [InlineData("get", "/api/v1/runs/{id}/steps", "200", "RunStep", null)]
    [InlineData("get", "/api/v1/runs/{id}/events", "200", "RunEvent", null)]
    [InlineData("get", "/api/v1/runs/{id}/logs", "200", "RunLogEntry", null)]
    [InlineData("get", "/api/v1/runs/{id}/children", "200", "WorkflowRun", "X-Total-Count")]
    [InlineData("get", "/api/v1/runs/{id}/explain", "200", "RunExplanation", null)]
    [InlineData("post", "/api/v1/runs/{id}/cancel", "200", "WorkflowRun", null)]
    [InlineData("post", "/api/v1/runs/{id}/retry", "200", "WorkflowRun", null)]
    [InlineData("post", "/api/v1/runs/{id}/rerun", "201", "WorkflowRun", "Location")]
    [InlineData("get", "/api/v1/catalog/steps", "200", "StepTypeInfo", null)]
    public async Task Document_Operation_TellsItsAnswer(string method, string path, string status, string? schema, string? header)
    {
        var operation = (await api.GetAsync("/openapi/v1.json")).Json.GetProperty("paths").GetProperty(path).GetProperty(method);

        var answer = operation.GetProperty("responses").GetProperty(status);
        if (schema is not null)
            Assert.Contains($"\"#/components/schemas/{schema}\"", answer.GetProperty("content").GetProperty("application/json").GetRawText(), StringComparison.Ordinal);
        if (header is not null)
            Assert.True(answer.GetProperty("headers").TryGetProperty(header, out _), answer.GetRawText());
        Assert.Equal(!path.Contains("catalog", StringComparison.Ordinal), Parameters(operation).Contains("X-Tenant-Id"));
        Assert.Equal(status == "201", Parameters(operation).Contains("Idempotency-Key"));
    }

    private static IEnumerable<string?> Parameters(JsonElement operation) =>
        operation.TryGetProperty("parameters", out var parameters) ? parameters.EnumerateArray().Select(p => p.GetProperty("name").GetString()) : [];
}
