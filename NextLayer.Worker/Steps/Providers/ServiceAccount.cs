using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using NextLayer.Worker.Connectors;
using NextLayer.Worker.Execution;
using NextLayer.Worker.Steps.Http;

namespace NextLayer.Worker.Steps.Providers;

/// <summary>A Google service account: proves itself with a signed token and is given one for an hour (RFC 7523).</summary>
internal sealed class ServiceAccount
{
    private const string Scope = "https://www.googleapis.com/auth/bigquery.readonly";
    private const int LifetimeSeconds = 3600;

    private readonly string email;
    private readonly string privateKey;
    private readonly string? keyId;
    private readonly Uri tokenAddress;

    private ServiceAccount(JsonElement json, string? tokenUrl)
    {
        var account = new StepConfig(json, "connector.service_account");
        email = account.RequiredText("client_email");
        privateKey = account.RequiredText("private_key");
        keyId = account.Text("private_key_id");
        ProjectId = account.Text("project_id");
        tokenAddress = HttpRequestConfig.ReadUrl(tokenUrl ?? account.Text("token_uri") ?? "https://oauth2.googleapis.com/token");
    }

    public string? ProjectId { get; }

    /// <summary>From the connector's <c>service_account</c>: Google's key file, as an object or as its text.</summary>
    public static ServiceAccount Read(StepContext context, Connector connector)
    {
        try
        {
            var json = connector.Config.Find("service_account") switch
            {
                { ValueKind: JsonValueKind.Object } file => file,
                { ValueKind: JsonValueKind.String } text => JsonElement.Parse(text.GetString()!), // A string is never null.
                _ => throw new StepConfigException($"The connector of type '{connector.Type}' has no service_account."),
            };
            context.Secrets.AddFrom(json);
            return new ServiceAccount(json, connector.Config.Text("token_url"));
        }
        catch (JsonException)
        {
            throw new StepConfigException("The connector's service_account must be Google's key file, which is JSON.");
        }
    }

    /// <summary>A bearer token, kept out of all that the attempt leaves.</summary>
    public async Task<string> SignInAsync(StepContext context, ProviderHttp http, CancellationToken ct)
    {
        KeyValuePair<string, string>[] form =
        [
            new("grant_type", "urn:ietf:params:oauth:grant-type:jwt-bearer"),
            new("assertion", Assertion(context.Now)),
        ];
        var token = (await http.PostFormAsync(context, tokenAddress, form, ct)).Text("access_token")
            ?? throw ProviderJson.Unexpected("access_token", "a text");
        context.Secrets.Add(token);
        return token;
    }

    private string Assertion(DateTimeOffset now)
    {
        var header = new Dictionary<string, string> { ["alg"] = "RS256", ["typ"] = "JWT" };
        if (keyId is not null)
            header["kid"] = keyId;
        var claims = new Dictionary<string, object>
        {
            ["iss"] = email,
            ["scope"] = Scope,
            ["aud"] = tokenAddress.OriginalString,
            ["iat"] = now.ToUnixTimeSeconds(),
            ["exp"] = now.ToUnixTimeSeconds() + LifetimeSeconds,
        };
        var signed = $"{Encode(JsonSerializer.SerializeToUtf8Bytes(header))}.{Encode(JsonSerializer.SerializeToUtf8Bytes(claims))}";
        using var key = RSA.Create();
        try
        {
            key.ImportFromPem(privateKey);
            return $"{signed}.{Encode(key.SignData(Encoding.ASCII.GetBytes(signed), HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1))}";
        }
        catch (Exception ex) when (ex is ArgumentException or CryptographicException)
        {
            throw new StepConfigException("The service_account's private_key is no RSA key in PEM form.");
        }
    }

    private static string Encode(byte[] bytes) => Base64Url.EncodeToString(bytes);
}
