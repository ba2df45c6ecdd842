using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;

namespace NextLayer.ControlPlane.Features.Connectors.Testing;

/// <summary>A connector to be tried: its settings, with its secrets before members of the same name.</summary>
internal sealed class ProbeTarget(string type, JsonElement config, IReadOnlyDictionary<string, string> secrets)
{
    public string Type => type;

    public string? Text(string name) =>
        secrets.TryGetValue(name, out var secret) ? secret
        : !config.TryGetProperty(name, out var value) ? null
        : value.ValueKind switch
        {
            JsonValueKind.String => value.GetString(),
            JsonValueKind.Number => value.GetRawText(),
            _ => null,
        };

    public string Required(string name) =>
        Text(name) is { Length: > 0 } text ? text : throw new ProbeConfigException($"{name} is missing.");

    public int Port(int otherwise) =>
        Text("port") is not { } text ? otherwise
        : int.TryParse(text, out var port) && port is > 0 and < 65536 ? port
        : throw new ProbeConfigException("config.port must be a number from 1 to 65535.");

    /// <param name="otherwise">Where the settings name none.</param>
    public Uri Address(string name, string? otherwise) =>
        Uri.TryCreate(Text(name) is { Length: > 0 } text ? text : otherwise, UriKind.Absolute, out var address)
        && address.Scheme is "http" or "https" && address.UserInfo.Length == 0
            ? address
            : throw new ProbeConfigException($"config.{name} must be an http or https address.");

    /// <summary>A credential that goes into a header.</summary>
    public string HeaderValue(string name) =>
        Required(name) is var value && !value.Any(char.IsControl) ? value : throw new ProbeConfigException($"{name} must be one line.");

    /// <summary>Authorities to trust instead of the machine's; null for the machine's.</summary>
    public X509Certificate2Collection? Authorities()
    {
        if (Text("ca_certificate") is not { Length: > 0 } pem)
            return null;
        try
        {
            var certificates = new X509Certificate2Collection();
            certificates.ImportFromPem(pem);
            return certificates;
        }
        catch (CryptographicException)
        {
            throw new ProbeConfigException("config.ca_certificate must be a certificate in PEM.");
        }
    }
}
