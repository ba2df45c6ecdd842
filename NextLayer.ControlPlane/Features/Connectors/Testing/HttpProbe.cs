using System.Globalization;
using System.Net;
using System.Text;
using NextLayer.ServiceDefaults.Network;

namespace NextLayer.ControlPlane.Features.Connectors.Testing;

/// <summary>Tries connectors behind HTTP with one call that reads and changes nothing.</summary>
internal sealed class HttpProbe : IDisposable
{
    private readonly HttpClient http;

    public HttpProbe(GuardedConnector network) => http = new HttpClient(new SocketsHttpHandler
    {
        ConnectCallback = network.ConnectAsync,
        AllowAutoRedirect = false, // The credential is for this address.
        UseCookies = false,
        UseProxy = false, // A proxy would connect for us, to addresses nobody checked.
        PooledConnectionLifetime = TimeSpan.FromMinutes(1),
        ActivityHeadersPropagator = null, // Its span would hold the address, which may be secret.
    })
    {
        Timeout = Timeout.InfiniteTimeSpan, // The tester has its own.
    };

    public Task<ProbeResult> TryAsync(ProbeTarget target, CancellationToken ct) => target.Type switch
    {
        ConnectorTypes.Http => GetAsync(Below(target.Address("base_url", null), target.Text("test_path") ?? "/"), Credential(target), isApi: false, ct),
        ConnectorTypes.OpenAi => GetAsync(Below(target.Address("base_url", "https://api.openai.com/v1"), OpenAiPath(target)), Bearer(target), isApi: true, ct),
        ConnectorTypes.OpenAiCompatible => GetAsync(Below(target.Address("base_url", null), "models"), target.Text("api_key") is null ? null : Bearer(target), isApi: true, ct),
        ConnectorTypes.Anthropic => GetAsync(
            Below(target.Address("base_url", "https://api.anthropic.com"), AnthropicPath(target)), new("x-api-key", target.HeaderValue("api_key")), isApi: true, ct,
            KeyValuePair.Create("anthropic-version", target.Text("version") ?? "2023-06-01")),
        ConnectorTypes.Google => GetAsync(
            Below(target.Address("base_url", "https://generativelanguage.googleapis.com"), "v1beta/models?pageSize=1"), new("x-goog-api-key", target.HeaderValue("api_key")), isApi: true, ct),
        _ => throw new InvalidOperationException($"Connectors of type {target.Type} are not tried over HTTP."),
    };

    /// <summary>Sends a request as it is; for tests that need more than one GET.</summary>
    public Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken ct) =>
        http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, ct);

    // Keys for an organisation's usage are good for nothing else.
    private static string OpenAiPath(ProbeTarget target) =>
        target.Text("api_key")?.StartsWith("sk-admin-", StringComparison.Ordinal) == true ? "organization/projects?limit=1" : "models";

    private static string AnthropicPath(ProbeTarget target) =>
        target.Text("api_key")?.StartsWith("sk-ant-admin", StringComparison.Ordinal) == true ? "v1/organizations/me" : "v1/models?limit=1";

    private static KeyValuePair<string, string> Bearer(ProbeTarget target) => new("Authorization", "Bearer " + target.HeaderValue("api_key"));

    // As http_request steps read it.
    private static KeyValuePair<string, string>? Credential(ProbeTarget target) => Kind(target) switch
    {
        "none" => null,
        "bearer" => new("Authorization", "Bearer " + target.HeaderValue("token")),
        "basic" => new("Authorization", "Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes($"{target.Required("username")}:{target.Text("password")}"))),
        "header" => new(target.Required("header"), target.HeaderValue("value")),
        _ => throw new ProbeConfigException("config.auth must be one of none, basic, bearer, header."),
    };

    private static string Kind(ProbeTarget target) => target.Text("auth")
        ?? (target.Text("token") is not null ? "bearer" : target.Text("username") is not null ? "basic" : target.Text("header") is not null ? "header" : "none");

    private static Uri Below(Uri address, string path) =>
        Uri.TryCreate(new Uri(address.AbsoluteUri.TrimEnd('/') + "/"), path.TrimStart('/'), out var below) && below.Authority == address.Authority
            ? below
            : throw new ProbeConfigException("config.test_path must be a path.");

    private async Task<ProbeResult> GetAsync(
        Uri address, KeyValuePair<string, string>? credential, bool isApi, CancellationToken ct, params KeyValuePair<string, string>[] headers)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, address);
        request.Headers.UserAgent.ParseAdd("NextLayer");
        foreach (var (name, value) in credential is { } given ? [given, .. headers] : headers)
        {
            if (!request.Headers.TryAddWithoutValidation(name, value))
                throw new ProbeConfigException("config.header cannot be sent as a header.");
        }

        using var response = await SendAsync(request, ct);
        return Judge(address, response.StatusCode, credential is not null, isApi);
    }

    private static ProbeResult Judge(Uri address, HttpStatusCode status, bool hasCredential, bool isApi)
    {
        var told = string.Create(CultureInfo.InvariantCulture, $"{address.Authority} answered {(int)status}");
        return (int)status switch
        {
            // 403 may be about this address alone; and Google says 400 of a key it does not know.
            401 or 407 when hasCredential => ProbeResult.Rejected($"{told}: the credential was refused."),
            400 or 403 when isApi => ProbeResult.Rejected($"{told}: the credential was refused."),
            401 or 403 or 407 => ProbeResult.Failed($"{told}: it wants {(hasCredential ? "other rights" : "a credential")}."),
            429 => ProbeResult.Failed($"{told}: it is asked too often."),
            >= 500 => ProbeResult.Failed($"{told}: it cannot serve now."),
            // Its first page need not exist; what a path was named for should.
            >= 300 when isApi => ProbeResult.Failed($"{told}, which is no answer of this API."),
            _ => ProbeResult.Fine($"{told}."),
        };
    }

    public void Dispose() => http.Dispose();
}
