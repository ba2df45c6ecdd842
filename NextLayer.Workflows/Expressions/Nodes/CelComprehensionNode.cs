namespace NextLayer.Workflows.Expressions;

internal enum CelComprehensionKind
{
    All,
    Exists,
    ExistsOne,
    Filter,
    Map,
}

/// <summary>
/// A macro over the elements of a list or the keys of a map. <c>all</c> and <c>exists</c> absorb failures as
/// <c>&amp;&amp;</c> and <c>||</c> do; the others fail with the first.
/// </summary>
internal sealed class CelComprehensionNode(
    int position, CelComprehensionKind kind, CelNode range, string variable, CelNode? Condition, CelNode? Result)
    : CelNode(position, [range, .. Condition is null ? Array.Empty<CelNode>() : [Condition], .. Result is null ? Array.Empty<CelNode>() : [Result]])
{
    public CelNode Range => range;

    public string Variable => variable;

    protected override CelValue EvaluateCore(CelEvaluation evaluation)
    {
        var source = range.Evaluate(evaluation);
        if (source.IsError)
            return source;
        if (source.Kind is not (CelKind.List or CelKind.Map))
            return Fail(CelErrorCode.NoSuchOverload, $"{kind.ToString().ToLowerInvariant()}() goes over a list or map, not over a {source.TypeName}.");
        var items = source.Kind == CelKind.List ? source.AsList.Items : source.AsMap.Entries.Select(e => e.Key);
        evaluation.Push(variable);
        var result = kind switch
        {
            CelComprehensionKind.All => Decide(evaluation, items, stopAt: false),
            CelComprehensionKind.Exists => Decide(evaluation, items, stopAt: true),
            CelComprehensionKind.ExistsOne => CountOne(evaluation, items),
            _ => Collect(evaluation, items),
        };
        evaluation.Pop();
        return result;
    }

    private CelValue Decide(CelEvaluation evaluation, IEnumerable<CelValue> items, bool stopAt)
    {
        CelValue? failure = null;
        foreach (var item in items)
        {
            var holds = Test(evaluation, item);
            if (holds.IsError)
                failure ??= holds;
            else if (holds.AsBool == stopAt)
                return holds;
        }
        return failure ?? CelValue.Of(!stopAt);
    }

    private CelValue CountOne(CelEvaluation evaluation, IEnumerable<CelValue> items)
    {
        var count = 0;
        foreach (var item in items)
        {
            var holds = Test(evaluation, item);
            if (holds.IsError)
                return holds;
            count += holds.AsBool ? 1 : 0;
        }
        return CelValue.Of(count == 1);
    }

    private CelValue Collect(CelEvaluation evaluation, IEnumerable<CelValue> items)
    {
        var results = new List<CelValue>();
        foreach (var item in items)
        {
            var holds = Condition is null ? CelValue.Of(true) : Test(evaluation, item);
            if (holds.IsError)
                return holds;
            if (!holds.AsBool)
                continue;
            evaluation.SetTop(item);
            var value = Result is null ? item : Result.Evaluate(evaluation);
            if (value.IsError)
                return value;
            results.Add(value);
        }
        return CelValue.Of([.. results]);
    }

    private CelValue Test(CelEvaluation evaluation, in CelValue item)
    {
        evaluation.Budget.Charge(1);
        evaluation.SetTop(item);
        var holds = Condition!.Evaluate(evaluation);
        return holds.Kind is CelKind.Bool or CelKind.Error
            ? holds
            : Fail(CelErrorCode.NoSuchOverload, $"The test of {kind.ToString().ToLowerInvariant()}() must be a bool, not a {holds.TypeName}.");
    }
}
