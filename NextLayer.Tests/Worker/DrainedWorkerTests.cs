using System.Net.Http.Json;
using System.Text.Json;
using NextLayer.Contracts.Runs;
using NextLayer.Tests.AppHost;
using NextLayer.Tests.ControlPlane.Access;
using NextLayer.Tests.ControlPlane.Runs;
using NextLayer.Tests.Support;
using NextLayer.Tests.Worker.Support;
using static NextLayer.Tests.Support.RunJourney;

namespace NextLayer.Tests.Worker;

/// <summary>A worker that an operator drains, against the real control plane.</summary>
public sealed class DrainedWorkerTests(Servers servers)
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Drain_FinishesWhatItHoldsStopsAskingAndGoesOnWhenResumed()
    {
        await using var queue = await TestQueue.CreateAsync(servers);
        await using var controlPlane = await ControlPlaneHost.StartAsync(queue.Database);
        var probe = new ProbeStep();
        await using var worker = await TestWorker.StartAsync(controlPlane.Address, [("WORKER_ID", "w1")], probe);
        var version = await AddVersionAsync(queue, """{"steps": [{"id": "a", "type": "probe"}, {"id": "b", "type": "probe", "needs": ["a"]}]}""");
        var first = await StartAsync(controlPlane, queue, version);
        await probe.StartedAsync("a");

        await ChangeAsync(controlPlane, "drain");
        await Eventually.TrueAsync(() => KnowsAsync(queue), "the worker knows of its drain");
        var draining = (await WorkerAsync(controlPlane)).Text("state");
        var second = await StartAsync(controlPlane, queue, version);
        probe.Complete("a");
        probe.Complete("b");
        await UntilAsync(controlPlane, first, RunStatus.Succeeded);
        await Eventually.TrueAsync(async () => (await WorkerAsync(controlPlane)).Text("state") == "drained", "nothing is left");
        var waiting = await queue.StatusAsync(second);
        probe.Complete("a", number: 2);
        probe.Complete("b", number: 2);
        await ChangeAsync(controlPlane, "resume");
        await UntilAsync(controlPlane, second, RunStatus.Succeeded);

        Assert.Equal(("draining", "QUEUED"), (draining, waiting));
        Assert.Contains(worker.Lines.All, line => line.Contains("An operator drains this worker", StringComparison.Ordinal));
        Assert.Contains(worker.Lines.All, line => line.Contains("The drain is over", StringComparison.Ordinal));
    }

    private static Task<bool> KnowsAsync(TestQueue queue) => queue.Database.AskAsync<bool>("SELECT draining FROM workers WHERE worker_id = 'w1'");

    private static async Task<JsonElement> WorkerAsync(ControlPlaneHost controlPlane) =>
        (await controlPlane.Http.GetFromJsonAsync<JsonElement>("/api/workers", Ct)).GetProperty("items")[0];

    private static async Task ChangeAsync(ControlPlaneHost controlPlane, string action)
    {
        using var answer = await controlPlane.Http.PostAsync($"/api/workers/w1/{action}", null, Ct);
        Assert.True(answer.IsSuccessStatusCode);
    }
}
