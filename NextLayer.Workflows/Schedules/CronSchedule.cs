using System.Diagnostics.CodeAnalysis;

namespace NextLayer.Workflows.Schedules;

/// <summary>Why a schedule is refused.</summary>
/// <param name="Field">What is wrong: <c>cron</c> or <c>timezone</c>.</param>
/// <param name="Message">Goes after the field's name: <c>has 4 fields; …</c>.</param>
public sealed record CronError(string Field, string Message);

/// <summary>
/// Five cron fields read on the wall clock of a time zone. Immutable and thread-safe.
/// <para>
/// The fields are minute (0–59), hour (0–23), day of month (1–31), month (1–12 or JAN–DEC) and day of week (0–7 or SUN–SAT, 0
/// and 7 are Sunday), each <c>*</c> or a list of values, ranges <c>a-b</c> and steps <c>*/n</c>, <c>a-b/n</c>, <c>a/n</c>
/// (from a to the end). <c>@hourly</c>, <c>@daily</c>, <c>@midnight</c>, <c>@weekly</c>, <c>@monthly</c>, <c>@yearly</c> and
/// <c>@annually</c> stand for all five. Where day of month and day of week are both restricted, either suffices; a field that
/// begins with <c>*</c> is not restricted in this sense, and then both must hold (the rule of Vixie's cron).
/// </para>
/// <para>
/// Every minute of the wall clock counts once. What falls into the gap when clocks go forward comes once, at the gap's end;
/// what comes twice when they go back comes at the first. So the schedule <c>*/10 * * * *</c> pauses for the repeated hour;
/// one that must not runs in UTC.
/// </para>
/// </summary>
public sealed class CronSchedule
{
    /// <summary>The longest accepted expression, in characters.</summary>
    public const int MaxLength = 256;

    // Far from where the calendar of .NET ends, so that no zone's offset leads out of it.
    private const int LastYear = 9000;

    private readonly CronFields _fields;
    private readonly WallClock _clock;

    private CronSchedule(string expression, CronFields fields, WallClock clock)
    {
        Expression = expression;
        _fields = fields;
        _clock = clock;
    }

    /// <summary>The expression as written.</summary>
    public string Expression { get; }

    /// <summary>The zone as written: an IANA name.</summary>
    public string Timezone => _clock.Name;

    /// <summary>Reads an expression in a zone.</summary>
    /// <param name="expression">Five fields or an alias.</param>
    /// <param name="timezone">An IANA zone: <c>UTC</c>, <c>Europe/Berlin</c>.</param>
    /// <param name="schedule">The schedule, where there is one.</param>
    /// <param name="error">What is wrong otherwise; an expression that never comes (30 February) is refused too.</param>
    public static bool TryParse(
        string expression,
        string timezone,
        [NotNullWhen(true)] out CronSchedule? schedule,
        [NotNullWhen(false)] out CronError? error)
    {
        schedule = null;
        error = null;
        if (WallClock.Find(timezone) is not { } clock)
            error = new CronError("timezone", "must be an IANA time zone, as Europe/Berlin.");
        else if (!CronReader.TryRead(expression, out var fields, out var message))
            error = new CronError("cron", message);
        else
            schedule = new CronSchedule(expression, fields, clock);
        return schedule is not null;
    }

    /// <summary>The first planned time after <paramref name="after"/>, in UTC; null when it lies past the year 9000.</summary>
    public DateTimeOffset? Next(DateTimeOffset after)
    {
        // Planned times rise with the wall time they come from, so the first one that is late enough is the answer. Several
        // are passed over only where the clock reads the same hour for the second time.
        for (var wall = _clock.Read(after); wall.Year < LastYear;)
        {
            if (_fields.NextAfter(wall) is not { } candidate)
                return null;
            var planned = _clock.FirstMoment(candidate);
            if (planned > after)
                return planned;
            wall = candidate;
        }
        return null;
    }

    /// <summary>All planned times after <paramref name="after"/>, in order.</summary>
    public IEnumerable<DateTimeOffset> Upcoming(DateTimeOffset after)
    {
        for (var next = Next(after); next is { } planned; next = Next(planned))
            yield return planned;
    }

    /// <summary>The same moment with the offset that clocks in the zone show then.</summary>
    public DateTimeOffset InZone(DateTimeOffset moment) => _clock.Local(moment);
}
