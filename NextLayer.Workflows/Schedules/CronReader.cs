using System.Diagnostics.CodeAnalysis;

namespace NextLayer.Workflows.Schedules;

/// <summary>Reads five fields or an alias, and says of the first mistake what it is.</summary>
internal static class CronReader
{
    private const string Order = "minute, hour, day of month, month, day of week";

    private static readonly CronField _minute = new("minute", 0, 59, []);
    private static readonly CronField _hour = new("hour", 0, 23, []);
    private static readonly CronField _day = new("day of month", 1, 31, []);
    private static readonly CronField _month =
        new("month", 1, 12, ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"]);
    private static readonly CronField _weekday = new("day of week", 0, 7, ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"]);

    private static readonly DateTime _anyDate = new(2000, 1, 1);

    public static bool TryRead(string expression, [NotNullWhen(true)] out CronFields? fields, [NotNullWhen(false)] out string? error)
    {
        try
        {
            fields = Read(expression);
            error = null;
            return true;
        }
        catch (CronMistake mistake)
        {
            fields = null;
            error = mistake.Message;
            return false;
        }
    }

    private static CronFields Read(string expression)
    {
        if (expression.Length > CronSchedule.MaxLength)
            throw new CronMistake($"is longer than {CronSchedule.MaxLength} characters.");
        var parts = Unabbreviated(expression.Trim()).Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        if (parts.Length != 5)
            throw new CronMistake($"has {parts.Length} fields; five are needed: {Order}.");
        var fields = new CronFields(
            _minute.Read(parts[0]),
            _hour.Read(parts[1]),
            _day.Read(parts[2]),
            _month.Read(parts[3]),
            SundayIsZero(_weekday.Read(parts[4])),
            EitherDay: parts[2][0] != '*' && parts[4][0] != '*');
        return fields.NextAfter(_anyDate) is null
            ? throw new CronMistake($"never comes: day {parts[2]} does not occur in month {parts[3]}.")
            : fields;
    }

    private static string Unabbreviated(string expression) => expression.ToUpperInvariant() switch
    {
        "@HOURLY" => "0 * * * *",
        "@DAILY" or "@MIDNIGHT" => "0 0 * * *",
        "@WEEKLY" => "0 0 * * 0",
        "@MONTHLY" => "0 0 1 * *",
        "@YEARLY" or "@ANNUALLY" => "0 0 1 1 *",
        ['@', ..] => throw new CronMistake(
            $"does not know {expression}; there are @hourly, @daily, @midnight, @weekly, @monthly, @yearly and @annually."),
        var plain => plain,
    };

    private static ulong SundayIsZero(ulong weekdays) => (weekdays | weekdays >> 7 & 1) & 0x7F;
}
