using System.Buffers;
using System.Net.Sockets;

namespace NextLayer.AppHost.Embedded.Proxy;

/// <summary>Copies bytes between two sockets until both sides have said all they had to say.</summary>
internal static class SocketPair
{
    private const int BufferBytes = 64 * 1024;

    public static async Task ForwardAsync(Socket left, Socket right, CancellationToken ct)
    {
        left.NoDelay = true;
        using var broken = CancellationTokenSource.CreateLinkedTokenSource(ct);
        await Task.WhenAll(CopyAsync(left, right, broken), CopyAsync(right, left, broken));
    }

    /// <summary>A side that ends properly closes its half alone; one that breaks takes the other down.</summary>
    private static async Task CopyAsync(Socket from, Socket to, CancellationTokenSource broken)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(BufferBytes);
        try
        {
            int read;
            while ((read = await from.ReceiveAsync(buffer.AsMemory(), broken.Token)) > 0)
            {
                for (var sent = 0; sent < read;)
                    sent += await to.SendAsync(buffer.AsMemory(sent, read - sent), broken.Token);
            }

            to.Shutdown(SocketShutdown.Send);
        }
        catch
        {
            await broken.CancelAsync();
            throw;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}
