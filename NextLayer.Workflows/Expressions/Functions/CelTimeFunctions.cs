using static NextLayer.Workflows.Expressions.CelFunction;

namespace NextLayer.Workflows.Expressions;

/// <summary>Parts of a timestamp, in UTC or the zone named by the argument, and of a duration.</summary>
internal static class CelTimeFunctions
{
    public static IEnumerable<CelFunction> All =>
    [
        Part("getFullYear", static t => t.Year),
        Part("getMonth", static t => t.Month - 1),
        Part("getDate", static t => t.Day),
        Part("getDayOfMonth", static t => t.Day - 1),
        Part("getDayOfWeek", static t => (int)t.DayOfWeek),
        Part("getDayOfYear", static t => t.DayOfYear - 1),
        Part("getHours", static t => t.Hour, static d => d.Seconds(3_600)),
        Part("getMinutes", static t => t.Minute, static d => d.Seconds(60)),
        Part("getSeconds", static t => t.Second, static d => d.Seconds(1)),
        Member("getMilliseconds", 1, 2, static (a, _) => a[0].Kind switch
        {
            CelKind.Timestamp => CelValue.Of((long)a[0].Nanos / 1_000_000),
            CelKind.Duration => CelValue.Of((long)(CelTime.TotalNanos(a[0]) / 1_000_000 % 1_000)),
            _ => NoOverload,
        }),
    ];

    private static long Seconds(this CelValue duration, long unit) => (long)(CelTime.TotalNanos(duration) / 1_000_000_000 / unit);

    private static CelFunction Part(string name, Func<DateTime, int> ofTimestamp, Func<CelValue, long>? ofDuration = null) =>
        Member(name, 1, 2, (a, _) =>
        {
            if (a[0].Kind == CelKind.Duration && ofDuration is not null && a.Length == 1)
                return CelValue.Of(ofDuration(a[0]));
            if (a[0].Kind != CelKind.Timestamp)
                return NoOverload;
            if (a.Length == 1)
                return CelValue.Of((long)ofTimestamp(CelTime.UtcOf(a[0])));
            if (a[1].Kind != CelKind.String)
                return NoOverload;
            return CelTime.InZone(a[0], a[1].AsString) is { } local
                ? CelValue.Of((long)ofTimestamp(local))
                : CelValue.Error(CelErrorCode.InvalidArgument, $"There is no time zone '{a[1].AsString}'.");
        });
}
