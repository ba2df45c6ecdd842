using System.Net.WebSockets;
using NextLayer.Bench.Stack;
using NextLayer.Contracts.Runs;
using NextLayer.Contracts.Workers;

namespace NextLayer.Bench.Measurements;

/// <summary>A claimed run, and all who watch it.</summary>
internal sealed class WatchedRun : IAsyncDisposable
{
    private const string WorkerId = "stream";

    private readonly ApiClient api;
    private readonly ClaimedRun claimed;
    private readonly ClientWebSocket[] readers;
    private int steps;

    private WatchedRun(ApiClient api, ClaimedRun claimed, ClientWebSocket[] readers)
    {
        this.api = api;
        this.claimed = claimed;
        this.readers = readers;
    }

    public int Readers => readers.Length;

    public static async Task<WatchedRun> StartAsync(BenchStack stack, Guid versionId, int readers, CancellationToken ct)
    {
        var id = await stack.Api.CreateAndReadAsync(ApiClient.CreateBody(versionId), ct);
        var claim = new ClaimRequest { WorkerId = WorkerId, MaxRuns = 1, LeaseSeconds = 3600 };
        var claimed = (await stack.Api.AskAsync<ClaimRequest, ClaimedMany>("/api/runs/claim", claim, ct)).Runs.Single();
        var run = new WatchedRun(stack.Api, claimed, [.. Enumerable.Range(0, readers).Select(_ => new ClientWebSocket())]);
        var address = new Uri(stack.Api.SocketAddress, $"/ws/runs/{id}");
        await Parallel.ForEachAsync(
            run.readers, new ParallelOptions { MaxDegreeOfParallelism = 20, CancellationToken = ct },
            async (reader, token) => await reader.ConnectAsync(address, token));
        await run.ReadAsync(1, onMessage: null, ct); // The snapshots.
        return run;
    }

    /// <summary>Reads so many messages at every reader.</summary>
    public Task ReadAsync(int messages, Action<int, ReadOnlyMemory<byte>>? onMessage, CancellationToken ct) =>
        Task.WhenAll(readers.Select((reader, i) => ReadAsync(reader, messages, message => onMessage?.Invoke(i, message), ct)));

    /// <summary>Writes events of that number in one report: each step begins and ends.</summary>
    public async Task ReportAsync(int events, CancellationToken ct)
    {
        var report = new RunReport
        {
            RunId = claimed.Run.Id,
            Lease = claimed.Lease,
            Steps = [.. Enumerable.Range(0, events / 2).Select(_ => new StepReport
            {
                StepId = $"s{steps++}", StepType = "noop", Attempt = 1, Status = StepStatus.Completed, DurationMs = 0.1,
            })],
        };
        var answer = await api.AskAsync<WorkerReportsRequest, WorkerReportsResponse>(
            $"/api/workers/{WorkerId}/reports", new WorkerReportsRequest { Reports = [report] }, ct);
        if (answer.Results.Single() is not { Verdict: ReportVerdict.Accepted } result)
            throw new InvalidOperationException($"The report was answered {answer.Results[0].Verdict}: {answer.Results[0].Detail}");
    }

    private static async Task ReadAsync(ClientWebSocket reader, int messages, Action<ReadOnlyMemory<byte>> onMessage, CancellationToken ct)
    {
        var buffer = new byte[4096];
        for (var length = 0; messages > 0;)
        {
            var received = await reader.ReceiveAsync(buffer.AsMemory(length), ct);
            if (received.MessageType == WebSocketMessageType.Close)
                throw new InvalidOperationException($"A reader was closed with {reader.CloseStatus}: {reader.CloseStatusDescription}");
            length += received.Count;
            if (!received.EndOfMessage)
                continue;
            onMessage(buffer.AsMemory(0, length));
            length = 0;
            messages--;
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var reader in readers)
            reader.Dispose();
        // The next run is the only one there is to claim.
        await api.AskAsync<CompleteRunRequest, RunChanged>(
            $"/api/runs/{claimed.Run.Id}/complete", new CompleteRunRequest { Status = RunStatus.Succeeded, Lease = claimed.Lease }, CancellationToken.None);
    }
}
