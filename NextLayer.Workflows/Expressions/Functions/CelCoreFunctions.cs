using static NextLayer.Workflows.Expressions.CelFunction;

namespace NextLayer.Workflows.Expressions;

/// <summary>Sizes, types, conversions and optionals.</summary>
internal static class CelCoreFunctions
{
    public static IEnumerable<CelFunction> All =>
    [
        Global("size", 1, Size),
        Member("size", 1, Size),
        Global("type", 1, static (a, _) => CelValue.Type(a[0].TypeName)),
        Global("dyn", 1, static (a, _) => a[0]),
        Global("int", 1, static (a, _) => CelConversions.ToInt(a[0])),
        Global("uint", 1, static (a, _) => CelConversions.ToUint(a[0])),
        Global("double", 1, static (a, _) => CelConversions.ToDouble(a[0])),
        Global("string", 1, static (a, _) => CelConversions.ToStringValue(a[0])),
        Global("bool", 1, static (a, _) => CelConversions.ToBool(a[0])),
        Global("bytes", 1, static (a, _) => CelConversions.ToBytes(a[0])),
        Global("timestamp", 1, static (a, _) => CelConversions.ToTimestamp(a[0])),
        Global("duration", 1, static (a, _) => CelConversions.ToDuration(a[0])),
        Global("optional.of", 1, static (a, _) => CelValue.Optional(a[0])),
        Global("optional.none", 0, static (_, _) => CelValue.Optional(null)),
        Member("hasValue", 1, static (a, _) => a[0].Kind == CelKind.Optional ? CelValue.Of(a[0].AsOptional is not null) : NoOverload),
        Member("value", 1, static (a, _) => a[0].Kind == CelKind.Optional
            ? a[0].AsOptional ?? CelValue.Error(CelErrorCode.InvalidArgument, "The optional holds no value.")
            : NoOverload),
        Member("orValue", 2, static (a, _) => a[0].Kind == CelKind.Optional ? a[0].AsOptional ?? a[1] : NoOverload),
        Member("or", 2, static (a, _) => a[0].Kind != CelKind.Optional || a[1].Kind != CelKind.Optional ? NoOverload
            : a[0].AsOptional is null ? a[1] : a[0]),
    ];

    private static CelValue Size(ReadOnlySpan<CelValue> a, CelBudget budget)
    {
        switch (a[0].Kind)
        {
            case CelKind.String:
                budget.ChargeText(a[0].AsString.Length);
                return CelValue.Of((long)CelText.Count(a[0].AsString));
            case CelKind.Bytes:
                return CelValue.Of((long)a[0].AsBytes.Length);
            case CelKind.List:
                return CelValue.Of((long)a[0].AsList.Count);
            case CelKind.Map:
                return CelValue.Of((long)a[0].AsMap.Count);
            default:
                return NoOverload;
        }
    }
}
