using System.Net.WebSockets;
using System.Text.Json;
using NextLayer.Contracts.Json;
using NextLayer.Contracts.Runs;

namespace NextLayer.Contracts.Client;

/// <summary>One connection to <c>/ws/runs/{run_id}</c>.</summary>
internal sealed class RunSocket : IAsyncDisposable
{
    // A peer that answers no ping for so long is gone, though the network says nothing.
    private static readonly TimeSpan Pings = TimeSpan.FromSeconds(15);

    private readonly ClientWebSocket socket = new();
    private readonly MemoryStream message = new();
    private readonly byte[] buffer = new byte[16 * 1024];

    private RunSocket()
    {
        socket.Options.KeepAliveInterval = Pings;
        socket.Options.KeepAliveTimeout = Pings;
    }

    /// <returns>Null when there is no connection to be had; why, the next ordinary call will tell.</returns>
    public static async Task<RunSocket?> TryOpenAsync(HttpClient http, Guid runId, int afterSeq, CancellationToken ct)
    {
        var opening = new RunSocket();
        var address = new UriBuilder(new Uri(http.BaseAddress!, $"ws/runs/{runId}?after_seq={afterSeq}")); // NextLayerClient takes none without.
        address.Scheme = address.Scheme == Uri.UriSchemeHttps ? Uri.UriSchemeWss : Uri.UriSchemeWs;
        try
        {
            // The HttpClient's own connections and headers: what it may call, the socket may too.
            await opening.socket.ConnectAsync(address.Uri, http, ct);
            return opening;
        }
        catch (Exception ex) when (ex is WebSocketException or HttpRequestException || (ex is OperationCanceledException && !ct.IsCancellationRequested))
        {
            await opening.DisposeAsync();
            return null;
        }
    }

    /// <returns>Null when the connection has ended, however.</returns>
    public async Task<StreamMessage?> TryReceiveAsync(CancellationToken ct)
    {
        message.SetLength(0);
        try
        {
            while (true)
            {
                var received = await socket.ReceiveAsync(buffer.AsMemory(), ct);
                if (received.MessageType == WebSocketMessageType.Close)
                    return null;
                message.Write(buffer, 0, received.Count);
                if (received.EndOfMessage)
                    return Read(message.GetBuffer().AsSpan(0, (int)message.Length));
            }
        }
        catch (WebSocketException)
        {
            return null;
        }
    }

    public async ValueTask DisposeAsync()
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(1));
        try
        {
            if (socket.State is WebSocketState.Open or WebSocketState.CloseReceived)
                await socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, patience.Token);
        }
        catch (Exception ex) when (ex is WebSocketException or OperationCanceledException)
        {
            // It is being left anyway.
        }

        socket.Dispose();
        await message.DisposeAsync();
    }

    private static StreamMessage Read(ReadOnlySpan<byte> json)
    {
        var head = JsonSerializer.Deserialize<Head>(json, NextLayerJson.Options)!; // No message of the stream is null.
        return head.Type switch
        {
            "snapshot" => new StreamMessage(new SnapshotFacts(head.RunStatus is "completed" or "failed" or "cancelled", head.LastSeq), null),
            "event" => new StreamMessage(null, Read(JsonSerializer.Deserialize<RunStreamEvent>(json, NextLayerJson.Options)!)), // As above.
            _ => new StreamMessage(null, null), // Of a later version; not for us.
        };
    }

    private static RunEvent Read(RunStreamEvent sent) => new()
    {
        Seq = sent.Seq,
        RunId = sent.RunId,
        Event = sent.Event,
        StepId = sent.StepId,
        Timestamp = sent.Timestamp,
        Payload = sent.Payload,
    };

    private sealed record Head
    {
        public string Type { get; init; } = "";
        public string? RunStatus { get; init; }
        public int LastSeq { get; init; }
    }
}

/// <summary>A message of the stream; both are null where it is none that we know.</summary>
internal sealed record StreamMessage(SnapshotFacts? Snapshot, RunEvent? Event);

/// <summary>What a watcher needs of a snapshot.</summary>
internal sealed record SnapshotFacts(bool Ended, int LastSeq);
