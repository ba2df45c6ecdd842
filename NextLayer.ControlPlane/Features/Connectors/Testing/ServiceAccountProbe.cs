using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace NextLayer.ControlPlane.Features.Connectors.Testing;

/// <summary>Tries a Google service account: whether a token is given for it (RFC 7523).</summary>
internal sealed class ServiceAccountProbe(HttpProbe http, TimeProvider time)
{
    private const string Scope = "https://www.googleapis.com/auth/bigquery.readonly";

    public async Task<ProbeResult> TryAsync(ProbeTarget target, CancellationToken ct)
    {
        var (email, key, tokenUri) = Read(target.Required(ConnectorTypes.ServiceAccount));
        var address = target.Address("token_url", tokenUri ?? "https://oauth2.googleapis.com/token");
        using var request = new HttpRequestMessage(HttpMethod.Post, address)
        {
            Content = new FormUrlEncodedContent(
            [
                new("grant_type", "urn:ietf:params:oauth:grant-type:jwt-bearer"),
                new("assertion", Assertion(email, key, address.AbsoluteUri)),
            ]),
        };
        using var response = await http.SendAsync(request, ct);
        var told = $"{address.Authority} answered {(int)response.StatusCode}";
        return response.StatusCode switch
        {
            HttpStatusCode.OK => ProbeResult.Fine($"{told} with a token for {email}."),
            HttpStatusCode.BadRequest or HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden => ProbeResult.Rejected($"{told}: the service account {email} was refused."),
            _ => ProbeResult.Failed($"{told}, and gave no token."),
        };
    }

    private static (string Email, string Key, string? TokenUri) Read(string json)
    {
        try
        {
            var account = JsonElement.Parse(json);
            return (account.GetProperty("client_email").GetString()!, account.GetProperty("private_key").GetString()!, // Checked where they are used.
                account.TryGetProperty("token_uri", out var uri) ? uri.GetString() : null);
        }
        catch (Exception ex) when (ex is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            throw new ProbeConfigException("service_account must be the JSON of a service account's key, with client_email and private_key.");
        }
    }

    private string Assertion(string email, string key, string audience)
    {
        var now = time.GetUtcNow().ToUnixTimeSeconds();
        var head = Part(JsonSerializer.SerializeToUtf8Bytes(new { alg = "RS256", typ = "JWT" }));
        var body = Part(JsonSerializer.SerializeToUtf8Bytes(new { iss = email, scope = Scope, aud = audience, iat = now, exp = now + 300 }));
        try
        {
            using var rsa = RSA.Create();
            rsa.ImportFromPem(key);
            return $"{head}.{body}.{Part(rsa.SignData(Encoding.ASCII.GetBytes($"{head}.{body}"), HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1))}";
        }
        catch (Exception ex) when (ex is CryptographicException or ArgumentException)
        {
            throw new ProbeConfigException("service_account.private_key is no RSA key in PEM.");
        }
    }

    private static string Part(byte[] bytes) => System.Buffers.Text.Base64Url.EncodeToString(bytes);
}
