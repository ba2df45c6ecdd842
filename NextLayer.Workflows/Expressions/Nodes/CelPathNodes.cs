using System.Globalization;

namespace NextLayer.Workflows.Expressions;

internal sealed class CelLiteralNode(int position, CelValue value) : CelNode(position)
{
    public CelValue Value => value;

    protected override CelValue EvaluateCore(CelEvaluation evaluation) => value;
}

/// <summary>A variable, or failing that a type.</summary>
internal sealed class CelNameNode(int position, string name, bool isAbsolute) : CelNode(position)
{
    public string Name => name;

    /// <summary>Written with a leading dot, which looks past macro variables.</summary>
    public bool IsAbsolute => isAbsolute;

    public override string Path => name;

    protected override CelValue EvaluateCore(CelEvaluation evaluation)
    {
        if (evaluation.TryFind(name, isAbsolute, out var value))
            return Located(value);
        return CelTypeNames.Find(name) ?? Fail(CelErrorCode.UnknownName, $"There is no '{name}'.", name);
    }
}

/// <summary><c>operand.field</c>, or <c>operand.?field</c> which gives an optional.</summary>
internal sealed class CelSelectNode(int position, CelNode operand, string name, bool isOptional) : CelNode(position, operand)
{
    private readonly CelValue _key = CelValue.Of(name);

    public CelNode Operand => operand;

    public string Field => name;

    public override string? Path => operand.Path is { } path ? $"{path}.{name}" : null;

    protected override CelValue EvaluateCore(CelEvaluation evaluation)
    {
        var target = operand.Evaluate(evaluation);
        if (target.IsError)
            return target;
        if (isOptional || target.Kind == CelKind.Optional)
            return Located(CelLookup.Optional(target, _key));
        var found = CelLookup.Find(target, _key);
        return found.IsError ? CelValue.Error(found.AsError with { Position = Position, Path = Path }) : found;
    }
}

/// <summary><c>operand[index]</c> and our <c>operand.0</c>; with a question mark it gives an optional.</summary>
internal sealed class CelIndexNode(int position, CelNode operand, CelNode index, bool isOptional) : CelNode(position, operand, index)
{
    public CelNode Operand => operand;

    public CelNode Index => index;

    public override string? Path => operand.Path is { } path && index is CelLiteralNode literal
        ? literal.Value.Kind switch
        {
            CelKind.Int => $"{path}.{literal.Value.AsInt.ToString(CultureInfo.InvariantCulture)}",
            CelKind.String => $"{path}[\"{literal.Value.AsString}\"]",
            _ => null,
        }
        : null;

    protected override CelValue EvaluateCore(CelEvaluation evaluation)
    {
        var target = operand.Evaluate(evaluation);
        if (target.IsError)
            return target;
        var key = index.Evaluate(evaluation);
        if (key.IsError)
            return key;
        if (isOptional || target.Kind == CelKind.Optional)
            return Located(CelLookup.Optional(target, key));
        var found = CelLookup.Find(target, key);
        return found.IsError ? CelValue.Error(found.AsError with { Position = Position, Path = Path }) : found;
    }
}

/// <summary><c>has(operand.field)</c>: whether the last part of the path is there. Earlier parts must be.</summary>
internal sealed class CelHasNode(int position, CelNode operand, CelLiteralNode key) : CelNode(position, operand, key)
{
    public CelNode Operand => operand;

    public CelLiteralNode Key => key;

    protected override CelValue EvaluateCore(CelEvaluation evaluation)
    {
        var target = operand.Evaluate(evaluation);
        if (target.IsError)
            return target;
        if (target.Kind == CelKind.Optional)
            return CelValue.Of(CelLookup.Optional(target, key.Value).AsOptional is not null);
        var found = CelLookup.Find(target, key.Value);
        if (!found.IsError)
            return CelValue.Of(true);
        return found.AsError.Code is CelErrorCode.NoSuchKey or CelErrorCode.IndexOutOfRange && target.Kind is CelKind.Map or CelKind.List
            ? CelValue.Of(false)
            : Located(found);
    }
}
