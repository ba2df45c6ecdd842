using System.Globalization;
using System.Net;

namespace NextLayer.Workflows.Schemas;

/// <summary>The values of <c>format</c> that are checked; any other is a remark and checks nothing.</summary>
internal static class SchemaFormats
{
    /// <returns>What the text should have been, or null when it is.</returns>
    public static string? Check(string format, string text) => format switch
    {
        "date-time" when !IsTime(text, "yyyy-MM-dd'T'HH:mm:ssK", "yyyy-MM-dd'T'HH:mm:ss.FFFFFFFK") => "must be a time, as 2026-02-11T12:00:00Z.",
        "date" when !DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out _) => "must be a date, as 2026-02-11.",
        "uuid" when !Guid.TryParseExact(text, "D", out _) => "must be a UUID.",
        "email" when !IsEmail(text) => "must be an e-mail address.",
        "uri" when !Uri.TryCreate(text, UriKind.Absolute, out _) => "must be an absolute URI.",
        "ipv4" or "ipv6" when !IPAddress.TryParse(text, out var ip) || ip.ToString().Contains(':', StringComparison.Ordinal) != (format == "ipv6") => "must be an IP address.",
        _ => null,
    };

    // RFC 3339 asks for an offset; without one nobody knows which moment is meant.
    private static bool IsTime(string text, params string[] formats) =>
        DateTime.TryParseExact(text, formats, CultureInfo.InvariantCulture, DateTimeStyles.RoundtripKind, out var time)
        && time.Kind != DateTimeKind.Unspecified;

    private static bool IsEmail(string text)
    {
        var at = text.IndexOf('@', StringComparison.Ordinal);
        return at > 0 && at == text.LastIndexOf('@') && at < text.Length - 1 && !text.Any(char.IsWhiteSpace);
    }
}
