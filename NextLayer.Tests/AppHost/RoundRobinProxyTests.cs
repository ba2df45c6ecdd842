using System.Net;
using System.Net.Sockets;
using System.Text;
using NextLayer.AppHost.Embedded.Processes;
using NextLayer.AppHost.Embedded.Proxy;

namespace NextLayer.Tests.AppHost;

public sealed class RoundRobinProxyTests : IDisposable
{
    private readonly List<TcpListener> replicas = [];
    private readonly int port = Ports.Allocate();

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        replicas.ForEach(replica => replica.Dispose());
        Ports.Release(port);
    }

    [Fact]
    public async Task Connect_SeveralTimes_GoesToEachReplicaInTurn()
    {
        await using var proxy = RoundRobinProxy.Start(port, [Replica("a"), Replica("b"), Replica("c")]);

        var answers = new List<string>();
        for (var call = 0; call < 6; call++)
            answers.Add(await CallAsync(IPAddress.Loopback));

        Assert.Equal(["a", "a", "b", "b", "c", "c"], answers.Order());
        Assert.Equal(answers.Take(3), answers.Skip(3));
    }

    [Fact]
    public async Task Connect_OneReplicaIsDown_IsServedByTheOther()
    {
        var down = Ports.Allocate();
        await using var proxy = RoundRobinProxy.Start(port, [down, Replica("b")]);

        var answers = new List<string>();
        for (var call = 0; call < 4; call++)
            answers.Add(await CallAsync(IPAddress.Loopback));

        Assert.Equal(["b", "b", "b", "b"], answers);
        Ports.Release(down);
    }

    [Fact]
    public async Task Connect_AllReplicasDown_WaitsForOneToComeBack()
    {
        var down = Ports.Allocate();
        await using var proxy = RoundRobinProxy.Start(port, [down]);

        var call = CallAsync(IPAddress.Loopback);
        await Eventually.TrueAsync(() => proxy.OpenConnections == 1, "the proxy took the connection");
        Assert.False(call.IsCompleted);
        Replica("late", down);

        Assert.Equal("late", await call);
        Ports.Release(down);
    }

    [Fact]
    public async Task Connect_NoReplicaInTime_ClosesTheConnection()
    {
        var down = Ports.Allocate();
        await using var proxy = RoundRobinProxy.Start(port, [down], patience: TimeSpan.FromMilliseconds(50));

        Assert.Equal("", await CallAsync(IPAddress.Loopback));
        Ports.Release(down);
    }

    [Fact]
    public async Task Connect_OverIPv6_IsServedToo()
    {
        Assert.SkipUnless(Socket.OSSupportsIPv6, "This machine has no IPv6.");
        await using var proxy = RoundRobinProxy.Start(port, [Replica("a")]);

        Assert.Equal("a", await CallAsync(IPAddress.IPv6Loopback));
    }

    [Fact]
    public async Task DisposeAsync_ConnectionOpen_ClosesIt()
    {
        var silent = new TcpListener(IPAddress.Loopback, 0);
        silent.Start();
        replicas.Add(silent);
        var proxy = RoundRobinProxy.Start(port, [PortOf(silent)]);
        using var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, port, Ct);
        using var accepted = await silent.AcceptTcpClientAsync(Ct);

        await proxy.DisposeAsync();

        Assert.Equal(0, proxy.OpenConnections);
        Assert.Equal(0, await client.GetStream().ReadAsync(new byte[1], Ct));
    }

    // Between two accepts the listener is not listening: asking it then is another error than asking it after its end.
    [Fact]
    public async Task DisposeAsync_WhileConnectionsArrive_EndsQuietly()
    {
        var silent = new TcpListener(IPAddress.Loopback, 0);
        silent.Start();
        replicas.Add(silent);
        for (var round = 0; round < 300; round++)
        {
            var proxy = RoundRobinProxy.Start(port, [PortOf(silent)]);
            using var client = new TcpClient();
            await client.ConnectAsync(IPAddress.Loopback, port, Ct);
            await proxy.DisposeAsync();
            Assert.Equal(0, proxy.OpenConnections);
        }
    }

    /// <summary>Says its name once the caller has said all, and closes.</summary>
    private int Replica(string name, int onPort = 0)
    {
        var listener = new TcpListener(IPAddress.Loopback, onPort);
        listener.Start();
        replicas.Add(listener);
        _ = ServeAsync(listener, name);
        return PortOf(listener);
    }

    private static async Task ServeAsync(TcpListener listener, string name)
    {
        try
        {
            while (true)
            {
                using var client = await listener.AcceptTcpClientAsync(Ct);
                var stream = client.GetStream();
                await stream.CopyToAsync(Stream.Null, Ct);
                await stream.WriteAsync(Encoding.ASCII.GetBytes(name), Ct);
            }
        }
        catch (Exception ex) when (ex is SocketException or ObjectDisposedException or IOException)
        {
            // The test is over.
        }
    }

    private async Task<string> CallAsync(IPAddress address)
    {
        using var client = new TcpClient(address.AddressFamily);
        await client.ConnectAsync(address, port, Ct);
        using var reader = new StreamReader(client.GetStream());
        client.Client.Shutdown(SocketShutdown.Send);
        return await reader.ReadToEndAsync(Ct);
    }

    private static int PortOf(TcpListener listener) => ((IPEndPoint)listener.LocalEndpoint).Port;
}
