namespace NextLayer.Workflows.Expressions;

/// <summary>The operators + - * / % and unary minus. Integers never wrap: leaving the range is an error.</summary>
internal static class CelArithmetic
{
    public static CelValue Apply(char op, in CelValue a, in CelValue b, CelBudget budget) => (a.Kind, b.Kind) switch
    {
        (CelKind.Int, CelKind.Int) => OnInts(op, a.AsInt, b.AsInt),
        (CelKind.Uint, CelKind.Uint) => OnUints(op, a.AsUint, b.AsUint),
        (CelKind.Double, CelKind.Double) => OnDoubles(op, a, b),
        (CelKind.String, CelKind.String) when op == '+' => Concat(a.AsString, b.AsString, budget),
        (CelKind.Bytes, CelKind.Bytes) when op == '+' => Concat(a.AsBytes, b.AsBytes, budget),
        (CelKind.List, CelKind.List) when op == '+' => Concat(a.AsList, b.AsList, budget),
        (CelKind.Timestamp, CelKind.Duration) when op == '+' => CelTime.Timestamp(CelTime.TotalNanos(a) + CelTime.TotalNanos(b)),
        (CelKind.Timestamp, CelKind.Duration) when op == '-' => CelTime.Timestamp(CelTime.TotalNanos(a) - CelTime.TotalNanos(b)),
        (CelKind.Duration, CelKind.Timestamp) when op == '+' => CelTime.Timestamp(CelTime.TotalNanos(a) + CelTime.TotalNanos(b)),
        (CelKind.Timestamp, CelKind.Timestamp) when op == '-' => CelTime.Duration(CelTime.TotalNanos(a) - CelTime.TotalNanos(b)),
        (CelKind.Duration, CelKind.Duration) when op == '+' => CelTime.Duration(CelTime.TotalNanos(a) + CelTime.TotalNanos(b)),
        (CelKind.Duration, CelKind.Duration) when op == '-' => CelTime.Duration(CelTime.TotalNanos(a) - CelTime.TotalNanos(b)),
        _ => NoOverload(op.ToString(), a, b),
    };

    public static CelValue Negate(in CelValue value) => value.Kind switch
    {
        CelKind.Int => value.AsInt == long.MinValue ? Overflow("int") : CelValue.Of(-value.AsInt),
        CelKind.Double => CelValue.Of(-value.AsDouble),
        _ => CelValue.Error(CelErrorCode.NoSuchOverload, $"- does not apply to a {value.TypeName}."),
    };

    public static CelValue NoOverload(string op, in CelValue a, in CelValue b)
    {
        var hint = a.IsNumber && b.IsNumber ? "; the language does not mix number types, so convert one, for example with double(x)"
            : a.Kind == CelKind.String || b.Kind == CelKind.String ? "; convert with string(x) to join text"
            : "";
        return CelValue.Error(CelErrorCode.NoSuchOverload, $"{op} does not apply to {a.TypeName} and {b.TypeName}{hint}.");
    }

    private static CelValue OnInts(char op, long a, long b)
    {
        long result;
        switch (op)
        {
            case '+':
                result = unchecked(a + b);
                return ((a ^ result) & (b ^ result)) < 0 ? Overflow("int") : CelValue.Of(result);
            case '-':
                result = unchecked(a - b);
                return ((a ^ b) & (a ^ result)) < 0 ? Overflow("int") : CelValue.Of(result);
            case '*':
                var high = Math.BigMul(a, b, out result);
                return high == result >> 63 ? CelValue.Of(result) : Overflow("int");
            case '/' or '%' when b == 0:
                return DivideByZero(op);
            case '/':
                return a == long.MinValue && b == -1 ? Overflow("int") : CelValue.Of(a / b);
            default:
                return a == long.MinValue && b == -1 ? Overflow("int") : CelValue.Of(a % b);
        }
    }

    private static CelValue OnUints(char op, ulong a, ulong b)
    {
        switch (op)
        {
            case '+':
                return ulong.MaxValue - a < b ? Overflow("uint") : CelValue.Of(a + b);
            case '-':
                return a < b ? Overflow("uint") : CelValue.Of(a - b);
            case '*':
                return Math.BigMul(a, b, out var low) != 0 ? Overflow("uint") : CelValue.Of(low);
            case '/' or '%' when b == 0:
                return DivideByZero(op);
            case '/':
                return CelValue.Of(a / b);
            default:
                return CelValue.Of(a % b);
        }
    }

    private static CelValue OnDoubles(char op, in CelValue a, in CelValue b) => op switch
    {
        '+' => CelValue.Of(a.AsDouble + b.AsDouble),
        '-' => CelValue.Of(a.AsDouble - b.AsDouble),
        '*' => CelValue.Of(a.AsDouble * b.AsDouble),
        '/' => CelValue.Of(a.AsDouble / b.AsDouble),
        _ => NoOverload("%", a, b),
    };

    private static CelValue Concat(string a, string b, CelBudget budget)
    {
        budget.ChargeText(a.Length + b.Length);
        return CelValue.Of(a + b);
    }

    private static CelValue Concat(byte[] a, byte[] b, CelBudget budget)
    {
        budget.ChargeText(a.Length + b.Length);
        return CelValue.Of([.. a, .. b]);
    }

    private static CelValue Concat(CelList a, CelList b, CelBudget budget)
    {
        budget.Charge(a.Count + b.Count);
        return CelValue.Of([.. a.Items, .. b.Items]);
    }

    private static CelValue DivideByZero(char op) =>
        CelValue.Error(CelErrorCode.DivideByZero, op == '/' ? "Division by zero." : "Modulus by zero.");

    private static CelValue Overflow(string type) =>
        CelValue.Error(CelErrorCode.Overflow, $"The result is outside the range of {type}.");
}
