using Microsoft.Extensions.Configuration;

namespace NextLayer.ServiceDefaults;

/// <summary>
/// Where another service listens, from the settings that the AppHost gives to whoever refers to it:
/// <c>services:{name}:{scheme}:{index}</c>, as an environment variable <c>services__control-plane__http__0</c>.
/// </summary>
public static class ServiceAddresses
{
    /// <summary>
    /// All addresses of a service, those with <c>https</c> first, each scheme by index; empty when none is set.
    /// </summary>
    /// <exception cref="InvalidOperationException">A value is no absolute http address; the message names the key.</exception>
    public static IReadOnlyList<Uri> Resolve(IConfiguration configuration, string service)
    {
        var section = configuration.GetSection($"services:{service}");
        return [.. Read(section.GetSection("https")), .. Read(section.GetSection("http"))];
    }

    private static IEnumerable<Uri> Read(IConfigurationSection scheme) =>
        from entry in scheme.GetChildren()
        where !string.IsNullOrWhiteSpace(entry.Value)
        orderby int.TryParse(entry.Key, out var index) ? index : int.MaxValue, entry.Key
        select Parse(entry);

    private static Uri Parse(IConfigurationSection entry) =>
        Uri.TryCreate(entry.Value, UriKind.Absolute, out var address)
        && (address.Scheme == Uri.UriSchemeHttp || address.Scheme == Uri.UriSchemeHttps)
            ? address
            : throw new InvalidOperationException(
                $"{entry.Path} is '{entry.Value}', which is no address. Give it as http://host:port.");
}
