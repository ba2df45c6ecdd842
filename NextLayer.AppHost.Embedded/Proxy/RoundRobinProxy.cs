using System.Net;
using System.Net.Sockets;

namespace NextLayer.AppHost.Embedded.Proxy;

/// <summary>
/// One loopback port before several replicas. Each connection goes to the next replica in turn; one that does not
/// take it is passed over. It forwards bytes and knows nothing of HTTP, so WebSockets and long polls just work.
/// </summary>
internal sealed class RoundRobinProxy : IAsyncDisposable
{
    private static readonly TimeSpan RetryPause = TimeSpan.FromMilliseconds(100);

    private readonly IReadOnlyList<int> replicas;
    private readonly TimeSpan patience;
    private readonly List<TcpListener> listeners = [];
    private readonly CancellationTokenSource stopping = new();
    private readonly List<Task> accepting = [];
    private int open;
    private uint turn;

    private RoundRobinProxy(IReadOnlyList<int> replicas, TimeSpan patience)
    {
        this.replicas = replicas;
        this.patience = patience;
    }

    /// <param name="port">On both loopback addresses.</param>
    /// <param name="replicas">Their ports, in turn.</param>
    /// <param name="patience">How long a connection is kept waiting while no replica takes it; 10 s when null, enough for a restart.</param>
    public static RoundRobinProxy Start(int port, IReadOnlyList<int> replicas, TimeSpan? patience = null)
    {
        var proxy = new RoundRobinProxy(replicas, patience ?? TimeSpan.FromSeconds(10));
        proxy.Listen(IPAddress.Loopback, port);
        if (Socket.OSSupportsIPv6)
            proxy.Listen(IPAddress.IPv6Loopback, port);
        return proxy;
    }

    /// <summary>Connections being forwarded now.</summary>
    public int OpenConnections => Volatile.Read(ref open);

    public async ValueTask DisposeAsync()
    {
        await stopping.CancelAsync();
        listeners.ForEach(listener => listener.Dispose());
        await Task.WhenAll(accepting);
        stopping.Dispose();
    }

    private void Listen(IPAddress address, int port)
    {
        var listener = new TcpListener(address, port);
        try
        {
            listener.Start();
        }
        catch (SocketException ex) when (ex.SocketErrorCode == SocketError.AddressNotAvailable && listeners.Count > 0)
        {
            return; // IPv6 is compiled in but switched off.
        }

        listeners.Add(listener);
        accepting.Add(AcceptAsync(listener));
    }

    private async Task AcceptAsync(TcpListener listener)
    {
        var connections = new HashSet<Task>();
        try
        {
            while (true)
            {
                var client = await listener.AcceptSocketAsync(stopping.Token);
                connections.RemoveWhere(connection => connection.IsCompleted);
                connections.Add(ServeAsync(client));
            }
        }
        // Asked for a connection in the moment of its end, a listener says that it was never started.
        catch (Exception ex) when (ex is OperationCanceledException or InvalidOperationException or SocketException)
        {
            await Task.WhenAll(connections);
        }
    }

    private async Task ServeAsync(Socket client)
    {
        Interlocked.Increment(ref open);
        try
        {
            using (client)
            using (var replica = await ConnectAsync(stopping.Token))
            {
                if (replica is not null)
                    await SocketPair.ForwardAsync(client, replica, stopping.Token);
            }
        }
        catch (Exception ex) when (ex is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // One side broke off; closing both tells the other.
        }
        finally
        {
            Interlocked.Decrement(ref open);
        }
    }

    /// <returns>Null when no replica took the connection in time.</returns>
    private async Task<Socket?> ConnectAsync(CancellationToken ct)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(ct);
        limit.CancelAfter(patience);
        while (true)
        {
            for (var attempt = 0; attempt < replicas.Count; attempt++)
            {
                var port = replicas[(int)(Interlocked.Increment(ref turn) % (uint)replicas.Count)];
                if (await TryConnectAsync(port, limit.Token) is { } connected)
                    return connected;
            }

            await Task.Delay(RetryPause, limit.Token);
        }
    }

    private static async Task<Socket?> TryConnectAsync(int port, CancellationToken ct)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(IPAddress.Loopback, port, ct);
            return socket;
        }
        catch (SocketException)
        {
            socket.Dispose();
            return null;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
