using System.Net.Sockets;
using System.Net.WebSockets;
using System.Text.Json;

namespace NextLayer.Tests.Support;

/// <summary>The other end of one of the control plane's WebSockets.</summary>
internal sealed class StreamPeer : IDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    private readonly ClientWebSocket socket = new();
    private HttpMessageInvoker? invoker;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public ClientWebSocket Socket => socket;

    /// <param name="path">With its query: <c>/ws/runs?status=FAILED</c>.</param>
    /// <param name="receiveBuffer">Size of the connection's receive buffer, so that little fits between the two ends; null for the usual.</param>
    public static async Task<StreamPeer> OpenAsync(ControlPlaneHost host, string path, int? receiveBuffer = null, Guid? tenant = null)
    {
        var peer = new StreamPeer();
        if (tenant is not null)
            peer.socket.Options.SetRequestHeader("X-Tenant-Id", tenant.ToString());
        peer.invoker = new HttpMessageInvoker(new SocketsHttpHandler
        {
            ConnectCallback = async (context, ct) =>
            {
                var connection = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
                if (receiveBuffer is { } size)
                    connection.ReceiveBufferSize = size;
                await connection.ConnectAsync(context.DnsEndPoint, ct);
                return new NetworkStream(connection, ownsSocket: true);
            },
        });
        await peer.socket.ConnectAsync(new Uri($"ws://{host.Address.Authority}{path}"), peer.invoker, Ct);
        return peer;
    }

    /// <summary>The next message; fails when the socket is closed instead.</summary>
    public async Task<JsonElement> ReceiveAsync() =>
        await TryReceiveAsync() ?? throw new InvalidOperationException($"closed: {(int?)socket.CloseStatus} {socket.CloseStatusDescription}");

    /// <summary>The next message that is none of the given types.</summary>
    public async Task<JsonElement> ReceiveAsync(string type)
    {
        while (true)
        {
            var message = await ReceiveAsync();
            if (message.GetProperty("type").GetString() == type)
                return message;
        }
    }

    /// <summary>The next message; null when the socket is closed, and then it is answered.</summary>
    public async Task<JsonElement?> TryReceiveAsync()
    {
        using var message = new MemoryStream();
        var buffer = new byte[16 * 1024];
        while (true)
        {
            var received = await socket.ReceiveAsync(buffer, Ct).WaitAsync(Limit, Ct);
            if (received.MessageType == WebSocketMessageType.Close)
            {
                if (socket.State == WebSocketState.CloseReceived)
                    await socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, Ct);
                return null;
            }

            message.Write(buffer, 0, received.Count);
            if (received.EndOfMessage)
                return JsonElement.Parse(message.ToArray());
        }
    }

    /// <summary>Reads to the end and tells the code with which the server closed.</summary>
    public async Task<int> ReceiveCloseAsync()
    {
        while (await TryReceiveAsync() is not null)
        {
            // Only the end is of interest.
        }

        return (int)socket.CloseStatus!.Value; // A close that was received has one.
    }

    public void Dispose()
    {
        socket.Dispose();
        invoker?.Dispose();
    }
}
