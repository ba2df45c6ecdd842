using System.Net;
using NextLayer.Tests.Support;

namespace NextLayer.Tests.ControlPlane.Workflows;

/// <summary>Bodies of the Workflow API as approved documents.</summary>
public sealed class WorkflowShapeTests(Api api) : IClassFixture<Api>
{
    [Fact]
    public async Task Workflow_EveryShape_IsAsApproved()
    {
        var tenant = await WorkflowTenant.CreateAsync(api);
        var made = await tenant.PostAsync("/workflows", """
            {"name": "Orders", "description": "From the shop", "input_schema": {"type": "object"},
             "definition": {"nodes": [{"id": "a", "type": "delay", "position": {"x": 0, "y": 0}, "data": {"label": "Wait", "config": {"duration": "PT1S"}}}], "edges": []}}
            """);
        var published = await tenant.PostAsync($"/workflows/{made.Id}/publish");
        var list = await tenant.GetAsync("/workflows");
        var broken = await tenant.AddDraftAsync(definition: """{"steps": [{"id": "a", "type": "nonsense"}]}""");

        Approved.Equal("WorkflowCreated", made.Text);
        Approved.Equal("WorkflowPublished", published.Text);
        Approved.Equal("WorkflowList", list.Text);
        Approved.Equal("WorkflowValidation", (await tenant.PostAsync($"/workflows/{broken}/validate")).Text);
        Approved.Equal("ProblemOfADefinition", (await tenant.PostAsync($"/workflows/{broken}/publish")).Text);
    }

    [Fact]
    public async Task Run_EveryShape_IsAsApproved()
    {
        var tenant = await WorkflowTenant.CreateAsync(api);
        var made = await tenant.RunAsync(await tenant.AddPublishedAsync(), """{"input": {"name": "Ada"}}""");
        var explained = await tenant.GetAsync($"/runs/{made.Id}/explain");
        await tenant.FailAsync(made.Id);
        var failed = await tenant.GetAsync($"/runs/{made.Id}");
        var steps = await tenant.GetAsync($"/runs/{made.Id}/steps");
        var events = await tenant.GetAsync($"/runs/{made.Id}/events?limit=2");
        var list = await tenant.GetAsync("/runs");
        var second = await tenant.AddRunAsync();
        await tenant.CompleteAsync(second);

        Approved.Equal("RunCreated", made.Text);
        Approved.Equal("RunExplanation", explained.Text);
        Approved.Equal("RunFailed", failed.Text);
        Approved.Equal("RunSteps", steps.Text);
        Approved.Equal("RunEvents", events.Text);
        Approved.Equal("RunList", list.Text);
        Approved.Equal("RunLogs", (await tenant.GetAsync($"/runs/{second}/logs")).Text);
        Approved.Equal("RunRerun", (await tenant.PostAsync($"/runs/{made.Id}/rerun")).Text);
    }

    [Fact]
    public async Task Problem_OfAWrongState_IsAsApproved()
    {
        var tenant = await WorkflowTenant.CreateAsync(api);
        var id = await tenant.AddRunAsync();

        var answer = await tenant.PostAsync($"/runs/{id}/retry");
        await tenant.PostAsync($"/runs/{id}/cancel"); // The queue is the class's, and other tests tell how long it is.

        Assert.Equal(HttpStatusCode.Conflict, answer.Status);
        Approved.Equal("ProblemOfAWrongState", answer.Text);
    }
}
