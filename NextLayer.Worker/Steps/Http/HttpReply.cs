using System.Text;
using System.Text.Json;

namespace NextLayer.Worker.Steps.Http;

/// <summary>An answer read to its end.</summary>
internal sealed record HttpReply(Uri Url, int StatusCode, IReadOnlyDictionary<string, string> Headers, byte[] Bytes, TimeSpan? RetryAfter)
{
    public string? ContentType => Headers.GetValueOrDefault("content-type");

    private string MediaType => (ContentType?.Split(';')[0].Trim() ?? "").ToLowerInvariant();

    private bool IsJson => MediaType is "application/json" || MediaType.EndsWith("+json", StringComparison.Ordinal);

    private bool IsText => MediaType.StartsWith("text/", StringComparison.Ordinal)
        || MediaType is "application/xml" or "application/javascript" or "application/x-www-form-urlencoded" or "application/x-ndjson"
        || MediaType.EndsWith("+xml", StringComparison.Ordinal);

    /// <exception cref="JsonException">JSON was asked for and is not what came.</exception>
    public JsonElement? Body(ResponseType response)
    {
        if (Bytes.Length == 0)
            return null;
        return response switch
        {
            ResponseType.Json => Parse(),
            ResponseType.Text => Text(),
            ResponseType.Base64 => JsonSerializer.SerializeToElement(Convert.ToBase64String(Bytes)),
            _ when IsJson => ParseOrText(),
            _ when IsText || (MediaType.Length == 0 && IsUtf8) => Text(),
            _ => JsonSerializer.SerializeToElement(Convert.ToBase64String(Bytes)),
        };
    }

    private bool IsUtf8 => System.Text.Unicode.Utf8.IsValid(Bytes) && !Bytes.AsSpan().Contains((byte)0);

    // What no message of ours may hold is no JSON here either: it could be reported to nobody.
    private JsonElement Parse()
    {
        using var document = JsonDocument.Parse(WithoutMark(), new JsonDocumentOptions { MaxDepth = 56, AllowDuplicateProperties = false });
        return document.RootElement.Clone();
    }

    private ReadOnlyMemory<byte> WithoutMark() =>
        Bytes.AsSpan().StartsWith(Encoding.UTF8.Preamble) ? Bytes.AsMemory(Encoding.UTF8.Preamble.Length) : Bytes;

    private JsonElement ParseOrText()
    {
        try
        {
            return Parse();
        }
        catch (JsonException)
        {
            return Text();
        }
    }

    private JsonElement Text() => JsonSerializer.SerializeToElement(Charset().GetString(WithoutMark().Span));

    private Encoding Charset()
    {
        var at = ContentType?.IndexOf("charset=", StringComparison.OrdinalIgnoreCase) ?? -1;
        if (at < 0)
            return Encoding.UTF8;
        try
        {
            return Encoding.GetEncoding(ContentType![(at + 8)..].Split(';')[0].Trim(' ', '"')); // at >= 0: it is there.
        }
        catch (ArgumentException)
        {
            return Encoding.UTF8;
        }
    }
}
