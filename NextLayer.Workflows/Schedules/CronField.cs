using System.Globalization;

namespace NextLayer.Workflows.Schedules;

/// <summary>The first mistake in an expression; never leaves <see cref="CronReader"/>.</summary>
internal sealed class CronMistake(string message) : Exception(message);

/// <summary>One of the five fields: its range, and the names that stand for its first values.</summary>
internal sealed class CronField(string name, int first, int last, string[] names)
{
    /// <summary>Reads a list of values, ranges and steps as a set of bits.</summary>
    public ulong Read(string text)
    {
        var set = 0ul;
        foreach (var item in text.Split(','))
            set |= ReadItem(item, text);
        return set;
    }

    private ulong ReadItem(string item, string text)
    {
        if (item.Length == 0)
            throw Mistake(text, "has an empty place between its commas");
        var slash = item.IndexOf('/', StringComparison.Ordinal);
        var range = slash < 0 ? item : item[..slash];
        var (from, to) = ReadRange(range, item, open: slash >= 0);
        var step = slash < 0 ? 1 : ReadStep(item[(slash + 1)..], item);
        var set = 0ul;
        for (var value = from; value <= to; value += step)
            set |= 1ul << value;
        return set;
    }

    private (int From, int To) ReadRange(string range, string item, bool open)
    {
        // Sunday's second number is for lists and ranges; a star has seven days, not eight.
        var end = name == "day of week" ? 6 : last;
        if (range == "*")
            return (first, end);
        var dash = range.IndexOf('-', StringComparison.Ordinal);
        if (dash < 0)
        {
            var value = ReadValue(range, item);
            return (value, open ? Math.Max(value, end) : value);
        }
        var from = ReadValue(range[..dash], item);
        var to = ReadValue(range[(dash + 1)..], item);
        if (to == 0 && from > 0 && last == 7)
            to = 7;
        return from <= to ? (from, to) : throw Mistake(item, "runs backwards");
    }

    private int ReadStep(string text, string item)
    {
        if (!int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var step) || step == 0)
            throw Mistake(item, "needs a whole number of 1 or more after the slash");
        // As */90 for every 90 minutes: it would come every hour.
        return step <= last ? step : throw Mistake(item, $"has a step beyond the field's end, {last}");
    }

    private int ReadValue(string text, string item)
    {
        var named = Array.IndexOf(names, text);
        if (named >= 0)
            return first + named;
        if (!int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var value))
            throw Mistake(item, names.Length == 0 ? "is no number" : $"is neither a number nor a name from {names[0]} to {names[^1]}");
        return value >= first && value <= last ? value : throw Mistake(item, $"is not from {first} to {last}");
    }

    private CronMistake Mistake(string part, string what) => new($"cannot be read: {name} '{part}' {what}.");
}
