using System.Net;
using System.Net.Sockets;
using NextLayer.AppHost.Embedded.Processes;

namespace NextLayer.Tests.AppHost;

public sealed class PortsTests
{
    [Fact]
    public void AllocateFrom_WantedIsTaken_GivesTheNextFreeOne()
    {
        using var listener = Listen();
        var taken = ((IPEndPoint)listener.LocalEndpoint).Port;

        var port = Ports.AllocateFrom(taken);

        Assert.InRange(port, taken + 1, taken + 200);
        Assert.True(Ports.IsFree(port));
        Ports.Release(port);
    }

    [Fact]
    public void TryTake_GivenToSomebodyElse_IsRefusedUntilReleased()
    {
        var port = Ports.Allocate();

        Assert.False(Ports.TryTake(port));
        Ports.Release(port);
        Assert.True(Ports.TryTake(port));

        Ports.Release(port);
    }

    [Fact]
    public void Allocate_ManyTimesSideBySide_NeverGivesTheSamePortTwice()
    {
        var ports = Enumerable.Range(0, 50).AsParallel().Select(_ => Ports.Allocate()).ToList();

        Assert.Equal(50, ports.Distinct().Count());
        ports.ForEach(Ports.Release);
    }

    private static TcpListener Listen()
    {
        var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return listener;
    }
}
