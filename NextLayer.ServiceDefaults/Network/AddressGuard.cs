using System.Net;
using System.Net.Sockets;

namespace NextLayer.ServiceDefaults.Network;

/// <summary>
/// Tells addresses of the public internet from those a pipeline must not reach by itself: this machine, the networks
/// behind it, and the metadata services of clouds.
/// </summary>
internal static class AddressGuard
{
    // RFC 6890 and its registry of special-purpose addresses.
    private static readonly IPNetwork[] Special4 = [.. new[]
    {
        "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24",
        "192.0.2.0/24", "192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24",
        "224.0.0.0/4", "240.0.0.0/4",
        "168.63.129.16/32", // Azure's wire server: a public address with private answers.
    }.Select(IPNetwork.Parse)];

    private static readonly IPNetwork GlobalUnicast6 = IPNetwork.Parse("2000::/3");
    private static readonly IPNetwork Nat64 = IPNetwork.Parse("64:ff9b::/96");

    // Teredo and 6to4 carry an IPv4 address that would be reached in the end; nobody needs them any more.
    private static readonly IPNetwork[] Special6 =
        [.. new[] { "2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20" }.Select(IPNetwork.Parse)];

    public static bool IsPublic(IPAddress address)
    {
        if (address.IsIPv4MappedToIPv6)
            address = address.MapToIPv4();
        if (address.AddressFamily == AddressFamily.InterNetwork)
            return !Special4.Any(n => n.Contains(address));
        if (Nat64.Contains(address))
            return IsPublic(new IPAddress(address.GetAddressBytes().AsSpan(12)));
        return GlobalUnicast6.Contains(address) && !Special6.Any(n => n.Contains(address));
    }
}
