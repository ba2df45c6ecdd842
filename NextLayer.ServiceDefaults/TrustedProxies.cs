using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.HttpOverrides;
using Microsoft.Extensions.DependencyInjection;
using IPNetwork = System.Net.IPNetwork;

namespace NextLayer.ServiceDefaults;

/// <summary>
/// Setting <c>TRUSTED_PROXIES</c>: addresses and networks, comma-separated, of the proxies before this server. What they say in
/// <c>X-Forwarded-For</c> and <c>X-Forwarded-Proto</c> is believed, of others it is not.
/// </summary>
internal static class TrustedProxies
{
    public const string Key = "TRUSTED_PROXIES";

    /// <exception cref="InvalidOperationException">An entry is neither an address nor a network.</exception>
    public static void AddTrustedProxies(this WebApplicationBuilder builder)
    {
        var entries = (builder.Configuration[Key] ?? "").Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        if (entries.Length == 0)
            return;
        var networks = entries.Select(Read).ToList();
        builder.Services.Configure<ForwardedHeadersOptions>(options =>
        {
            options.ForwardedHeaders = ForwardedHeaders.XForwardedFor | ForwardedHeaders.XForwardedProto;
            options.ForwardLimit = null; // As many as are trusted, from the last one on.
            options.KnownProxies.Clear();
            options.KnownIPNetworks.Clear();
            foreach (var network in networks)
                options.KnownIPNetworks.Add(network);
        });
    }

    /// <summary>Before anything looks at who asks and how; does nothing where no proxy is trusted.</summary>
    public static void UseTrustedProxies(this WebApplication app)
    {
        if (!string.IsNullOrWhiteSpace(app.Configuration[Key]))
            app.UseForwardedHeaders();
    }

    private static IPNetwork Read(string entry) =>
        IPNetwork.TryParse(entry, out var network) ? network
        : IPAddress.TryParse(entry, out var address) ? new IPNetwork(address, address.GetAddressBytes().Length * 8)
        : throw new InvalidOperationException($"{Key} holds '{entry}', which is neither an address nor a network such as 10.0.0.0/8.");
}
