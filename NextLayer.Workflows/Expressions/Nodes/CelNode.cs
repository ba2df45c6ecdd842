namespace NextLayer.Workflows.Expressions;

/// <summary>One node of a parsed expression; evaluates itself. Failures are values of kind Error.</summary>
internal abstract class CelNode
{
    protected CelNode(int position, params ReadOnlySpan<CelNode> children)
    {
        Position = position;
        Children = children.ToArray();
        foreach (var child in children)
            Height = Math.Max(Height, child.Height);
        Height++;
    }

    public int Position { get; }

    public IReadOnlyList<CelNode> Children { get; }

    /// <summary>Nodes on the longest way down from here, this one included.</summary>
    public int Height { get; }

    /// <summary>The dotted path this node reads, such as <c>input.items.0</c>; null where it is not a plain path.</summary>
    public virtual string? Path => null;

    public CelValue Evaluate(CelEvaluation evaluation)
    {
        evaluation.Budget.Charge(1);
        return EvaluateCore(evaluation);
    }

    protected abstract CelValue EvaluateCore(CelEvaluation evaluation);

    protected CelValue Fail(CelErrorCode code, string message, string? path = null) =>
        CelValue.Error(new CelError(code, message, Position, path));

    /// <summary>Gives an error made by an operation that does not know where it stands this node's position.</summary>
    protected CelValue Located(in CelValue value) =>
        value.IsError && value.AsError.Position < 0 ? CelValue.Error(value.AsError with { Position = Position }) : value;
}
