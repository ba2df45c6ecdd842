using System.Buffers.Text;
using System.Text.Json;

namespace NextLayer.ControlPlane.Platform.Access.Tokens;

/// <summary>What a token says of its own signature. Nothing of it is believed: it only picks among what is configured.</summary>
internal sealed record TokenHeader(string Algorithm, string? KeyId)
{
    private const int MaxLength = 8 * 1024;

    // Each would have the token bring, or point to, the key that proves it; or asks for rules we do not know.
    private static readonly string[] Refused = ["jwk", "jku", "x5c", "x5u", "x5t", "crit", "enc", "zip", "b64"];

    private static readonly JsonDocumentOptions Strict = new() { AllowDuplicateProperties = false, MaxDepth = 4 };

    /// <returns>Null for anything but a signed three-part token with a plain header.</returns>
    public static TokenHeader? Read(string token)
    {
        if (token.Length > MaxLength || token.Split('.') is not [{ Length: > 0 } header, { Length: > 0 }, { Length: > 0 }])
            return null;
        try
        {
            using var json = JsonDocument.Parse(Base64Url.DecodeFromChars(header), Strict);
            return Read(json.RootElement);
        }
        // The last one is of a text that is no Unicode.
        catch (Exception ex) when (ex is JsonException or FormatException or InvalidOperationException)
        {
            return null;
        }
    }

    private static TokenHeader? Read(JsonElement header)
    {
        if (header.ValueKind != JsonValueKind.Object || Refused.Any(name => header.TryGetProperty(name, out _)))
            return null;
        if (Text(header, "typ") is { } type && !type.Equals("JWT", StringComparison.OrdinalIgnoreCase) && !type.Equals("at+jwt", StringComparison.OrdinalIgnoreCase))
            return null;
        return Text(header, "alg") is { } algorithm ? new TokenHeader(algorithm, Text(header, "kid")) : null;
    }

    private static string? Text(JsonElement header, string name) =>
        header.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}
