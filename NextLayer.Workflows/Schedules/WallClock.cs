namespace NextLayer.Workflows.Schedules;

/// <summary>
/// The clock on the wall of a time zone. Only the offset at a moment is asked of <see cref="TimeZoneInfo"/>: its own notion of
/// invalid and ambiguous times leaves out zones that change their standard offset.
/// </summary>
internal sealed class WallClock
{
    // Longer than any offset from UTC, shorter than the time between two changes of one.
    private static readonly TimeSpan _aDay = TimeSpan.FromDays(1);

    private readonly TimeZoneInfo _zone;

    private WallClock(string name, TimeZoneInfo zone)
    {
        Name = name;
        _zone = zone;
    }

    public string Name { get; }

    /// <returns>Null when there is no such IANA zone.</returns>
    public static WallClock? Find(string name)
    {
        // Directories of the zone files that are no zones: the machine's own, and those that count leap seconds.
        if (name == "localtime" || name.StartsWith("right/", StringComparison.Ordinal) || name.StartsWith("posix/", StringComparison.Ordinal))
            return null;
        return TimeZoneInfo.TryFindSystemTimeZoneById(name, out var zone) && zone.HasIanaId ? new WallClock(name, zone) : null;
    }

    public DateTime Read(DateTimeOffset moment) => Local(moment).DateTime;

    public DateTimeOffset Local(DateTimeOffset moment) => moment.ToOffset(_zone.GetUtcOffset(moment));

    /// <summary>The moment the clock first reads <paramref name="wall"/>, or passes it when it is set forward.</summary>
    public DateTimeOffset FirstMoment(DateTime wall)
    {
        var utc = new DateTimeOffset(wall, TimeSpan.Zero);
        var before = _zone.GetUtcOffset(utc - _aDay);
        var after = _zone.GetUtcOffset(utc + _aDay);
        if (_zone.GetUtcOffset(utc - before) == before)
            return utc - before;
        return _zone.GetUtcOffset(utc - after) == after ? utc - after : ChangeFrom(before, utc - _aDay, utc + _aDay);
    }

    private DateTimeOffset ChangeFrom(TimeSpan offset, DateTimeOffset earlier, DateTimeOffset later)
    {
        while (later - earlier > TimeSpan.FromSeconds(1))
        {
            var middle = earlier.AddSeconds(Math.Floor((later - earlier).TotalSeconds / 2));
            if (_zone.GetUtcOffset(middle) == offset)
                earlier = middle;
            else
                later = middle;
        }
        return later;
    }
}
