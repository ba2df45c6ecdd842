namespace NextLayer.Workflows.Expressions;

/// <summary>The order of values. Numbers compare across types without losing digits; text by code point.</summary>
internal static class CelOrder
{
    private const double TwoTo63 = 9223372036854775808.0;
    private const double TwoTo64 = 18446744073709551616.0;

    /// <summary>Below, at or above zero; null where the two have no order (NaN, or types that do not compare).</summary>
    public static int? Compare(in CelValue a, in CelValue b)
    {
        if (a.IsNumber && b.IsNumber)
            return CompareNumbers(a, b);
        if (a.Kind != b.Kind)
            return null;
        return a.Kind switch
        {
            CelKind.Bool => a.AsBool.CompareTo(b.AsBool),
            CelKind.String => CompareText(a.AsString, b.AsString),
            CelKind.Bytes => a.AsBytes.AsSpan().SequenceCompareTo(b.AsBytes),
            CelKind.Timestamp or CelKind.Duration => (a.Seconds, a.Nanos).CompareTo((b.Seconds, b.Nanos)),
            _ => null,
        };
    }

    /// <summary>True for the types that have an order at all.</summary>
    public static bool AreComparable(in CelValue a, in CelValue b) =>
        (a.IsNumber && b.IsNumber) || (a.Kind == b.Kind && HasOrder(a.Kind));

    public static int? CompareNumbers(in CelValue a, in CelValue b) => (a.Kind, b.Kind) switch
    {
        (CelKind.Int, CelKind.Int) => a.AsInt.CompareTo(b.AsInt),
        (CelKind.Uint, CelKind.Uint) => a.AsUint.CompareTo(b.AsUint),
        (CelKind.Double, CelKind.Double) => CompareDoubles(a.AsDouble, b.AsDouble),
        (CelKind.Int, CelKind.Uint) => CompareIntUint(a.AsInt, b.AsUint),
        (CelKind.Uint, CelKind.Int) => -CompareIntUint(b.AsInt, a.AsUint),
        (CelKind.Int, _) => CompareIntDouble(a.AsInt, b.AsDouble),
        (_, CelKind.Int) => -CompareIntDouble(b.AsInt, a.AsDouble),
        (CelKind.Uint, _) => CompareUintDouble(a.AsUint, b.AsDouble),
        _ => -CompareUintDouble(b.AsUint, a.AsDouble),
    };

    /// <summary>UTF-16 order differs from code point order where surrogates meet U+E000 and above.</summary>
    public static int CompareText(string a, string b)
    {
        var shared = a.AsSpan().CommonPrefixLength(b);
        if (shared == a.Length || shared == b.Length)
            return a.Length.CompareTo(b.Length);
        return Rank(a[shared]).CompareTo(Rank(b[shared]));

        static int Rank(char unit) => char.IsSurrogate(unit) ? unit + 0x10000 : unit;
    }

    private static bool HasOrder(CelKind kind) =>
        kind is CelKind.Bool or CelKind.String or CelKind.Bytes or CelKind.Timestamp or CelKind.Duration;

    private static int? CompareDoubles(double a, double b) =>
        double.IsNaN(a) || double.IsNaN(b) ? null : a.CompareTo(b);

    private static int CompareIntUint(long a, ulong b) => a < 0 ? -1 : ((ulong)a).CompareTo(b);

    private static int? CompareIntDouble(long a, double b)
    {
        if (double.IsNaN(b))
            return null;
        if (b >= TwoTo63)
            return -1;
        if (b < -TwoTo63)
            return 1;
        var whole = Math.Truncate(b);
        var order = a.CompareTo((long)whole);
        return order != 0 ? order : 0.0.CompareTo(b - whole);
    }

    private static int? CompareUintDouble(ulong a, double b)
    {
        if (double.IsNaN(b))
            return null;
        if (b >= TwoTo64)
            return -1;
        if (b < 0)
            return 1;
        var whole = Math.Truncate(b);
        var order = a.CompareTo((ulong)whole);
        return order != 0 ? order : 0.0.CompareTo(b - whole);
    }
}
