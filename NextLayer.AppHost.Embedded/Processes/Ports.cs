using System.Net;
using System.Net.Sockets;

namespace NextLayer.AppHost.Embedded.Processes;

/// <summary>
/// Free loopback ports. They come from below the range the kernel hands to outgoing connections
/// (32768 and up on Linux), so that a server that restarts finds its port still free.
/// </summary>
internal static class Ports
{
    private const int First = 20_000;
    private const int Count = 10_000;

    // Two callers at once would find the same port free before either has bound it.
    private static readonly HashSet<int> Given = [];
    private static readonly Lock Gate = new();

    /// <summary>Any free port that nobody else in this process was given and has not released.</summary>
    public static int Allocate() => Search(First + Random.Shared.Next(Count), step => First + (step % Count), Count);

    /// <summary>The wanted port, or the next free one above it.</summary>
    public static int AllocateFrom(int wanted) => Search(wanted, port => port, 200);

    /// <summary>Takes one certain port, if it is free.</summary>
    public static bool TryTake(int port)
    {
        lock (Gate)
            return !Given.Contains(port) && IsFree(port) && Given.Add(port);
    }

    /// <summary>The server on it has stopped for good.</summary>
    public static void Release(int port)
    {
        lock (Gate)
            Given.Remove(port);
    }

    /// <summary>Whether both loopback addresses would take a listener on the port now.</summary>
    public static bool IsFree(int port) =>
        CanListen(IPAddress.Loopback, port) && (!Socket.OSSupportsIPv6 || CanListen(IPAddress.IPv6Loopback, port));

    private static int Search(int start, Func<int, int> portOf, int tries)
    {
        for (var step = start; step < start + tries; step++)
        {
            if (portOf(step) is > 0 and < 65_536 and var port && TryTake(port))
                return port;
        }

        throw new ServerException($"No free port was found on the loopback address (looked at {tries}).");
    }

    private static bool CanListen(IPAddress address, int port)
    {
        using var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            socket.Bind(new IPEndPoint(address, port));
            socket.Listen(1);
            return true;
        }
        catch (SocketException ex) when (ex.SocketErrorCode == SocketError.AddressNotAvailable)
        {
            return true; // This address family is off on this machine.
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
