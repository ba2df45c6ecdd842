using System.Net;
using System.Net.Sockets;

namespace NextLayer.ServiceDefaults.Network;

/// <summary>An address was refused; the message says which and how to allow it.</summary>
internal sealed class AddressRefusedException(string message) : Exception(message);

/// <summary>
/// Opens the connections of steps and of connector tests. It looks at the address that is really connected to, once for each connection, so
/// neither a redirect nor a name that resolves differently the second time gets past it.
/// </summary>
internal sealed class GuardedConnector(AllowedHosts allowed, Func<string, CancellationToken, Task<IPAddress[]>>? resolve = null)
{
    private readonly Func<string, CancellationToken, Task<IPAddress[]>> resolve = resolve ?? Dns.GetHostAddressesAsync;

    public async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken ct) =>
        await ConnectAsync(context.DnsEndPoint.Host, context.DnsEndPoint.Port, ct);

    public async Task<NetworkStream> ConnectAsync(string host, int port, CancellationToken ct)
    {
        var addresses = await PermittedAsync(host, port, ct);
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(addresses, port, ct);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>The addresses of a host that may be reached.</summary>
    /// <exception cref="AddressRefusedException">None may.</exception>
    public async Task<IPAddress[]> PermittedAsync(string host, int port, CancellationToken ct)
    {
        var all = IPAddress.TryParse(host, out var literal) ? [literal] : await resolve(host, ct);
        if (allowed.AllowsName(host, port))
            return all;
        var permitted = all.Where(a => AddressGuard.IsPublic(a) || allowed.AllowsAddress(a)).ToArray();
        if (permitted.Length > 0 || all.Length == 0)
            return permitted;
        throw new AddressRefusedException(
            $"{host} is at {all[0]}, which is not a public address. "
            + $"An operator can allow it with {AllowedHosts.Key}={host} or a network such as {all[0]}/32.");
    }
}
