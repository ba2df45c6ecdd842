using System.Net;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace NextLayer.Worker.Execution;

/// <summary>The ways a secret is spelled once it went through an address, a header, a page or another's JSON.</summary>
internal static class SecretForms
{
    /// <summary>Lines of a key file that are worth hiding by themselves; shorter ones are its frame.</summary>
    private const int ShortestLine = 16;

    /// <summary>Of Base64: fewer characters stand in other texts by chance.</summary>
    private const int ShortestBase64 = 6;

    public static IEnumerable<string> Of(string value)
    {
        foreach (var part in Parts(value).Prepend(value).Distinct(StringComparer.Ordinal))
        {
            yield return part;
            yield return Uri.EscapeDataString(part);
            yield return LowerEscapes(Uri.EscapeDataString(part));
            yield return WebUtility.UrlEncode(part);
            yield return LowerEscapes(WebUtility.UrlEncode(part));
            yield return WebUtility.HtmlEncode(part);
            yield return JsonEncodedText.Encode(part).ToString();
            yield return JsonEncodedText.Encode(part, JavaScriptEncoder.UnsafeRelaxedJsonEscaping).ToString();
            var bytes = Encoding.UTF8.GetBytes(part);
            yield return Convert.ToHexString(bytes);
            yield return Convert.ToHexStringLower(bytes);
            foreach (var base64 in Base64(bytes))
                yield return base64;
        }
    }

    /// <summary>The secrets within one: lines of a key, texts of a service account.</summary>
    private static IEnumerable<string> Parts(string value)
    {
        if (value.TrimStart().StartsWith('{'))
            return Texts(value).SelectMany(text => Parts(text).Prepend(text));
        return value.Contains('\n', StringComparison.Ordinal)
            ? value.Split('\n', StringSplitOptions.TrimEntries).Where(line => line.Length >= ShortestLine && !line.StartsWith("-----", StringComparison.Ordinal))
            : [];
    }

    private static IEnumerable<string> Texts(string json)
    {
        try
        {
            return [.. JsonElement.Parse(json).EnumerateObject()
                .Where(member => member.Value.ValueKind == JsonValueKind.String && SecretValues.IsSecretName(member.Name))
                .Select(member => member.Value.GetString()!) // A string is never null.
                .Where(text => text.Length >= ShortestLine)];
        }
        catch (JsonException)
        {
            return [];
        }
    }

    private static string LowerEscapes(string escaped)
    {
        var text = escaped.ToCharArray();
        for (var at = 0; at + 2 < text.Length; at++)
        {
            if (text[at] == '%')
                (text[at + 1], text[at + 2]) = (char.ToLowerInvariant(text[at + 1]), char.ToLowerInvariant(text[at + 2]));
        }

        return new string(text);
    }

    /// <summary>
    /// The characters of Base64 that the secret alone decides, for each of the three ways it can lie in a longer text, as
    /// within <c>user:password</c>; in both alphabets.
    /// </summary>
    private static IEnumerable<string> Base64(byte[] bytes)
    {
        for (var before = 0; before < 3; before++)
        {
            var text = Convert.ToBase64String([.. new byte[before], .. bytes]);
            var first = ((before * 8) + 5) / 6;
            var own = text[first..((before + bytes.Length) * 8 / 6)];
            if (own.Length < ShortestBase64)
                continue;
            yield return own;
            yield return own.Replace('+', '-').Replace('/', '_');
        }
    }
}
