using System.Text.Json;
using NextLayer.Worker.Execution;
using NextLayer.Workflows.Definitions;
using NextLayer.Workflows.Graphs;

namespace NextLayer.Tests.Worker;

public sealed class RetryRulesTests
{
    [Theory]
    [InlineData("http_request", """{"method": "GET", "url": "http://a"}""", 3)]
    [InlineData("http_request", """{"method": "post", "url": "http://a"}""", 1)]
    [InlineData("http_request", """{"method": "{{ input.m }}", "url": "http://a"}""", 1)]
    [InlineData("database_query", """{"connector": "c", "sql": "SELECT 1"}""", 3)]
    [InlineData("database_query", """{"connector": "c", "sql": "SELECT 1", "mode": "read"}""", 3)]
    [InlineData("database_query", """{"connector": "c", "sql": "SELECT 1", "mode": "write"}""", 1)]
    [InlineData("database_query", """{"connector": "c", "sql": "SELECT 1", "mode": "{{ input.m }}"}""", 1)]
    [InlineData("webhook", """{"url": "http://a"}""", 5)]
    [InlineData("send_email", """{"to": "a@b.example", "subject": "s", "text": "t"}""", 1)]
    public void PolicyOf_AStepThatNamesNone_TriesWhatMayChangeSomethingOnce(string type, string config, int attempts)
    {
        var dag = JsonDocument.Parse($$"""{"steps": [{"id": "s", "type": "{{type}}", "config": {{config}}}]}""").RootElement;
        var graph = WorkflowGraph.TryCreate(WorkflowDefinition.Parse(dag), out _);

        Assert.Equal(attempts, RetryRules.PolicyOf(graph!.Find("s")!).MaxAttempts); // It is valid and has the step.
    }
}
