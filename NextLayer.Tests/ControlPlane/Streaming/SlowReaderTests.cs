using NextLayer.Contracts.Runs;
using NextLayer.ControlPlane.Features.Events;
using NextLayer.Tests.AppHost;
using NextLayer.Tests.ControlPlane.Runs;
using NextLayer.Tests.Support;

namespace NextLayer.Tests.ControlPlane.Streaming;

/// <summary>Readers that stop reading while more is written than fits between the two ends.</summary>
public sealed class SlowReaderTests(Servers servers)
{
    private const int Burst = 300;

    [Fact]
    public async Task Watch_ReaderThatStopsReading_IsClosedWith4408AndResumesWithoutLoss()
    {
        var clock = new ManualClock();
        await using var queue = await TestQueue.CreateAsync(servers);
        await using var host = await ControlPlaneHost.StartAsync(
            clock, queue.Database, null, ("Stream:SlowReaderSeconds", "7"), ("Stream:CloseSeconds", "11"), ("Stream:PingSeconds", "300"));
        var runId = await queue.AddRunAsync();
        using var reader = await StreamPeer.OpenAsync(host, $"/ws/runs/{runId}?after_seq=0", receiveBuffer: 8192);
        await AddBigEventsAsync(queue, host, runId);

        // The server waits for the reader, loses patience, and then waits for it to take what is on its way.
        await Eventually.TrueAsync(
            () =>
            {
                if (clock.HasTimerOf(TimeSpan.FromSeconds(11)))
                    return true;
                if (clock.HasTimerOf(TimeSpan.FromSeconds(7)))
                    clock.Advance(TimeSpan.FromSeconds(7));
                return false;
            },
            "the server gives the reader up");
        var seen = await ReadToTheEndAsync(reader);
        using var again = await StreamPeer.OpenAsync(host, $"/ws/runs/{runId}?after_seq={seen.Count}");
        await ReadAsync(again, seen, Burst + 1);

        Assert.Equal(4408, (int?)reader.Socket.CloseStatus);
        Assert.Equal(Enumerable.Range(1, Burst + 1), seen);
    }

    [Fact]
    public async Task Watch_ReaderThatFallsFurtherBehind_IsClosedWith4408AndResumesWithoutLoss()
    {
        await using var queue = await TestQueue.CreateAsync(servers);
        await using var host = await ControlPlaneHost.StartAsync(
            new ManualClock(), queue.Database, null, ("Stream:MaxLag", "10"), ("Stream:PingSeconds", "300"));
        var runId = await queue.AddRunAsync();
        using var other = await StreamPeer.OpenAsync(host, $"/ws/runs/{runId}?after_seq=0");
        using var reader = await StreamPeer.OpenAsync(host, $"/ws/runs/{runId}?after_seq=0", receiveBuffer: 8192);
        await AddBigEventsAsync(queue, host, runId);
        await ReadAsync(other, [], Burst + 1); // The run's tail has them all; the reader is stuck in their midst.
        await AddBigEventsAsync(queue, host, runId);
        await ReadAsync(other, [.. Enumerable.Range(1, Burst + 1)], (2 * Burst) + 1);

        var seen = await ReadToTheEndAsync(reader);
        using var again = await StreamPeer.OpenAsync(host, $"/ws/runs/{runId}?after_seq={seen.Count}");
        await ReadAsync(again, seen, (2 * Burst) + 1);

        Assert.Equal(4408, (int?)reader.Socket.CloseStatus);
        Assert.Equal(Enumerable.Range(1, (2 * Burst) + 1), seen);
    }

    // 18 MB: more than any system keeps for a connection whose reader does nothing.
    private static async Task AddBigEventsAsync(TestQueue queue, ControlPlaneHost host, Guid runId)
    {
        await queue.Database.ExecuteAsync(
            """
            WITH run AS (UPDATE pipeline_runs SET last_event_seq = last_event_seq + $2 WHERE id = $1 RETURNING last_event_seq)
            INSERT INTO run_events (run_id, seq, type, generation, payload, created_at)
            SELECT $1, last_event_seq - $2 + i, 'log', 1, json_build_object('text', repeat('x', 60000)), now()
            FROM run, generate_series(1, $2) AS i
            """,
            runId, Burst);
        host.Get<NewsHub>().Deliver([new RunHint(runId, queue.TenantId, 0, RunStatus.Queued)]);
    }

    private static async Task<List<int>> ReadToTheEndAsync(StreamPeer reader)
    {
        var seen = new List<int>();
        while (await reader.TryReceiveAsync() is { } message)
        {
            if (message.TryGetProperty("seq", out var seq))
                seen.Add(seq.GetInt32());
        }

        return seen;
    }

    private static async Task ReadAsync(StreamPeer reader, List<int> seen, int upTo)
    {
        while (seen.Count < upTo)
        {
            if ((await reader.ReceiveAsync()).TryGetProperty("seq", out var seq))
                seen.Add(seq.GetInt32());
        }
    }
}
