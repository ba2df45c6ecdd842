namespace NextLayer.Workflows.Expressions;

/// <summary>
/// A chain of <c>&amp;&amp;</c> or <c>||</c>. Commutative: one operand that decides the result hides the failures
/// of the others, wherever it stands.
/// </summary>
internal sealed class CelLogicalNode(int position, bool isAnd, CelNode[] operands) : CelNode(position, operands)
{
    protected override CelValue EvaluateCore(CelEvaluation evaluation)
    {
        CelValue? failure = null;
        foreach (var operand in operands)
        {
            var value = operand.Evaluate(evaluation);
            if (value.Kind == CelKind.Bool)
            {
                if (value.AsBool != isAnd)
                    return value;
            }
            else
            {
                failure ??= value.IsError ? value : Fail(CelErrorCode.NoSuchOverload, $"{(isAnd ? "&&" : "||")} does not apply to a {value.TypeName}.");
            }
        }
        return failure ?? CelValue.Of(isAnd);
    }
}

internal sealed class CelTernaryNode(int position, CelNode condition, CelNode whenTrue, CelNode whenFalse)
    : CelNode(position, condition, whenTrue, whenFalse)
{
    protected override CelValue EvaluateCore(CelEvaluation evaluation)
    {
        var chosen = condition.Evaluate(evaluation);
        if (chosen.IsError)
            return chosen;
        if (chosen.Kind != CelKind.Bool)
            return Fail(CelErrorCode.NoSuchOverload, $"The condition of ?: must be a bool, not a {chosen.TypeName}.");
        return (chosen.AsBool ? whenTrue : whenFalse).Evaluate(evaluation);
    }
}

internal sealed class CelNotNode(int position, CelNode operand) : CelNode(position, operand)
{
    protected override CelValue EvaluateCore(CelEvaluation evaluation)
    {
        var value = operand.Evaluate(evaluation);
        return value.Kind switch
        {
            CelKind.Error => value,
            CelKind.Bool => CelValue.Of(!value.AsBool),
            _ => Fail(CelErrorCode.NoSuchOverload, $"! does not apply to a {value.TypeName}."),
        };
    }
}

internal sealed class CelNegateNode(int position, CelNode operand) : CelNode(position, operand)
{
    protected override CelValue EvaluateCore(CelEvaluation evaluation)
    {
        var value = operand.Evaluate(evaluation);
        return value.IsError ? value : Located(CelArithmetic.Negate(value));
    }
}

internal sealed class CelArithmeticNode(int position, char op, CelNode left, CelNode right) : CelNode(position, left, right)
{
    protected override CelValue EvaluateCore(CelEvaluation evaluation)
    {
        var a = left.Evaluate(evaluation);
        if (a.IsError)
            return a;
        var b = right.Evaluate(evaluation);
        return b.IsError ? b : Located(CelArithmetic.Apply(op, a, b, evaluation.Budget));
    }
}

/// <summary>Comparison, equality and <c>in</c>.</summary>
internal sealed class CelRelationNode(int position, string op, CelNode left, CelNode right) : CelNode(position, left, right)
{
    protected override CelValue EvaluateCore(CelEvaluation evaluation)
    {
        var a = left.Evaluate(evaluation);
        if (a.IsError)
            return a;
        var b = right.Evaluate(evaluation);
        if (b.IsError)
            return b;
        return op switch
        {
            "==" => CelValue.Of(CelEquality.AreEqual(a, b, evaluation.Budget)),
            "!=" => CelValue.Of(!CelEquality.AreEqual(a, b, evaluation.Budget)),
            "in" => Contains(b, a, evaluation.Budget),
            _ => Compare(a, b, evaluation.Budget),
        };
    }

    private CelValue Compare(in CelValue a, in CelValue b, CelBudget budget)
    {
        if (!CelOrder.AreComparable(a, b))
            return Fail(CelErrorCode.NoSuchOverload, $"{op} does not compare {a.TypeName} with {b.TypeName}.");
        if (a.Kind == CelKind.String)
            budget.ChargeText(Math.Min(a.AsString.Length, b.AsString.Length));
        // No order, which is NaN, makes every comparison false.
        var order = CelOrder.Compare(a, b);
        return CelValue.Of(op switch
        {
            "<" => order < 0,
            "<=" => order <= 0,
            ">" => order > 0,
            _ => order >= 0,
        });
    }

    private CelValue Contains(in CelValue container, in CelValue item, CelBudget budget)
    {
        switch (container.Kind)
        {
            case CelKind.Map:
                return CelValue.Of(container.AsMap.TryGet(item, out _));
            case CelKind.List:
                foreach (ref readonly var candidate in container.AsList.Items.AsSpan())
                {
                    budget.Charge(1);
                    if (CelEquality.AreEqual(candidate, item, budget))
                        return CelValue.Of(true);
                }
                return CelValue.Of(false);
            default:
                return Fail(CelErrorCode.NoSuchOverload, $"in looks into a list or map, not into a {container.TypeName}.");
        }
    }
}
