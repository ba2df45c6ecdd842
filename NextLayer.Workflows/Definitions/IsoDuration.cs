using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace NextLayer.Workflows.Definitions;

/// <summary>Durations in definitions: <c>"PT1H30M"</c> (ISO 8601 in weeks, days, hours, minutes, seconds) or a number of seconds.</summary>
public static partial class IsoDuration
{
    /// <summary>Reads ISO 8601 text; months and years, which have no fixed length, are refused.</summary>
    public static bool TryParse(string text, out TimeSpan duration)
    {
        duration = default;
        var match = Pattern.Match(text);
        if (!match.Success || text.EndsWith('T') || text == "P")
            return false;
        var seconds = (Part(1) * 604_800) + (Part(2) * 86_400) + (Part(3) * 3_600) + (Part(4) * 60) + Part(5);
        if (seconds > TimeSpan.MaxValue.TotalSeconds / 2)
            return false;
        duration = TimeSpan.FromSeconds(seconds);
        return true;

        double Part(int group) => match.Groups[group].Success
            ? double.Parse(match.Groups[group].ValueSpan, CultureInfo.InvariantCulture)
            : 0;
    }

    /// <summary>Reads a JSON value: a string as ISO 8601, a number as seconds. Negative ones are refused.</summary>
    public static bool TryRead(JsonElement value, out TimeSpan duration)
    {
        duration = default;
        switch (value.ValueKind)
        {
            case JsonValueKind.String:
                return TryParse(value.GetString()!, out duration);
            case JsonValueKind.Number when value.GetDouble() is >= 0 and <= 1e11 and var seconds:
                duration = TimeSpan.FromSeconds(seconds);
                return true;
            default:
                return false;
        }
    }

    /// <summary>
    /// Reads the duration an object gives as <paramref name="name"/> or as <c>name_seconds</c>.
    /// </summary>
    /// <returns>False when there is one and it cannot be read; true with null when there is none.</returns>
    public static bool TryRead(JsonElement config, string name, out TimeSpan? duration)
    {
        duration = null;
        if (!Find(config, name, out var value) && !Find(config, name + "_seconds", out value))
            return true;
        if (!TryRead(value, out TimeSpan read))
            return false;
        duration = read;
        return true;
    }

    private static bool Find(JsonElement config, string name, out JsonElement value)
    {
        value = default;
        return config.ValueKind == JsonValueKind.Object
            && config.TryGetProperty(name, out value)
            && value.ValueKind != JsonValueKind.Null;
    }

    [GeneratedRegex(@"^P(?:(\d{1,9})W)?(?:(\d{1,9})D)?(?:T(?:(\d{1,9})H)?(?:(\d{1,9})M)?(?:(\d{1,9}(?:\.\d{1,9})?)S)?)?\z", RegexOptions.CultureInvariant)]
    private static partial Regex Pattern { get; }
}
