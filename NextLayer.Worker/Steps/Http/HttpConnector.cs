using NextLayer.Worker.Connectors;
using NextLayer.Worker.Execution;

namespace NextLayer.Worker.Steps.Http;

/// <summary>
/// A connector of type <c>http</c>: who asks, and where. With a <c>base_url</c> its credential goes nowhere else.
/// </summary>
internal sealed record HttpConnector(Uri? BaseUrl, KeyValuePair<string, string>? Credential)
{
    private static readonly string[] Types = ["http"];

    /// <summary>Null where the step uses none.</summary>
    public static async Task<HttpConnector?> FindAsync(StepContext context, ConnectorSource connectors, CancellationToken ct)
    {
        var step = new StepConfig(context.Config);
        var auth = step.Text("auth");
        if (auth != "connector" && string.IsNullOrEmpty(step.Text("connector")))
            return null;
        var found = await connectors.GetAsync(context, Types, ct);
        var connector = found.Config;
        var address = connector.Text("base_url") is { Length: > 0 } text ? ReadBase(text) : null;
        // Without it, who writes a workflow could send the secret to themselves.
        if (address is null && found.Secrets.Count > 0)
            throw new StepConfigException("connector.config.base_url is required: the connector's secret goes nowhere else.");
        // A step that brings its own credential takes only the address from the connector.
        var credential = auth is null or "connector" ? HttpCredential.OfConnector(connector, context.Secrets) : null;
        return new HttpConnector(address, credential);
    }

    private static Uri ReadBase(string address) =>
        Uri.TryCreate(address.TrimEnd('/') + "/", UriKind.Absolute, out var url) && url.Scheme is "http" or "https" && url.UserInfo.Length == 0
            ? url
            : throw new StepConfigException("connector.config.base_url must be an http or https address.");

    /// <summary>The step's address, which may be relative to the connector's.</summary>
    public Uri Resolve(string text)
    {
        if (BaseUrl is null)
            return HttpRequestConfig.ReadUrl(text);
        if (text.StartsWith('/') && !text.StartsWith("//", StringComparison.Ordinal))
            text = text[1..];
        if (!Uri.TryCreate(BaseUrl, text, out var url) || !IsBelow(url))
            throw new StepConfigException($"config.url must be below the connector's base_url {HttpFailure.Shown(BaseUrl)}.");
        return HttpRequestConfig.ReadUrl(url.AbsoluteUri);
    }

    private bool IsBelow(Uri url) =>
        HttpExchange.IsSameOrigin(BaseUrl!, url) // Only asked where there is one.
        && url.AbsolutePath.StartsWith(BaseUrl!.AbsolutePath, StringComparison.Ordinal);
}
