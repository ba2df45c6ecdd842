namespace NextLayer.Workflows.Expressions;

/// <summary>
/// Equality as the language defines it: numbers compare by value across int, uint and double, values of other
/// different types are simply unequal, NaN equals nothing.
/// </summary>
internal sealed class CelEquality : IEqualityComparer<CelValue>
{
    public static readonly CelEquality Instance = new();

    public static bool AreEqual(in CelValue a, in CelValue b, CelBudget? budget = null)
    {
        if (a.IsNumber && b.IsNumber)
            return CelOrder.CompareNumbers(a, b) == 0;
        if (a.Kind != b.Kind)
            return false;
        switch (a.Kind)
        {
            case CelKind.Null:
                return true;
            case CelKind.Bool:
                return a.AsBool == b.AsBool;
            case CelKind.String or CelKind.Type:
                budget?.ChargeText(Math.Min(a.AsString.Length, b.AsString.Length));
                return string.Equals(a.AsString, b.AsString, StringComparison.Ordinal);
            case CelKind.Bytes:
                budget?.ChargeText(Math.Min(a.AsBytes.Length, b.AsBytes.Length));
                return a.AsBytes.AsSpan().SequenceEqual(b.AsBytes);
            case CelKind.Timestamp or CelKind.Duration:
                return a.Seconds == b.Seconds && a.Nanos == b.Nanos;
            case CelKind.List:
                return AreEqual(a.AsList, b.AsList, budget);
            case CelKind.Map:
                return AreEqual(a.AsMap, b.AsMap, budget);
            case CelKind.Optional:
                return a.AsOptional is { } x && b.AsOptional is { } y
                    ? AreEqual(x, y, budget)
                    : a.AsOptional is null == b.AsOptional is null;
            default:
                return false;
        }
    }

    public bool Equals(CelValue x, CelValue y) => AreEqual(x, y);

    public int GetHashCode(CelValue obj) => obj.Kind switch
    {
        CelKind.Null => 0,
        CelKind.Bool => obj.AsBool ? 1 : 2,
        CelKind.Int => HashOf(obj.AsInt),
        CelKind.Uint when obj.AsUint <= long.MaxValue => HashOf((long)obj.AsUint),
        CelKind.Uint => ((double)obj.AsUint).GetHashCode(),
        CelKind.Double => HashOf(obj.AsDouble),
        CelKind.String or CelKind.Type => obj.AsString.GetHashCode(StringComparison.Ordinal),
        CelKind.Timestamp or CelKind.Duration => HashCode.Combine(obj.Seconds, obj.Nanos),
        CelKind.Bytes => HashOf(obj.AsBytes),
        CelKind.List => HashOf(obj.AsList),
        CelKind.Map => HashOf(obj.AsMap),
        _ => (int)obj.Kind,
    };

    private static bool AreEqual(CelList a, CelList b, CelBudget? budget)
    {
        if (a.Count != b.Count)
            return false;
        budget?.Charge(a.Count);
        var left = a.Items;
        var right = b.Items;
        for (var i = 0; i < left.Length; i++)
        {
            if (!AreEqual(left[i], right[i], budget))
                return false;
        }
        return true;
    }

    private static bool AreEqual(CelMap a, CelMap b, CelBudget? budget)
    {
        if (a.Count != b.Count)
            return false;
        budget?.Charge(a.Count);
        foreach (var (key, value) in a.Entries)
        {
            if (!b.TryGet(key, out var other) || !AreEqual(value, other, budget))
                return false;
        }
        return true;
    }

    // Equal numbers of different types must hash alike: a whole double within int64 hashes as the int does.
    private static int HashOf(double value) =>
        value is >= -9.2233720368547758E18 and < 9.2233720368547758E18 && Math.Truncate(value) == value
            ? HashOf((long)value)
            : value.GetHashCode();

    // Seeded, unlike long.GetHashCode, so that nobody can choose numbers that all fall together.
    private static int HashOf(long value) => HashCode.Combine((int)value, (int)(value >> 32));

    // Maps are equal in any order, so the hash must not depend on it.
    private int HashOf(CelMap map) => map.Entries.Aggregate(map.Count, (sum, e) => unchecked(sum + HashCode.Combine(GetHashCode(e.Key), GetHashCode(e.Value))));

    private static int HashOf(byte[] bytes)
    {
        var hash = new HashCode();
        hash.AddBytes(bytes);
        return hash.ToHashCode();
    }

    private int HashOf(CelList list)
    {
        var hash = new HashCode();
        foreach (ref readonly var item in list.Items.AsSpan())
            hash.Add(GetHashCode(item));
        return hash.ToHashCode();
    }
}
