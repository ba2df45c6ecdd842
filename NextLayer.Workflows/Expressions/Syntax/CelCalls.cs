namespace NextLayer.Workflows.Expressions;

/// <summary>Turns call syntax into macros and function calls, refusing functions that do not exist.</summary>
internal static class CelCalls
{
    public static CelNode Make(CelToken name, CelNode? receiver, CelNode[] arguments)
    {
        if (receiver is null && name.Text == "has" && arguments.Length == 1)
            return MakeHas(name, arguments[0]);
        if (receiver is not null && TryMakeComprehension(name, receiver, arguments) is { } comprehension)
            return comprehension;
        if (receiver is CelNameNode { IsAbsolute: false } space && CelFunctions.Find($"{space.Name}.{name.Text}", hasReceiver: false) is { } spaced)
            return Call(name, spaced, arguments);
        if (CelFunctions.Find(name.Text, receiver is not null) is { } function)
            return Call(name, function, receiver is null ? arguments : [receiver, .. arguments]);
        throw new CelException(CelErrorCode.UnknownFunction,
            $"There is no function '{(receiver is null ? "" : ".")}{name.Text}'.", name.Position);
    }

    private static CelCallNode Call(CelToken name, CelFunction function, CelNode[] arguments)
    {
        if (arguments.Length < function.MinArguments || arguments.Length > function.MaxArguments)
            throw new CelException(CelErrorCode.UnknownFunction, $"'{name.Text}' does not take this number of arguments.", name.Position);
        return new CelCallNode(name.Position, function, arguments);
    }

    private static CelHasNode MakeHas(CelToken name, CelNode argument) => argument switch
    {
        CelSelectNode select => new CelHasNode(name.Position, select.Operand, new CelLiteralNode(select.Position, CelValue.Of(select.Field))),
        CelIndexNode { Operand: var operand, Index: CelLiteralNode { Value.Kind: CelKind.Int } index } => new CelHasNode(name.Position, operand, index),
        _ => throw new CelException(CelErrorCode.Syntax, "has() takes a path with a field, such as has(input.name).", name.Position),
    };

    private static CelComprehensionNode? TryMakeComprehension(CelToken name, CelNode range, CelNode[] arguments)
    {
        CelComprehensionKind? kind = (name.Text, arguments.Length) switch
        {
            ("all", 2) => CelComprehensionKind.All,
            ("exists", 2) => CelComprehensionKind.Exists,
            ("exists_one" or "existsOne", 2) => CelComprehensionKind.ExistsOne,
            ("filter", 2) => CelComprehensionKind.Filter,
            ("map", 2 or 3) => CelComprehensionKind.Map,
            _ => null,
        };
        if (kind is null)
            return null;
        if (arguments[0] is not CelNameNode { IsAbsolute: false } variable)
            throw new CelException(CelErrorCode.Syntax, $"The first argument of {name.Text}() must be a plain name.", arguments[0].Position);
        var isMapping = kind == CelComprehensionKind.Map;
        return new CelComprehensionNode(name.Position, kind.Value, range, variable.Name,
            Condition: isMapping ? (arguments.Length == 3 ? arguments[1] : null) : arguments[1],
            Result: isMapping ? arguments[^1] : null);
    }
}
