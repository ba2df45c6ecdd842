using static NextLayer.Workflows.Expressions.CelFunction;

namespace NextLayer.Workflows.Expressions;

/// <summary>The <c>math</c> functions.</summary>
internal static class CelMathFunctions
{
    private const int Any = 100;

    public static IEnumerable<CelFunction> All =>
    [
        Global("math.greatest", 1, Any, static (a, b) => Extreme(a, b, sign: 1)),
        Global("math.least", 1, Any, static (a, b) => Extreme(a, b, sign: -1)),
        Global("math.ceil", 1, static (a, _) => OnDouble(a[0], Math.Ceiling)),
        Global("math.floor", 1, static (a, _) => OnDouble(a[0], Math.Floor)),
        Global("math.round", 1, static (a, _) => OnDouble(a[0], static x => Math.Round(x, MidpointRounding.AwayFromZero))),
        Global("math.trunc", 1, static (a, _) => OnDouble(a[0], Math.Truncate)),
        Global("math.sqrt", 1, static (a, _) => OnDouble(CelConversions.ToDouble(a[0]), Math.Sqrt)),
        Global("math.isNaN", 1, static (a, _) => a[0].Kind == CelKind.Double ? CelValue.Of(double.IsNaN(a[0].AsDouble)) : NoOverload),
        Global("math.isInf", 1, static (a, _) => a[0].Kind == CelKind.Double ? CelValue.Of(double.IsInfinity(a[0].AsDouble)) : NoOverload),
        Global("math.isFinite", 1, static (a, _) => a[0].Kind == CelKind.Double ? CelValue.Of(double.IsFinite(a[0].AsDouble)) : NoOverload),
        Global("math.abs", 1, static (a, _) => a[0].Kind switch
        {
            CelKind.Int => a[0].AsInt < 0 ? CelArithmetic.Negate(a[0]) : a[0],
            CelKind.Uint => a[0],
            CelKind.Double => CelValue.Of(Math.Abs(a[0].AsDouble)),
            _ => NoOverload,
        }),
        Global("math.sign", 1, static (a, _) => a[0].Kind switch
        {
            CelKind.Int => CelValue.Of((long)Math.Sign(a[0].AsInt)),
            CelKind.Uint => CelValue.Of(a[0].AsUint == 0 ? 0UL : 1UL),
            CelKind.Double => double.IsNaN(a[0].AsDouble) ? a[0] : CelValue.Of((double)Math.Sign(a[0].AsDouble)),
            _ => NoOverload,
        }),
    ];

    private static CelValue OnDouble(in CelValue value, Func<double, double> body) =>
        value.Kind == CelKind.Double ? CelValue.Of(body(value.AsDouble)) : value.IsError ? value : NoOverload;

    // Takes either numbers or one list of numbers.
    private static CelValue Extreme(ReadOnlySpan<CelValue> arguments, CelBudget budget, int sign)
    {
        var numbers = arguments.Length == 1 && arguments[0].Kind == CelKind.List ? arguments[0].AsList.Items : arguments;
        budget.Charge(numbers.Length);
        if (numbers.IsEmpty)
            return CelValue.Error(CelErrorCode.InvalidArgument, "The list is empty.");
        var best = numbers[0];
        foreach (ref readonly var number in numbers)
        {
            if (!number.IsNumber)
                return NoOverload;
            if (CelOrder.CompareNumbers(number, best) * sign > 0)
                best = number;
        }
        return best;
    }
}
