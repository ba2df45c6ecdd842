namespace NextLayer.Workflows.Expressions;

internal sealed class CelListNode(int position, CelNode[] items) : CelNode(position, items)
{
    protected override CelValue EvaluateCore(CelEvaluation evaluation)
    {
        var values = new CelValue[items.Length];
        for (var i = 0; i < items.Length; i++)
        {
            values[i] = items[i].Evaluate(evaluation);
            if (values[i].IsError)
                return values[i];
        }
        return CelValue.Of(values);
    }
}

internal sealed class CelMapNode(int position, (CelNode Key, CelNode Value)[] entries)
    : CelNode(position, [.. entries.SelectMany(e => new[] { e.Key, e.Value })])
{
    protected override CelValue EvaluateCore(CelEvaluation evaluation)
    {
        var map = new CelDictionary();
        foreach (var entry in entries)
        {
            var key = entry.Key.Evaluate(evaluation);
            if (key.IsError)
                return key;
            if (key.Kind is not (CelKind.String or CelKind.Int or CelKind.Uint or CelKind.Bool))
                return Fail(CelErrorCode.NoSuchOverload, $"A {key.TypeName} cannot be a key.");
            var value = entry.Value.Evaluate(evaluation);
            if (value.IsError)
                return value;
            if (!map.TryAdd(key, value))
                return Fail(CelErrorCode.DuplicateKey, $"The key '{CelConversions.ToText(key)}' is given twice.");
        }
        return CelValue.Of(map);
    }
}

/// <summary>A function call; the receiver, where there is one, is the first argument.</summary>
internal sealed class CelCallNode(int position, CelFunction function, CelNode[] arguments) : CelNode(position, arguments)
{
    protected override CelValue EvaluateCore(CelEvaluation evaluation)
    {
        var values = new CelValue[arguments.Length];
        for (var i = 0; i < arguments.Length; i++)
        {
            values[i] = arguments[i].Evaluate(evaluation);
            if (values[i].IsError)
                return values[i];
        }
        var result = function.Invoke(values, evaluation.Budget);
        return result.Kind == CelKind.Error && result.AsError.Code == CelErrorCode.NoSuchOverload && result.AsError.Message.Length == 0
            ? Fail(CelErrorCode.NoSuchOverload, $"{function.Name}() does not take ({string.Join(", ", values.Select(v => v.TypeName))}).")
            : Located(result);
    }
}
