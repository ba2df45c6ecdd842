using System.Buffers;
using System.Globalization;

namespace NextLayer.Workflows.Expressions;

/// <summary>Timestamps and durations with nanoseconds, which .NET's own types round to 100.</summary>
internal static class CelTime
{
    private const long NanosPerSecond = 1_000_000_000;
    private const long MinTimestamp = -62_135_596_800;
    private const long MaxTimestamp = 253_402_300_799;

    // About 10,000 years, the range of the wire format the language takes its duration from.
    private const long MaxDuration = 315_576_000_000;

    private static readonly SearchValues<char> AmountCharacters = SearchValues.Create("0123456789.");

    public static Int128 TotalNanos(in CelValue value) => ((Int128)value.Seconds * NanosPerSecond) + value.Nanos;

    public static CelValue Timestamp(Int128 nanos)
    {
        var (seconds, rest) = Split(nanos);
        return seconds >= MinTimestamp && seconds <= MaxTimestamp
            ? CelValue.Timestamp((long)seconds, rest)
            : CelValue.Error(CelErrorCode.Overflow, "The timestamp is outside the years 1 to 9999.");
    }

    public static CelValue Duration(Int128 nanos)
    {
        var (seconds, rest) = Split(nanos);
        return Int128.Abs(nanos) <= (Int128)MaxDuration * NanosPerSecond
            ? CelValue.Duration((long)seconds, rest)
            : CelValue.Error(CelErrorCode.Overflow, "The duration is longer than 10,000 years.");
    }

    /// <summary>Reads RFC 3339: <c>2026-01-31T08:30:00.5+01:00</c>.</summary>
    public static CelValue ParseTimestamp(string text)
    {
        var nanos = 0;
        var end = 19;
        if (text.Length > end && text[end] == '.')
        {
            var digits = text.AsSpan(end + 1);
            var count = digits.IndexOfAnyExceptInRange('0', '9');
            if (count is < 1 or > 9)
                return Bad();
            nanos = int.Parse(digits[..count].ToString().PadRight(9, '0'), CultureInfo.InvariantCulture);
            end += 1 + count;
        }
        if (text.Length <= end
            || !DateTime.TryParseExact(text[..19], ["yyyy-MM-dd'T'HH:mm:ss", "yyyy-MM-dd't'HH:mm:ss"],
                CultureInfo.InvariantCulture, DateTimeStyles.None, out var local)
            || OffsetSeconds(text.AsSpan(end)) is not { } offset)
            return Bad();
        var seconds = (local.Ticks - DateTime.UnixEpoch.Ticks) / TimeSpan.TicksPerSecond - offset;
        return Timestamp(((Int128)seconds * NanosPerSecond) + nanos);

        CelValue Bad() => CelValue.Error(CelErrorCode.InvalidArgument,
            $"'{text}' is not a timestamp such as 2026-01-31T08:30:00Z.");
    }

    /// <summary>Reads <c>1h30m</c>, <c>-1.5s</c>, <c>250ms</c>: the units h, m, s, ms, us (or µs) and ns.</summary>
    public static CelValue ParseDuration(string text)
    {
        var rest = text.AsSpan();
        var negative = rest.StartsWith("-");
        if (rest.Length > 0 && rest[0] is '-' or '+')
            rest = rest[1..];
        Int128 total = 0;
        if (rest is "0")
            return Duration(0);
        if (rest.IsEmpty)
            return Bad();
        while (!rest.IsEmpty)
        {
            var length = rest.IndexOfAnyExcept(AmountCharacters);
            if (length <= 0 || !decimal.TryParse(rest[..length], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var amount))
                return Bad();
            rest = rest[length..];
            if (Unit(rest) is not var (nanos, letters) || amount > long.MaxValue)
                return Bad();
            total += (Int128)decimal.Truncate(amount) * nanos;
            total += (Int128)decimal.Truncate((amount - decimal.Truncate(amount)) * nanos);
            rest = rest[letters..];
        }
        return Duration(negative ? -total : total);

        CelValue Bad() => CelValue.Error(CelErrorCode.InvalidArgument, $"'{text}' is not a duration such as 1h30m or 1.5s.");
    }

    public static string FormatTimestamp(in CelValue value) =>
        UtcOf(value).ToString("yyyy-MM-dd'T'HH:mm:ss", CultureInfo.InvariantCulture) + Fraction(value.Nanos) + "Z";

    public static string FormatDuration(in CelValue value)
    {
        var total = TotalNanos(value);
        var (seconds, nanos) = Split(Int128.Abs(total));
        return $"{(total < 0 ? "-" : "")}{seconds}{Fraction(nanos)}s";
    }

    /// <summary>Wall time in a zone: an IANA name, or an offset such as <c>-07:30</c>; null when there is no such zone.</summary>
    public static DateTime? InZone(in CelValue timestamp, string zone)
    {
        var utc = UtcOf(timestamp);
        TimeSpan shift;
        if (OffsetSeconds(zone) is { } offset)
            shift = TimeSpan.FromSeconds(offset);
        else if (zone is not ("" or "Z" or "z") && TimeZoneInfo.TryFindSystemTimeZoneById(zone, out var found))
            shift = found.GetUtcOffset(utc);
        else
            return null;
        var ticks = utc.Ticks + shift.Ticks;
        return ticks >= 0 && ticks <= DateTime.MaxValue.Ticks ? new DateTime(ticks) : null;
    }

    public static DateTime UtcOf(in CelValue timestamp) => DateTime.UnixEpoch.AddSeconds(timestamp.Seconds);

    private static (Int128 Seconds, int Nanos) Split(Int128 nanos)
    {
        var (seconds, rest) = Int128.DivRem(nanos, NanosPerSecond);
        return rest < 0 ? (seconds - 1, (int)(rest + NanosPerSecond)) : (seconds, (int)rest);
    }

    private static string Fraction(int nanos) =>
        nanos == 0 ? "" : "." + nanos.ToString("D9", CultureInfo.InvariantCulture).TrimEnd('0');

    private static int? OffsetSeconds(ReadOnlySpan<char> text)
    {
        if (text is "Z" or "z")
            return 0;
        var sign = text.Length == 6 && text[0] == '-' ? -1 : 1;
        if (text.Length == 6 && text[0] is '+' or '-')
            text = text[1..];
        if (text.Length != 5 || text[2] != ':'
            || !int.TryParse(text[..2], NumberStyles.None, CultureInfo.InvariantCulture, out var hours)
            || !int.TryParse(text[3..], NumberStyles.None, CultureInfo.InvariantCulture, out var minutes)
            || hours > 23 || minutes > 59)
            return null;
        return sign * ((hours * 3600) + (minutes * 60));
    }

    private static (long Nanos, int Letters)? Unit(ReadOnlySpan<char> text) => text switch
    {
        ['m', 's', ..] => (1_000_000, 2),
        ['u' or 'µ' or 'μ', 's', ..] => (1_000, 2),
        ['n', 's', ..] => (1, 2),
        ['h', ..] => (3_600 * NanosPerSecond, 1),
        ['m', ..] => (60 * NanosPerSecond, 1),
        ['s', ..] => (NanosPerSecond, 1),
        _ => null,
    };
}
