using System.Net.WebSockets;
using System.Text.Json;
using NextLayer.AppHost.Embedded.Servers;
using NextLayer.Contracts.Runs;
using NextLayer.ControlPlane.Features.Runs.Reporting;
using NextLayer.Tests.ControlPlane.Runs;
using NextLayer.Tests.Support;

namespace NextLayer.Tests.ControlPlane.Streaming;

public sealed class RunSocketTests(Servers servers)
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Connect_RunInProgress_SendsASnapshotAndThenEveryEvent()
    {
        await using var queue = await TestQueue.CreateAsync(servers);
        await using var host = await ControlPlaneHost.StartAsync(queue.Database);
        var run = await queue.ClaimNewAsync();
        var output = JsonElement.Parse("{\"n\":1}");
        await queue.ReportAsync(TestQueue.Report(run, [TestQueue.Step("a", StepStatus.Completed) with { Output = output }]));
        using var socket = await OpenAsync(host, run.Run.Id);

        var snapshot = await ReceiveAsync(socket);
        await host.Get<RunReporter>().ReportAsync("w1", [TestQueue.Report(run, completion: RunStatus.Succeeded)], Ct);
        var ended = await ReceiveAsync(socket);

        Assert.Equal(("snapshot", "running", 4), (snapshot.GetProperty("type").GetString(), snapshot.GetProperty("run_status").GetString(), snapshot.GetProperty("last_seq").GetInt32()));
        Assert.Equal("completed", snapshot.GetProperty("step_statuses").GetProperty("a").GetString());
        Assert.Equal(1, snapshot.GetProperty("context").GetProperty("a").GetProperty("n").GetInt32());
        Assert.Equal(("event", "run.completed", 5), (ended.GetProperty("type").GetString(), ended.GetProperty("event").GetString(), ended.GetProperty("seq").GetInt32()));
    }

    [Fact]
    public async Task Connect_WithAfterSeq_ReplaysWhatCameAfterIt()
    {
        await using var queue = await TestQueue.CreateAsync(servers);
        await using var host = await ControlPlaneHost.StartAsync(queue.Database);
        var run = await queue.ClaimNewAsync();
        await queue.ReportAsync(TestQueue.Report(run, [TestQueue.Step("a", StepStatus.Completed)], RunStatus.Succeeded));
        using var socket = await OpenAsync(host, run.Run.Id, afterSeq: 2);

        var first = await ReceiveAsync(socket);
        var replayed = new[] { await ReceiveAsync(socket), await ReceiveAsync(socket), await ReceiveAsync(socket) };

        Assert.Equal("snapshot", first.GetProperty("type").GetString());
        Assert.Equal([3, 4, 5], replayed.Select(e => e.GetProperty("seq").GetInt32()));
    }

    [Fact]
    public async Task Connect_UnknownRun_Is404()
    {
        await using var queue = await TestQueue.CreateAsync(servers);
        await using var host = await ControlPlaneHost.StartAsync(queue.Database);
        using var socket = new ClientWebSocket();

        var refused = await Assert.ThrowsAsync<WebSocketException>(() => socket.ConnectAsync(Address(host, Guid.CreateVersion7(), null), Ct));

        Assert.Contains("404", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Watch_ManyReadersThatReconnectWhileRedisIsKilled_EachSeesEveryEventOnce()
    {
        const int readers = 200;
        const int steps = 120;
        const int last = 2 + (2 * steps) + 1;
        await using var redis = await RedisServer.StartAsync(ct: Ct);
        await using var queue = await TestQueue.CreateAsync(servers);
        await using var first = await ControlPlaneHost.StartAsync(queue.Database, redis.ConnectionString);
        await using var second = await ControlPlaneHost.StartAsync(queue.Database, redis.ConnectionString);
        var run = await queue.ClaimNewAsync();

        var watching = Task.WhenAll(Enumerable.Range(0, readers).Select(i =>
            WatchAsync(i % 2 == 0 ? first : second, run.Run.Id, last, new Random(i))));
        for (var step = 0; step < steps; step++)
        {
            var completion = step == steps - 1 ? RunStatus.Succeeded : (RunStatus?)null;
            var writer = step % 2 == 0 ? first : second;
            await writer.Get<RunReporter>().ReportAsync(
                "w1", [TestQueue.Report(run, [TestQueue.Step($"s{step}", StepStatus.Completed)], completion)], Ct);
            if (step == 40)
                await redis.KillAsync();
            if (step == 80)
                await redis.StartAsync(Ct);
        }

        var seen = await watching.WaitAsync(TimeSpan.FromSeconds(90), Ct);
        Assert.All(seen, seqs => Assert.Equal(Enumerable.Range(1, last), seqs));
    }

    [Fact]
    public async Task Watch_RedisKilledInTheMiddle_StillShowsWhatAnotherReplicaWrites()
    {
        await using var redis = await RedisServer.StartAsync(ct: Ct);
        await using var queue = await TestQueue.CreateAsync(servers);
        await using var reader = await ControlPlaneHost.StartAsync(queue.Database, redis.ConnectionString);
        await using var writer = await ControlPlaneHost.StartAsync(queue.Database, redis.ConnectionString);
        var run = await queue.ClaimNewAsync();
        using var socket = await OpenAsync(reader, run.Run.Id, afterSeq: 2);
        await ReceiveAsync(socket); // The snapshot.
        await redis.KillAsync();

        await writer.Get<RunReporter>().ReportAsync("w1", [TestQueue.Report(run, completion: RunStatus.Succeeded)], Ct);

        Assert.Equal("run.completed", (await ReceiveAsync(socket)).GetProperty("event").GetString());
    }

    /// <summary>Watches from the very first event, leaving at random and coming back with the last number seen.</summary>
    private static async Task<List<int>> WatchAsync(ControlPlaneHost host, Guid runId, int last, Random random)
    {
        var seen = new List<int>();
        while (seen.Count < last)
        {
            using var socket = await OpenAsync(host, runId, afterSeq: seen.Count);
            await ReceiveAsync(socket); // The snapshot.
            for (var left = random.Next(20, 200); left > 0 && seen.Count < last; left--)
                seen.Add((await ReceiveAsync(socket)).GetProperty("seq").GetInt32());
        }

        return seen;
    }

    private static async Task<ClientWebSocket> OpenAsync(ControlPlaneHost host, Guid runId, int? afterSeq = null)
    {
        var socket = new ClientWebSocket();
        await socket.ConnectAsync(Address(host, runId, afterSeq), Ct);
        return socket;
    }

    private static Uri Address(ControlPlaneHost host, Guid runId, int? afterSeq) =>
        new($"ws://{host.Address.Authority}/ws/runs/{runId}{(afterSeq is null ? "" : $"?after_seq={afterSeq}")}");

    private static async Task<JsonElement> ReceiveAsync(ClientWebSocket socket)
    {
        using var message = new MemoryStream();
        var buffer = new byte[4096];
        while (true)
        {
            var received = await socket.ReceiveAsync(buffer, Ct).WaitAsync(TimeSpan.FromSeconds(60), Ct);
            Assert.True(received.MessageType == WebSocketMessageType.Text, $"closed: {socket.CloseStatus} {socket.CloseStatusDescription}");
            message.Write(buffer, 0, received.Count);
            if (received.EndOfMessage)
                return JsonElement.Parse(message.ToArray());
        }
    }
}
