using System.Text.Json;
using NextLayer.Contracts.Client;
using NextLayer.Contracts.Runs;
using NextLayer.Tests.ControlPlane.Waits;
using NextLayer.Tests.Support;

namespace NextLayer.Tests.Contracts.Client;

/// <summary>A workflow that asks a person, from its start to its end through the typed client.</summary>
public sealed class WorkflowClientTests(Servers servers)
{
    private const string Ask = """
        {"steps": [{"id": "ask", "type": "wait_for_approval", "config": {"title": "Refund {{ input.amount }}?"}},
                   {"id": "after", "type": "transform", "config": {"mode": "object", "output": {"note": "{{ ask.note }}"}}}]}
        """;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task RunWorkflow_ThatAsksAPerson_GoesOnWhenItIsResumed()
    {
        await using var stack = await WaitStack.StartAsync(servers);
        var workflowId = await RunJourney.AddVersionAsync(stack.Queue, Ask);
        using var client = new NextLayerClient(new NextLayerClientOptions { BaseAddress = stack.Host.Address, TenantId = stack.Queue.TenantId });
        var input = JsonElement.Parse("""{"amount": 5}""");

        var run = await client.RunWorkflowAsync(workflowId, input, "refund-17", Ct);
        var again = await client.RunWorkflowAsync(workflowId, input, "refund-17", Ct);
        var seen = new List<string>();
        await foreach (var happened in client.WatchAsync(run.Id, ct: Ct))
        {
            seen.Add(happened.Event);
            if (happened.Event == RunEventTypes.RunPaused)
                await client.ResumeAsync(run.Id, "ask", JsonElement.Parse("""{"note": "fine"}"""), by: "ada", ct: Ct);
        }

        Assert.Equal(run.Id, again.Id);
        Assert.Equal(RunStatus.Succeeded, (await client.WaitAsync(run.Id, ct: Ct)).Status);
        Assert.Equal(["run.queued", "run.started", "run.completed"], [seen[0], seen[1], seen[^1]]);
        var after = Assert.Single(await client.GetStepsAsync(run.Id, Ct), step => step.StepId == "after");
        Assert.Equal("""{"note":"fine"}""", after.Output!.Value.GetProperty("result").GetRawText());
        var twice = await Assert.ThrowsAsync<NextLayerException>(() => client.ResumeAsync(run.Id, "ask", by: "ada", ct: Ct));
        Assert.Equal(409, twice.Problem.Status);
    }
}
