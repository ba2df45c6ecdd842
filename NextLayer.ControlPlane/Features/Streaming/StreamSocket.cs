using System.Net.WebSockets;
using Npgsql;

namespace NextLayer.ControlPlane.Features.Streaming;

/// <summary>
/// One WebSocket with a peer that only listens. A loop reads, to notice its close and to stop it from talking; the
/// stream writes; here alone the socket is closed.
/// </summary>
/// <remarks>
/// No call on the socket gets a token: cancelling one tears the connection down, and then no close code could follow.
/// </remarks>
internal sealed class StreamSocket(WebSocket socket, StreamOptions options, TimeProvider time)
{
    // At a shutdown there are many to say goodbye to, and a process manager that waits.
    private static readonly TimeSpan StopPatience = TimeSpan.FromSeconds(3);

    private Task sending = Task.CompletedTask;
    private SocketEnd? heard;

    /// <summary>Serves the peer until either side ends it.</summary>
    /// <param name="write">The stream; ends by itself, or by its token when the peer leaves or the server stops.</param>
    /// <param name="rightEnds">Ends when the peer may no longer listen.</param>
    /// <returns>How it ended, and whether the peer has confirmed it; if not, the connection is to be dropped.</returns>
    public async Task<(SocketEnd End, bool Confirmed)> ServeAsync(
        Func<StreamSocket, CancellationToken, Task<SocketEnd>> write, Func<CancellationToken, Task> rightEnds, CancellationToken stopping)
    {
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        var listening = ListenAsync(ending);
        var watching = WatchAsync(rightEnds, ending);
        var end = await WriteAsync(write, ending.Token);
        await ending.CancelAsync();
        await watching;
        var confirmed = await TryCloseAsync(end, listening);
        if (!confirmed)
            socket.Abort();
        await listening;
        return (end, confirmed);
    }

    /// <summary>Sends one message; ends the stream when the peer does not take it in time.</summary>
    public async Task SendAsync(ReadOnlyMemory<byte> message, CancellationToken ct)
    {
        sending = socket.SendAsync(message, WebSocketMessageType.Text, endOfMessage: true, CancellationToken.None).AsTask();
        if (sending.IsCompletedSuccessfully)
            return;
        try
        {
            await sending.WaitAsync(TimeSpan.FromSeconds(options.SlowReaderSeconds), time, ct);
        }
        catch (TimeoutException)
        {
            throw new SlowReaderException();
        }
    }

    private async Task<SocketEnd> WriteAsync(Func<StreamSocket, CancellationToken, Task<SocketEnd>> write, CancellationToken ct)
    {
        try
        {
            return await write(this, ct);
        }
        catch (OperationCanceledException) when (ct.IsCancellationRequested)
        {
            return heard ?? SocketEnd.ServerStops;
        }
        catch (SlowReaderException)
        {
            return SocketEnd.SlowReader;
        }
        catch (WebSocketException)
        {
            return heard ?? SocketEnd.PeerGone;
        }
        catch (NpgsqlException)
        {
            return SocketEnd.TryAgain;
        }
    }

    /// <summary>Reads until the peer closes or goes away. Nothing it could say means anything here.</summary>
    private async Task ListenAsync(CancellationTokenSource ending)
    {
        var buffer = new byte[1024];
        var budget = new MessageBudget(options, time);
        try
        {
            while (await socket.ReceiveAsync(buffer.AsMemory(), CancellationToken.None) is { MessageType: not WebSocketMessageType.Close } received)
            {
                // A peer that is told to go is still read, or its own close would never be seen.
                if (budget.Spend(received.Count, received.EndOfMessage) is { } refused)
                    await HearAsync(refused, ending);
            }

            await HearAsync(SocketEnd.PeerClosed, ending);
        }
        catch (Exception ex) when (ex is OperationCanceledException or WebSocketException)
        {
            await HearAsync(SocketEnd.PeerGone, ending);
        }
    }

    private async Task WatchAsync(Func<CancellationToken, Task> rightEnds, CancellationTokenSource ending)
    {
        try
        {
            await rightEnds(ending.Token);
            await HearAsync(SocketEnd.RightEnded, ending);
        }
        catch (OperationCanceledException) when (ending.IsCancellationRequested)
        {
            // The socket ended first.
        }
    }

    private Task HearAsync(SocketEnd what, CancellationTokenSource ending)
    {
        heard ??= what;
        return ending.CancelAsync();
    }

    /// <returns>True when the peer has answered our close; only then has it certainly read it.</returns>
    private async Task<bool> TryCloseAsync(SocketEnd end, Task listening)
    {
        if (end == SocketEnd.PeerGone)
            return false;
        var patience = end == SocketEnd.ServerStops ? StopPatience : TimeSpan.FromSeconds(options.CloseSeconds);
        using var giveUp = new CancellationTokenSource(patience, time);
        try
        {
            // What has begun to leave must leave: a close cannot overtake it. A slow reader gets this time to catch up.
            await sending.WaitAsync(giveUp.Token);
            if (socket.State is WebSocketState.Open or WebSocketState.CloseReceived)
                await socket.CloseOutputAsync((WebSocketCloseStatus)end.Code, end.Sentence, giveUp.Token);
            await listening.WaitAsync(giveUp.Token);
            return heard != SocketEnd.PeerGone;
        }
        catch (Exception ex) when (ex is OperationCanceledException or WebSocketException)
        {
            return false;
        }
    }

    private sealed class SlowReaderException : Exception;
}
