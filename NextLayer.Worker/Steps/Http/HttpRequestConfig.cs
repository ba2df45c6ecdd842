using System.Text.Json;
using NextLayer.Worker.Execution;

namespace NextLayer.Worker.Steps.Http;

internal enum BodyType
{
    None,
    Json,
    Form,
    Text,
}

internal enum ResponseType
{
    Auto,
    Json,
    Text,
    Base64,
}

/// <summary>How further pages are found.</summary>
/// <param name="NextUrl">Path in the answer to the next page's address, or <c>link</c> for the Link header.</param>
/// <param name="Param">Query parameter that counts pages from <paramref name="Start"/>, until one has no items.</param>
/// <param name="ItemsPath">Path in the answer to the list of items; empty when the answer is the list.</param>
internal sealed record PaginateConfig(string? NextUrl, string? Param, int Start, string ItemsPath, int MaxPages)
{
    public static PaginateConfig Read(StepConfig config)
    {
        var paginate = new PaginateConfig(
            config.Text("next_url"),
            config.Text("param"),
            (int)(config.Number("start", 0, int.MaxValue) ?? 1),
            config.Text("items_path") ?? "",
            (int)(config.Number("max_pages", 1, 1000) ?? 10));
        return paginate.NextUrl is null == paginate.Param is null
            ? throw new StepConfigException("config.paginate needs either next_url or param.")
            : paginate;
    }
}

/// <summary>Configuration of an <c>http_request</c> step, read strictly.</summary>
internal sealed record HttpRequestConfig
{
    public const int DefaultMaxBytes = 1024 * 1024;

    private static readonly string[] Methods = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"];

    public required HttpMethod Method { get; init; }
    public required Uri Url { get; init; }
    public required IReadOnlyList<KeyValuePair<string, string>> Headers { get; init; }
    public required BodyType BodyType { get; init; }
    public required JsonElement? Body { get; init; }
    public required IReadOnlyList<KeyValuePair<string, string>> Form { get; init; }

    /// <summary>Names of <see cref="Headers"/> whose value holds a secret; dropped when a redirect leaves the origin.</summary>
    public IReadOnlyList<string> SecretHeaders { get; init; } = [];

    /// <summary>Header and value that prove who asks; dropped when a redirect leaves the origin.</summary>
    public required KeyValuePair<string, string>? Credential { get; init; }

    public required bool FollowRedirects { get; init; }
    public required SuccessCodes SuccessCodes { get; init; }
    public required ResponseType Response { get; init; }
    public required int MaxBytes { get; init; }
    public required PaginateConfig? Paginate { get; init; }

    /// <summary>True where an answer beyond <see cref="MaxBytes"/> is cut off there rather than refused.</summary>
    public bool CutsBody { get; init; }

    /// <summary>GET, HEAD and OPTIONS change nothing and need no key against doing it twice.</summary>
    public bool IsSafe => Method == HttpMethod.Get || Method == HttpMethod.Head || Method == HttpMethod.Options;

    /// <summary>One POST of JSON, as a step type makes it that is no general HTTP client.</summary>
    public static HttpRequestConfig Post(Uri url, JsonElement body, IEnumerable<KeyValuePair<string, string>> headers, int maxBytes = DefaultMaxBytes) => new()
    {
        Method = HttpMethod.Post,
        Url = url,
        Headers = [.. headers],
        BodyType = BodyType.Json,
        Body = body,
        Form = [],
        Credential = null,
        FollowRedirects = false,
        SuccessCodes = SuccessCodes.Read(null),
        Response = ResponseType.Auto,
        MaxBytes = maxBytes,
        Paginate = null,
    };

    public static HttpRequestConfig Read(JsonElement json, HttpConnector? connector, SecretValues secrets)
    {
        var config = new StepConfig(json);
        var bodyType = ReadBodyType(config);
        var headers = ReadHeaders(config).ToList();
        var credential = connector?.Credential ?? HttpCredential.OfStep(config, secrets);
        return new HttpRequestConfig
        {
            Method = ReadMethod(config),
            Url = WithQuery(connector?.Resolve(config.RequiredText("url")) ?? ReadUrl(config.RequiredText("url")), config.Pairs("query")),
            Headers = headers,
            SecretHeaders = [.. headers.Where(header => secrets.Redact(header.Value) != header.Value).Select(header => header.Key)],
            BodyType = bodyType,
            Body = config.Find("body"),
            Form = bodyType == BodyType.Form ? [.. config.Pairs("body")] : [],
            Credential = credential,
            FollowRedirects = config.Flag("follow_redirects", true),
            SuccessCodes = SuccessCodes.Read(config.Find("success_codes")),
            Response = config.Choice("response", ResponseType.Auto),
            MaxBytes = (int)(config.Number("max_bytes", 1, 100 * 1024 * 1024) ?? DefaultMaxBytes),
            Paginate = config.Object("paginate") is { } paginate ? PaginateConfig.Read(paginate) : null,
        };
    }

    public static Uri ReadUrl(string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out var url) && url.Scheme is "http" or "https"
            ? url.UserInfo.Length == 0 ? url : throw new StepConfigException("config.url must hold no user name; use config.auth.")
            : throw new StepConfigException($"config.url must be an http or https address, not '{text}'.");

    public static Uri WithQuery(Uri url, IEnumerable<KeyValuePair<string, string>> pairs)
    {
        var query = string.Join('&', pairs.Select(p => $"{Uri.EscapeDataString(p.Key)}={Uri.EscapeDataString(p.Value)}"));
        if (query.Length == 0)
            return url;
        var before = url.Query.TrimStart('?');
        return new UriBuilder(url) { Query = before.Length == 0 ? query : $"{before}&{query}" }.Uri;
    }

    private static HttpMethod ReadMethod(StepConfig config)
    {
        var method = (config.Text("method") ?? "GET").ToUpperInvariant();
        return Methods.Contains(method) ? HttpMethod.Parse(method) : throw config.Wrong("method", "one of " + string.Join(", ", Methods));
    }

    private static BodyType ReadBodyType(StepConfig config) => config.Find("body_type") is not null
        ? config.Choice("body_type", BodyType.None)
        : config.Find("body")?.ValueKind switch
        {
            null => BodyType.None,
            JsonValueKind.String => BodyType.Text,
            _ => BodyType.Json,
        };

    public static IEnumerable<KeyValuePair<string, string>> ReadHeaders(StepConfig config) => config.Pairs("headers").Select(CheckHeader);

    private static KeyValuePair<string, string> CheckHeader(KeyValuePair<string, string> header) =>
        header.Key.Length > 0 && header.Key.All(c => c is > ' ' and < (char)127 and not ':') && !header.Value.AsSpan().ContainsAny('\r', '\n', '\0')
            ? header
            : throw new StepConfigException($"config.headers holds '{header.Key}', which cannot be sent as a header.");
}
