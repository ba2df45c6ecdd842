namespace NextLayer.Workflows.Expressions;

internal enum CelTokenKind : byte
{
    End,
    Identifier,

    /// <summary>A name in backquotes, which may hold <c>-</c>, <c>.</c>, <c>/</c> and spaces; only after a dot.</summary>
    QuotedName,

    /// <summary>An int, uint, double, string or bytes literal; the value is in <see cref="CelToken.Value"/>.</summary>
    Literal,

    /// <summary>The digits after a dot, as in <c>items.0</c>: our one addition to the grammar.</summary>
    Index,

    /// <summary>Digits that fit int64 only behind a minus sign.</summary>
    MinIntDigits,
    Symbol,
}

internal readonly record struct CelToken(CelTokenKind Kind, string Text, int Position, CelValue Value = default)
{
    public bool Is(string symbol) => Kind == CelTokenKind.Symbol && Text == symbol;

    public override string ToString() => Kind == CelTokenKind.End ? "the end" : $"'{Text}'";
}
