using static NextLayer.Workflows.Expressions.CelFunction;

namespace NextLayer.Workflows.Expressions;

/// <summary>List functions beyond the macros.</summary>
internal static class CelListFunctions
{
    public static IEnumerable<CelFunction> All =>
    [
        Global("lists.range", 1, Range),
        Member("distinct", 1, static (a, b) => a[0].Kind == CelKind.List ? Distinct(a[0].AsList, b) : NoOverload),
        Member("flatten", 1, static (a, b) => a[0].Kind == CelKind.List ? Flatten(a[0].AsList, b) : NoOverload),
        Member("slice", 3, Slice),
        Member("sort", 1, static (a, b) => a[0].Kind == CelKind.List ? Sort(a[0].AsList, b) : NoOverload),
        Member("first", 1, static (a, _) => a[0].Kind == CelKind.List ? CelLookup.Optional(a[0], CelValue.Of(0L)) : NoOverload),
        Member("last", 1, static (a, _) => a[0].Kind == CelKind.List ? CelLookup.Optional(a[0], CelValue.Of(a[0].AsList.Count - 1L)) : NoOverload),
    ];

    private static CelValue Range(ReadOnlySpan<CelValue> a, CelBudget budget)
    {
        if (a[0].Kind != CelKind.Int)
            return NoOverload;
        if (a[0].AsInt < 0)
            return CelValue.Error(CelErrorCode.InvalidArgument, "A range cannot be shorter than nothing.");
        budget.Charge(a[0].AsInt);
        var items = new CelValue[a[0].AsInt];
        for (var i = 0L; i < items.Length; i++)
            items[i] = CelValue.Of(i);
        return CelValue.Of(items);
    }

    private static CelValue Distinct(CelList list, CelBudget budget)
    {
        budget.Charge(list.Count);
        var seen = new HashSet<CelValue>(CelEquality.Instance);
        return CelValue.Of([.. list.Items.Where(seen.Add)]);
    }

    private static CelValue Flatten(CelList list, CelBudget budget)
    {
        var items = new List<CelValue>();
        foreach (var item in list.Items)
        {
            if (item.Kind == CelKind.List)
                items.AddRange(item.AsList.Items);
            else
                items.Add(item);
        }
        budget.Charge(items.Count);
        return CelValue.Of([.. items]);
    }

    private static CelValue Slice(ReadOnlySpan<CelValue> a, CelBudget budget)
    {
        if (a[0].Kind != CelKind.List || a[1].Kind != CelKind.Int || a[2].Kind != CelKind.Int)
            return NoOverload;
        var (items, start, end) = (a[0].AsList.Items, a[1].AsInt, a[2].AsInt);
        if (start < 0 || end < start || end > items.Length)
            return CelValue.Error(CelErrorCode.IndexOutOfRange, $"{start} to {end} is outside the list of {items.Length}.");
        budget.Charge(end - start);
        return CelValue.Of(items[(int)start..(int)end]);
    }

    private static CelValue Sort(CelList list, CelBudget budget)
    {
        budget.Charge((long)list.Count * 8);
        for (var i = 1; i < list.Count; i++)
        {
            if (!CelOrder.AreComparable(list.Items[0], list.Items[i]))
                return CelValue.Error(CelErrorCode.NoSuchOverload, "The elements do not all compare with each other.");
        }
        return CelValue.Of([.. list.Items.Order(Comparer<CelValue>.Create(static (x, y) => CelOrder.Compare(x, y) ?? 0))]);
    }
}
