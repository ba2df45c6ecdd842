using System.Net;
using NextLayer.AppHost.Embedded.Processes;
using NextLayer.Contracts.Client;
using NextLayer.Contracts.Runs;
using NextLayer.ControlPlane.Features.Runs.Claiming;
using NextLayer.Tests.ControlPlane.Runs;
using NextLayer.Tests.Support;

namespace NextLayer.Tests.Contracts.Client;

/// <summary>The typed client's watch against real control planes.</summary>
public sealed class WatchTests(Servers servers)
{
    private const int Steps = 60;
    private const int Last = 2 + (2 * Steps) + 1;

    private static readonly WatchOptions Quick = new() { Backoff = TimeSpan.FromMilliseconds(20), MaxBackoff = TimeSpan.FromMilliseconds(200) };

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Watch_ControlPlaneRestartsInTheMiddle_YieldsEveryEventOnceAndEnds()
    {
        await using var queue = await TestQueue.CreateAsync(servers);
        var port = Ports.Allocate();
        var host = await StartAsync(queue, port);
        using var client = new NextLayerClient(new NextLayerClientOptions { BaseAddress = host.Address });
        var run = await queue.ClaimNewAsync();

        var watching = WatchAsync(client, run.Run.Id, Quick);
        await ReportAsync(queue, run, 0, Steps / 2);
        await host.DisposeAsync();
        await ReportAsync(queue, run, Steps / 2, (Steps / 2) + 10);
        host = await StartAsync(queue, port);
        await ReportAsync(queue, run, (Steps / 2) + 10, Steps);

        Assert.Equal(Enumerable.Range(1, Last), await watching.WaitAsync(TimeSpan.FromSeconds(60), Ct));
        await host.DisposeAsync();
        Ports.Release(port);
    }

    [Fact]
    public async Task Watch_NoWebSocketGetsThrough_YieldsEveryEventByPolling()
    {
        await using var queue = await TestQueue.CreateAsync(servers);
        await using var host = await ControlPlaneHost.StartAsync(queue.Database);
        using var http = new HttpClient(new NoUpgrades { InnerHandler = new SocketsHttpHandler() }) { BaseAddress = host.Address };
        using var client = new NextLayerClient(http);
        var run = await queue.ClaimNewAsync();

        var watching = WatchAsync(client, run.Run.Id, Quick);
        await ReportAsync(queue, run, 0, Steps);

        Assert.Equal(Enumerable.Range(1, Last), await watching.WaitAsync(TimeSpan.FromSeconds(60), Ct));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Watch_RunThatFailedAndWasRetried_EndsWithTheLastGeneration(bool useWebSocket)
    {
        await using var queue = await TestQueue.CreateAsync(servers);
        await using var host = await ControlPlaneHost.StartAsync(queue.Database);
        using var client = new NextLayerClient(host.Http);
        var run = await queue.ClaimNewAsync();
        await queue.ReportAsync(TestQueue.Report(run, completion: RunStatus.Failed));
        await client.RetryRunAsync(run.Run.Id, Ct);

        var watching = client.WatchAsync(run.Run.Id, options: Quick with { UseWebSocket = useWebSocket }, ct: Ct).GetAsyncEnumerator(Ct);
        var seen = new List<string>();
        while (seen.LastOrDefault() != RunEventTypes.RunRetried && await watching.MoveNextAsync())
            seen.Add(watching.Current.Event);
        await client.CancelRunAsync(run.Run.Id, ct: Ct);
        while (await watching.MoveNextAsync())
            seen.Add(watching.Current.Event);
        await watching.DisposeAsync();

        Assert.Equal(["run.queued", "run.started", "run.failed", "run.retried", "run.cancelled"], seen);
    }

    [Fact]
    public async Task Watch_FromTheEndOfAnEndedRun_EndsAtOnce()
    {
        await using var queue = await TestQueue.CreateAsync(servers);
        await using var host = await ControlPlaneHost.StartAsync(queue.Database);
        using var client = new NextLayerClient(host.Http);
        var runId = await queue.AddRunAsync();
        var ended = await client.CancelRunAsync(runId, "not needed", Ct);

        Assert.Empty(await WatchAsync(client, runId, Quick, ended.LastEventSeq));
        Assert.Equal([1, 2], await WatchAsync(client, runId, Quick));
        Assert.Equal("not needed", (await client.WaitAsync(runId, Quick, Ct)).ErrorMessage);
    }

    [Fact]
    public async Task Watch_UnknownRun_ThrowsTheProblem()
    {
        await using var queue = await TestQueue.CreateAsync(servers);
        await using var host = await ControlPlaneHost.StartAsync(queue.Database);
        using var client = new NextLayerClient(host.Http);

        var refused = await Assert.ThrowsAsync<NextLayerException>(() => WatchAsync(client, Guid.CreateVersion7(), Quick));

        Assert.Equal(("run_not_found", HttpStatusCode.NotFound), (refused.Code, refused.StatusCode));
    }

    [Fact]
    public async Task Watch_CallerGivesUp_IsCancelled()
    {
        await using var queue = await TestQueue.CreateAsync(servers);
        await using var host = await ControlPlaneHost.StartAsync(queue.Database);
        using var client = new NextLayerClient(host.Http);
        using var giveUp = CancellationTokenSource.CreateLinkedTokenSource(Ct);
        await using var watching = client.WatchAsync(await queue.AddRunAsync(), options: Quick, ct: giveUp.Token).GetAsyncEnumerator(Ct);
        await watching.MoveNextAsync();

        var next = watching.MoveNextAsync().AsTask();
        await giveUp.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => next.WaitAsync(TimeSpan.FromSeconds(60), Ct));
    }

    private static async Task<List<int>> WatchAsync(NextLayerClient client, Guid runId, WatchOptions options, int afterSeq = 0)
    {
        var seen = new List<int>();
        await foreach (var runEvent in client.WatchAsync(runId, afterSeq, options, Ct))
            seen.Add(runEvent.Seq);
        return seen;
    }

    private static async Task ReportAsync(TestQueue queue, ClaimedRow run, int from, int to)
    {
        for (var step = from; step < to; step++)
            await queue.ReportAsync(TestQueue.Report(
                run, [TestQueue.Step($"s{step}", StepStatus.Completed)], step == Steps - 1 ? RunStatus.Succeeded : null));
    }

    private static Task<ControlPlaneHost> StartAsync(TestQueue queue, int port) =>
        ControlPlaneHost.StartAsync(queue.Database, null, ("urls", $"http://127.0.0.1:{port}"));

    /// <summary>A network that lets no WebSocket through.</summary>
    private sealed class NoUpgrades : DelegatingHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
            request.Headers.Upgrade.Count > 0
                ? Task.FromResult(new HttpResponseMessage(HttpStatusCode.BadGateway))
                : base.SendAsync(request, cancellationToken);
    }
}
