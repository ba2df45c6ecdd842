using System.Net;
using System.Net.WebSockets;
using System.Runtime.CompilerServices;
using NextLayer.Contracts.Runs;

namespace NextLayer.Contracts.Client;

/// <summary>
/// One caller watching one run: over a WebSocket while there is one, and by a look at the events in every pause between
/// two of them, so that news come also where no WebSocket gets through.
/// </summary>
internal sealed class RunWatch(NextLayerClient client, HttpClient http, Guid runId, WatchOptions options)
{
    private const int PageSize = 500;

    // Whether the run was known to have ended, and its newest event then: behind that one nothing more is to come.
    private (bool Ended, int LastSeq) known;
    private int seen;

    public async IAsyncEnumerable<RunEvent> FollowAsync(int afterSeq, [EnumeratorCancellation] CancellationToken ct)
    {
        seen = afterSeq;
        var failures = 0;
        while (true)
        {
            var before = seen;
            if (options.UseWebSocket)
            {
                await foreach (var next in OverSocketAsync(ct))
                    yield return next;
            }

            await foreach (var next in ByPollingAsync(ct))
                yield return next;
            if (known.Ended && seen >= known.LastSeq)
                yield break;
            failures = seen > before ? 0 : failures + 1;
            await Task.Delay(Backoff(failures), options.Time, ct);
        }
    }

    private async IAsyncEnumerable<RunEvent> OverSocketAsync([EnumeratorCancellation] CancellationToken ct)
    {
        await using var stream = await RunSocket.TryOpenAsync(http, runId, seen, ct);
        while (stream is not null && await stream.TryReceiveAsync(ct) is { } message)
        {
            if (message.Snapshot is { } snapshot)
                known = (snapshot.Ended, snapshot.LastSeq);
            else if (message.Event is { } runEvent && Take(runEvent))
                yield return runEvent;
            if (known.Ended && seen >= known.LastSeq)
                yield break;
        }
    }

    private async IAsyncEnumerable<RunEvent> ByPollingAsync([EnumeratorCancellation] CancellationToken ct)
    {
        while (!(known.Ended && seen >= known.LastSeq))
        {
            if (await TryAsync(() => client.GetRunAsync(runId, ct)) is not { } run)
                yield break;
            known = (run.Status is RunStatus.Succeeded or RunStatus.Failed or RunStatus.Cancelled, run.LastEventSeq);
            if (await TryAsync(() => client.GetEventsAsync(runId, seen, PageSize, ct)) is not { Items.Count: > 0 } page)
                yield break;
            var before = seen;
            foreach (var next in page.Items.Where(Take))
                yield return next;
            if (seen == before)
                yield break;
        }
    }

    /// <returns>False for an event that was seen, or one behind a hole: the next connection brings both in order.</returns>
    private bool Take(RunEvent next)
    {
        if (next.Seq != seen + 1)
            return false;
        seen = next.Seq;
        // What ended before the look was an earlier generation, since the run was not ended then.
        if (next.Seq > known.LastSeq)
            known = (next.Event is RunEventTypes.RunCompleted or RunEventTypes.RunFailed or RunEventTypes.RunCancelled, next.Seq);
        return true;
    }

    /// <returns>Null when the control plane cannot answer now. What it refuses for good is thrown.</returns>
    private static async Task<T?> TryAsync<T>(Func<Task<T>> call)
        where T : class
    {
        try
        {
            return await call();
        }
        catch (HttpRequestException)
        {
            return null;
        }
        catch (NextLayerException ex) when (ex.StatusCode is HttpStatusCode.RequestTimeout or HttpStatusCode.TooManyRequests || (int)ex.StatusCode >= 500)
        {
            return null;
        }
        catch (OperationCanceledException ex) when (ex.InnerException is TimeoutException)
        {
            return null; // The HttpClient's own time-out.
        }
    }

    private TimeSpan Backoff(int failures)
    {
        var pause = options.Backoff * Math.Pow(2, Math.Min(failures, 20));
        return (pause < options.MaxBackoff ? pause : options.MaxBackoff) * (0.8 + (Random.Shared.NextDouble() * 0.4));
    }
}
