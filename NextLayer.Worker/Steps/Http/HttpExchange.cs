using System.Net;
using System.Net.Http.Headers;
using System.Text;
using NextLayer.Worker.Execution;

namespace NextLayer.Worker.Steps.Http;

/// <summary>One request with its redirects, up to an answer read to its end.</summary>
internal sealed class HttpExchange(HttpClient http, HttpRequestConfig config, string idempotencyKey, int epoch, Func<DateTimeOffset> now)
{
    private const int MaxRedirects = 10;

    /// <exception cref="StepFailure">There is no answer, or none that may be read.</exception>
    public async Task<HttpReply> SendAsync(Uri url, CancellationToken ct)
    {
        var hop = new Hop(url, config.Method, WithBody: true, WithCredential: IsSameOrigin(config.Url, url));
        for (var redirects = 0; ; redirects++)
        {
            using var request = Build(hop);
            using var response = await SendOnceAsync(request, hop.Url, ct);
            if (!config.FollowRedirects || Next(hop, response) is not { } next)
                return await ReadAsync(hop.Url, response, ct);
            if (redirects == MaxRedirects)
                throw StepFailure.Of("HTTP_REDIRECT", $"{HttpFailure.Shown(url)} redirects more than {MaxRedirects} times.");
            hop = next;
        }
    }

    private async Task<HttpResponseMessage> SendOnceAsync(HttpRequestMessage request, Uri url, CancellationToken ct)
    {
        try
        {
            return await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, ct);
        }
        catch (Exception ex) when (ex is HttpRequestException or IOException or AddressRefusedException
                                   || (ex is OperationCanceledException && !ct.IsCancellationRequested))
        {
            throw HttpFailure.From(url, ex);
        }
    }

    /// <summary>Where the answer sends the request on, or null; the browsers' rules (RFC 9110, section 15.4).</summary>
    private static Hop? Next(Hop hop, HttpResponseMessage response)
    {
        var status = (int)response.StatusCode;
        if (status is not (301 or 302 or 303 or 307 or 308) || response.Headers.Location is not { } location)
            return null;
        if (!Uri.TryCreate(hop.Url, location, out var url))
            throw StepFailure.Of("HTTP_REDIRECT", $"{HttpFailure.Shown(hop.Url)} redirects to what is no address.");
        if (url.Scheme is not ("http" or "https") || (hop.Url.Scheme == "https" && url.Scheme == "http"))
            throw StepFailure.Of("HTTP_REDIRECT", $"{HttpFailure.Shown(hop.Url)} redirects to {url.Scheme}, which is not followed.");
        var toGet = (status == 303 && hop.Method != HttpMethod.Head) || (status is 301 or 302 && hop.Method == HttpMethod.Post);
        return new Hop(url, toGet ? HttpMethod.Get : hop.Method, hop.WithBody && !toGet, hop.WithCredential && IsSameOrigin(hop.Url, url));
    }

    /// <summary>Credentials never leave the origin they were meant for.</summary>
    public static bool IsSameOrigin(Uri one, Uri other) =>
        Uri.Compare(one, other, UriComponents.SchemeAndServer, UriFormat.SafeUnescaped, StringComparison.OrdinalIgnoreCase) == 0;

    private HttpRequestMessage Build(Hop hop)
    {
        var request = new HttpRequestMessage(hop.Method, hop.Url) { Content = hop.WithBody ? Content() : null };
        if (!config.IsSafe)
        {
            request.Headers.TryAddWithoutValidation("Idempotency-Key", idempotencyKey);
            request.Headers.TryAddWithoutValidation("X-NextLayer-Epoch", epoch.ToString(System.Globalization.CultureInfo.InvariantCulture));
        }

        foreach (var (name, value) in config.Headers)
            AddHeader(request, name, value, hop.WithCredential);
        if (config.Credential is { } credential && hop.WithCredential)
            AddHeader(request, credential.Key, credential.Value, withCredential: true);
        return request;
    }

    private void AddHeader(HttpRequestMessage request, string name, string value, bool withCredential)
    {
        if (!withCredential && IsSecret(name))
            return;
        if (name.Equals("content-type", StringComparison.OrdinalIgnoreCase))
            SetContentType(request, value);
        else if (!name.Equals("content-length", StringComparison.OrdinalIgnoreCase))
        {
            request.Headers.Remove(name); // What the step names replaces what we would send.
            request.Headers.TryAddWithoutValidation(name, value);
        }
    }

    private bool IsSecret(string header) =>
        header.Equals("authorization", StringComparison.OrdinalIgnoreCase)
        || header.Equals("cookie", StringComparison.OrdinalIgnoreCase)
        || SecretValues.IsSecretName(header)
        || config.SecretHeaders.Contains(header);

    private static void SetContentType(HttpRequestMessage request, string value)
    {
        if (request.Content is null)
            return;
        request.Content.Headers.ContentType = MediaTypeHeaderValue.TryParse(value, out var type)
            ? type
            : throw new StepConfigException($"config.headers: '{value}' is no content type.");
    }

    private HttpContent? Content() => (config.BodyType, config.Body) switch
    {
        (BodyType.None, _) => null,
        (BodyType.Json, var body) => new StringContent(body?.GetRawText() ?? "null", Encoding.UTF8, "application/json"),
        (BodyType.Form, _) => new FormUrlEncodedContent(config.Form),
        (_, { ValueKind: System.Text.Json.JsonValueKind.String } text) => new StringContent(text.GetString()!, Encoding.UTF8, "text/plain"), // A string is never null.
        (_, var other) => new StringContent(other?.GetRawText() ?? "", Encoding.UTF8, "text/plain"),
    };

    private async Task<HttpReply> ReadAsync(Uri url, HttpResponseMessage response, CancellationToken ct)
    {
        try
        {
            await using var stream = await response.Content.ReadAsStreamAsync(ct);
            var bytes = await ReadLimitedAsync(stream, url, ct);
            return new HttpReply(url, (int)response.StatusCode, Headers(response), bytes, HttpFailure.RetryAfter(response, now()));
        }
        catch (Exception ex) when (ex is HttpRequestException or IOException)
        {
            throw HttpFailure.From(url, ex);
        }
        catch (InvalidDataException ex)
        {
            throw StepFailure.Of("RESPONSE_INVALID", $"{HttpFailure.Shown(url)} sent a body that cannot be decompressed: {ex.Message}");
        }
    }

    private async Task<byte[]> ReadLimitedAsync(Stream stream, Uri url, CancellationToken ct)
    {
        using var whole = new MemoryStream();
        var buffer = new byte[16 * 1024];
        int read;
        while ((read = await stream.ReadAsync(buffer, ct)) > 0)
        {
            // Counted after decompression: a small bomb must not become a large body.
            if (config.CutsBody && whole.Length + read >= config.MaxBytes)
            {
                whole.Write(buffer, 0, config.MaxBytes - (int)whole.Length);
                break;
            }

            if (whole.Length + read > config.MaxBytes)
                throw StepFailure.Of("RESPONSE_TOO_LARGE", $"{HttpFailure.Shown(url)} sent more than max_bytes ({config.MaxBytes}).");
            whole.Write(buffer, 0, read);
        }

        return whole.ToArray();
    }

    private static Dictionary<string, string> Headers(HttpResponseMessage response) =>
        response.Headers.NonValidated.Concat(response.Content.Headers.NonValidated)
            .GroupBy(h => h.Key.ToLowerInvariant())
            .ToDictionary(g => g.Key, g => string.Join(", ", g.SelectMany(h => h.Value)));

    private sealed record Hop(Uri Url, HttpMethod Method, bool WithBody, bool WithCredential);
}
