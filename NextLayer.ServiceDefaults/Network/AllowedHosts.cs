using System.Net;
using Microsoft.Extensions.Configuration;

namespace NextLayer.ServiceDefaults.Network;

/// <summary>
/// Hosts and networks that steps, and tests of connectors, may reach although they are not public, from setting <c>HttpRequest:AllowedHosts</c>
/// (a list, or one text with commas): <c>intranet.example</c>, <c>*.internal.example</c>, <c>localhost:8080</c>,
/// <c>http://localhost:8080</c>, <c>10.1.2.3</c>, <c>10.0.0.0/8</c>.
/// </summary>
internal sealed class AllowedHosts
{
    public const string Key = "HttpRequest:AllowedHosts";

    private readonly List<(string Name, bool Below, int? Port)> names = [];
    private readonly List<IPNetwork> networks = [];

    public AllowedHosts(IEnumerable<string> entries)
    {
        foreach (var entry in entries)
            Add(entry.Trim());
    }

    public static AllowedHosts From(IConfiguration configuration)
    {
        var section = configuration.GetSection(Key);
        var listed = section.GetChildren().Select(c => c.Value).Append(section.Value).OfType<string>();
        return new AllowedHosts(listed.SelectMany(v => v.Split(',', StringSplitOptions.RemoveEmptyEntries)));
    }

    private void Add(string entry)
    {
        if (entry.Length == 0)
            return;
        if (Uri.TryCreate(entry, UriKind.Absolute, out var address) && address.Scheme is "http" or "https")
            names.Add((address.Host.Trim('[', ']'), Below: false, address.Port));
        else if (IPNetwork.TryParse(entry, out var network))
            networks.Add(network);
        else if (!entry.StartsWith('[') && IPAddress.TryParse(entry, out var ip)) // It would take no notice of a port behind brackets.
            networks.Add(new IPNetwork(ip, ip.GetAddressBytes().Length * 8));
        else
            AddName(entry);
    }

    private void AddName(string entry)
    {
        var colon = entry.EndsWith(']') ? -1 : entry.LastIndexOf(':');
        int? port = null;
        if (colon > 0)
            port = int.TryParse(entry.AsSpan(colon + 1), out var number) ? number : throw Unusable(entry);
        var name = colon > 0 ? entry[..colon] : entry;
        var below = name.StartsWith("*.", StringComparison.Ordinal);
        if (below)
            name = name[2..];
        if (Uri.CheckHostName(name) == UriHostNameType.Unknown)
            throw Unusable(entry);
        names.Add((name.Trim('[', ']'), below, port));
    }

    private static FormatException Unusable(string entry) =>
        new($"{Key} holds '{entry}', which is no host name, host:port, address or network such as 10.0.0.0/8.");

    public bool AllowsName(string host, int port) => names.Any(n =>
        (n.Port is null || n.Port == port)
        && (n.Below
            ? host.Length > n.Name.Length && host.EndsWith("." + n.Name, StringComparison.OrdinalIgnoreCase)
            : string.Equals(host.Trim('[', ']'), n.Name, StringComparison.OrdinalIgnoreCase)));

    public bool AllowsAddress(IPAddress address)
    {
        var plain = address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
        return networks.Any(n => n.Contains(plain));
    }
}
