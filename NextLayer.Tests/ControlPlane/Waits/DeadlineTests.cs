using NextLayer.Contracts.Runs;
using NextLayer.Tests.AppHost;
using NextLayer.Tests.Support;

namespace NextLayer.Tests.ControlPlane.Waits;

/// <summary>Runs that take too long.</summary>
public sealed class DeadlineTests(Servers servers)
{
    [Fact]
    public async Task RunningRun_IsTakenFromItsWorker()
    {
        await using var stack = await WaitStack.StartAsync(servers);
        var id = await stack.RunAsync("""{"timeout_seconds": 86400, "steps": [{"id": "p", "type": "probe"}]}""");
        await stack.Probe.StartedAsync("p");
        Assert.Equal(
            86400, await stack.Queue.Database.AskAsync<double>("SELECT extract(epoch FROM deadline_at - started_at)::float8 FROM pipeline_runs WHERE id = $1", id));

        await stack.Queue.Database.ExecuteAsync("UPDATE pipeline_runs SET deadline_at = now() WHERE id = $1", id);
        var failed = await stack.UntilAsync(id, RunStatus.Failed);

        Assert.StartsWith("RUN_TIMEOUT: ", failed.ErrorMessage, StringComparison.Ordinal);
        await Eventually.TrueAsync(() => stack.Probe.CancelledCalls == 1, "the step was interrupted");
        Assert.Equal("cancelled", await stack.StepStatusAsync(id, "p"));
    }

    [Fact]
    public async Task WaitingRun_FailsWithoutAWorker()
    {
        await using var stack = await WaitStack.StartAsync(servers);
        var id = await stack.RunAsync("""{"timeout": "PT1H", "steps": [{"id": "ask", "type": "wait_for_approval"}]}""");
        await stack.UntilAsync(id, RunStatus.Paused);

        await stack.Queue.Database.ExecuteAsync("UPDATE pipeline_runs SET deadline_at = now() WHERE id = $1", id);
        await stack.UntilAsync(id, RunStatus.Failed);

        Assert.Equal("cancelled", await stack.Queue.Database.AskAsync<string>("SELECT status FROM approvals WHERE run_id = $1", id));
    }

    [Fact]
    public async Task Retry_HasTheWholeTimeAgain()
    {
        await using var stack = await WaitStack.StartAsync(servers);
        var id = await stack.RunAsync("""{"timeout_seconds": 3600, "steps": [{"id": "p", "type": "probe"}]}""");
        await stack.Probe.StartedAsync("p");
        await stack.Queue.Database.ExecuteAsync("UPDATE pipeline_runs SET deadline_at = now() WHERE id = $1", id);
        await stack.UntilAsync(id, RunStatus.Failed);

        using var answer = await stack.Host.Http.PostAsync($"/api/runs/{id}/retry", null, TestContext.Current.CancellationToken);
        await stack.Probe.StartedAsync("p", 2);
        stack.Probe.Complete("p", number: 2);
        await stack.UntilAsync(id, RunStatus.Succeeded);
    }
}
