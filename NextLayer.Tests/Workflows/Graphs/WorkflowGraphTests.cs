using System.Text.Json;
using NextLayer.Workflows.Definitions;
using NextLayer.Workflows.Graphs;

namespace NextLayer.Tests.Workflows.Graphs;

public sealed class WorkflowGraphTests
{
    [Fact]
    public void TryCreate_InvalidShape_GivesErrorsAndNoGraph()
    {
        var cyclic = WorkflowDefinition.Parse(JsonElement.Parse("""{ "steps": [{ "id": "a", "needs": ["b"] }, { "id": "b", "needs": ["a"] }] }"""));
        var orphans = WorkflowDefinition.Parse(JsonElement.Parse("""{ "steps": [{ "id": "a", "needs": [] }, { "id": "b", "needs": [] }] }"""));

        Assert.Null(WorkflowGraph.TryCreate(cyclic, out var errors));
        Assert.Equal("cycle", Assert.Single(errors).Code);
        Assert.Equal(2, WorkflowGraph.TryCreate(orphans, out _)!.Steps.Count);
    }
}
