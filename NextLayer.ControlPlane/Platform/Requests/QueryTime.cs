using System.Globalization;

namespace NextLayer.ControlPlane.Platform.Requests;

/// <summary>
/// A time in a query string. Without an offset it is UTC. A <c>+</c> that was not percent-encoded arrives as a blank;
/// since no time has a blank there, it is read as the plus it was.
/// </summary>
internal readonly record struct QueryTime(DateTimeOffset Value)
{
    private static readonly string[] Formats =
    [
        "yyyy-MM-dd", "yyyy-MM-dd'T'HH:mmK", "yyyy-MM-dd'T'HH:mm:ssK", "yyyy-MM-dd'T'HH:mm:ss.FFFFFFFK",
    ];

    public static bool TryParse(string? text, out QueryTime time)
    {
        time = default;
        if (text is null)
            return false;
        if (text.Length > 6 && text[^6] == ' ')
            text = $"{text[..^6]}+{text[^5..]}";
        if (!DateTimeOffset.TryParseExact(
                text, Formats, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var value))
            return false;
        // To the microsecond, as Postgres keeps it: the last tick of the calendar would be its infinity.
        time = new QueryTime(value.AddTicks(-(value.Ticks % TimeSpan.TicksPerMicrosecond)));
        return true;
    }
}
