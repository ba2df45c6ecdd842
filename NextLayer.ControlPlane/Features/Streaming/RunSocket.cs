using System.Net.WebSockets;
using System.Text.Json;
using NextLayer.Contracts.Json;
using NextLayer.ControlPlane.Features.Events;

namespace NextLayer.ControlPlane.Features.Streaming;

/// <summary>Close codes of our own, from the range that applications may use.</summary>
internal static class StreamCloseCodes
{
    /// <summary>The reader could not keep up. It comes back with <c>after_seq</c> and loses nothing.</summary>
    public const int SlowReader = 4408;

    /// <summary>The server has a passing problem. The reader comes back with <c>after_seq</c>.</summary>
    public const int TryAgain = 4503;
}

/// <summary>
/// One browser (or program) watching one run: snapshot first, then every event, each once. A loop reads, only to notice
/// the peer's close; another writes; here alone the socket is closed.
/// </summary>
internal sealed class RunSocket(
    WebSocket socket, SnapshotStore snapshots, RunTails tails, RunEventReader reader, StreamOptions options, TimeProvider time)
{
    /// <param name="afterSeq">The last event the reader has; null to begin at the snapshot.</param>
    public async Task ServeAsync(Guid runId, int? afterSeq, CancellationToken ct)
    {
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(ct);
        var listening = ListenAsync(ending);
        try
        {
            await WriteAsync(runId, afterSeq, ending.Token);
        }
        catch (OperationCanceledException) when (ending.IsCancellationRequested)
        {
            await CloseAsync(WebSocketCloseStatus.EndpointUnavailable, "the server is going down");
        }
        catch (SlowReaderException)
        {
            await CloseAsync((WebSocketCloseStatus)StreamCloseCodes.SlowReader, "the reader is too slow; come back with after_seq");
        }
        catch (WebSocketException)
        {
            socket.Abort(); // The peer is gone without a word.
        }
        finally
        {
            await ending.CancelAsync();
            await listening;
        }
    }

    private async Task WriteAsync(Guid runId, int? afterSeq, CancellationToken ct)
    {
        var snapshot = await snapshots.ReadAsync(runId, ct) ?? throw new InvalidOperationException($"Run {runId} is gone.");
        var seen = Math.Min(afterSeq ?? snapshot.LastSeq, snapshot.LastSeq);
        // Events between the snapshot and the tail's beginning are not lost: the tail knows where it begins.
        var tail = tails.Join(runId, snapshot.LastSeq);
        try
        {
            await SendAsync(JsonSerializer.SerializeToUtf8Bytes(snapshot, NextLayerJson.Options), ct);
            seen = await CatchUpAsync(tail, runId, seen, isLive: false, ct);
            while (tail.Failure is null)
            {
                var added = tail.Added.Next;
                seen = await CatchUpAsync(tail, runId, seen, isLive: true, ct);
                await added.WaitAsync(ct);
            }

            await CloseAsync((WebSocketCloseStatus)StreamCloseCodes.TryAgain, "events cannot be read now; come back with after_seq");
        }
        finally
        {
            await tails.LeaveAsync(runId, tail);
        }
    }

    /// <summary>Sends what the reader has not seen, until there is nothing more.</summary>
    /// <param name="isLive">It had caught up before, so a long way to go means that it is too slow.</param>
    private async Task<int> CatchUpAsync(RunTail tail, Guid runId, int seen, bool isLive, CancellationToken ct)
    {
        while (true)
        {
            if (isLive && tail.LastSeq - seen > options.MaxLag)
                throw new SlowReaderException();
            // What the tail has let go, or never had, comes from Postgres.
            var events = tail.After(seen)
                ?? [.. (await reader.ReadPageAsync(runId, seen, RunEventReader.PageSize, ct)).Select(TailEvent.Of)];
            if (events.Count == 0)
                return seen;
            foreach (var next in events)
            {
                await SendAsync(next.Message, ct);
                seen = next.Seq;
            }
        }
    }

    private async Task SendAsync(ReadOnlyMemory<byte> message, CancellationToken ct)
    {
        var sending = socket.SendAsync(message, WebSocketMessageType.Text, WebSocketMessageFlags.EndOfMessage, ct);
        if (sending.IsCompletedSuccessfully)
            return;
        try
        {
            await sending.AsTask().WaitAsync(TimeSpan.FromSeconds(options.SlowReaderSeconds), time, ct);
        }
        catch (TimeoutException)
        {
            throw new SlowReaderException();
        }
    }

    /// <summary>Reads until the peer closes or goes away. Nothing a reader could say means anything here.</summary>
    private async Task ListenAsync(CancellationTokenSource ending)
    {
        var buffer = new byte[512];
        try
        {
            while (!ending.IsCancellationRequested)
            {
                var received = await socket.ReceiveAsync(buffer.AsMemory(), ending.Token);
                if (received.MessageType == WebSocketMessageType.Close)
                    break;
            }
        }
        catch (Exception ex) when (ex is OperationCanceledException or WebSocketException)
        {
            // Gone, or told to stop.
        }

        await ending.CancelAsync();
    }

    private async Task CloseAsync(WebSocketCloseStatus status, string reason)
    {
        if (socket.State is not (WebSocketState.Open or WebSocketState.CloseReceived))
            return;
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(2), time);
        try
        {
            await socket.CloseOutputAsync(status, reason, patience.Token);
        }
        catch (Exception ex) when (ex is OperationCanceledException or WebSocketException)
        {
            socket.Abort(); // It does not even take the close.
        }
    }

    private sealed class SlowReaderException : Exception;
}
