using NextLayer.AppHost.Embedded.Servers;
using NextLayer.Contracts.Runs;
using NextLayer.Contracts.Workers;
using NextLayer.ControlPlane.Features.Events;
using NextLayer.ControlPlane.Features.Runs.Reporting;
using NextLayer.Tests.AppHost;
using NextLayer.Tests.ControlPlane.Runs;
using NextLayer.Tests.Support;

namespace NextLayer.Tests.ControlPlane.Events;

public sealed class RunEventReaderTests(Servers servers)
{
    private const int Steps = 150;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Follow_TwoControlPlanesAndARedisThatIsKilled_SeesEveryEventOnceAndInOrder()
    {
        await using var redis = await RedisServer.StartAsync(ct: Ct);
        await using var queue = await TestQueue.CreateAsync(servers);
        await using var writer = await ControlPlaneHost.StartAsync(queue.Database, redis.ConnectionString);
        await using var reader = await ControlPlaneHost.StartAsync(queue.Database, redis.ConnectionString);
        var run = await queue.ClaimNewAsync();
        var expected = 2 + (2 * Steps) + 1;

        var following = Task.WhenAll(Enumerable.Range(0, 5).Select(i =>
            FollowAsync(i % 2 == 0 ? reader : writer, run.Run.Id, expected, reconnectEvery: 10 + (i * 7))));
        await WriteAsync([writer, reader], run, redis);
        var seen = await following.WaitAsync(TimeSpan.FromSeconds(60), Ct);

        Assert.All(seen, seqs => Assert.Equal(Enumerable.Range(1, expected), seqs));
    }

    [Fact]
    public async Task Follow_WithoutRedis_StillHearsOfAnotherReplicasEvents()
    {
        await using var queue = await TestQueue.CreateAsync(servers);
        await using var writer = await ControlPlaneHost.StartAsync(queue.Database);
        await using var reader = await ControlPlaneHost.StartAsync(queue.Database);
        var run = await queue.ClaimNewAsync();

        var following = FollowAsync(reader, run.Run.Id, 3, reconnectEvery: 100);
        await writer.Get<RunReporter>().ReportAsync("w1", [TestQueue.Report(run, completion: RunStatus.Succeeded)], Ct);

        Assert.Equal([1, 2, 3], await following.WaitAsync(TimeSpan.FromSeconds(30), Ct));
    }

    [Fact]
    public async Task Follow_NoNewsOfAnEvent_SeesItWithinTwoSeconds()
    {
        await using var queue = await TestQueue.CreateAsync(servers);
        var clock = new ManualClock();
        var reader = new RunEventReader(queue.Database.Databases, queue.Hub, clock);
        var runId = await queue.AddRunAsync();
        await using var following = reader.FollowAsync(runId, afterSeq: 1, Ct).GetAsyncEnumerator(Ct);
        var next = following.MoveNextAsync().AsTask();
        await Eventually.TrueAsync(() => clock.HasTimerOf(RunEventReader.PollInterval), "the reader has looked and waits");
        await queue.Control.CancelAsync(runId, null, Ct); // The store alone: nobody is told.

        clock.Advance(TimeSpan.FromSeconds(2));
        await next.WaitAsync(TimeSpan.FromSeconds(30), Ct);

        Assert.Equal("run.cancelled", following.Current.Event);
    }

    /// <summary>Reads up to the expected number, leaving and coming back with the last number seen now and then.</summary>
    private static async Task<List<int>> FollowAsync(ControlPlaneHost host, Guid runId, int expected, int reconnectEvery)
    {
        var seen = new List<int>();
        while (seen.Count < expected)
        {
            var upTo = Math.Min(expected, seen.Count + reconnectEvery);
            await foreach (var runEvent in host.Get<RunEventReader>().FollowAsync(runId, seen.Count, Ct))
            {
                seen.Add(runEvent.Seq);
                if (seen.Count >= upTo)
                    break;
            }
        }

        return seen;
    }

    /// <summary>Reports step by step through both replicas in turn, and kills Redis twice on the way.</summary>
    private static async Task WriteAsync(
        ControlPlaneHost[] hosts, NextLayer.ControlPlane.Features.Runs.Claiming.ClaimedRow run, RedisServer redis)
    {
        for (var step = 0; step < Steps; step++)
        {
            var completion = step == Steps - 1 ? RunStatus.Succeeded : (RunStatus?)null;
            var report = TestQueue.Report(run, [TestQueue.Step($"s{step}", StepStatus.Completed)], completion);
            var result = await hosts[step % 2].Get<RunReporter>().ReportAsync("w1", [report], Ct);
            Assert.Equal(ReportVerdict.Accepted, result[0].Verdict);
            if (step % 50 == 25)
                await redis.KillAsync();
            if (step % 50 == 45)
                await redis.StartAsync(Ct);
        }
    }
}
