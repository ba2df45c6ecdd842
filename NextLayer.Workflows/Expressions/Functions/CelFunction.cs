namespace NextLayer.Workflows.Expressions;

/// <summary>The body of a function. The receiver of a member call is the first argument; no argument is an error.</summary>
internal delegate CelValue CelFunctionBody(ReadOnlySpan<CelValue> arguments, CelBudget budget);

/// <summary>One function, called as <c>name(x)</c> or, where it is a member, as <c>x.name()</c>; the receiver counts as an argument.</summary>
internal sealed record CelFunction(string Name, bool IsMember, int MinArguments, int MaxArguments, CelFunctionBody Invoke)
{
    /// <summary>Returned by a body whose argument types do not fit; the call node says which they were.</summary>
    public static readonly CelValue NoOverload = CelValue.Error(CelErrorCode.NoSuchOverload, "");

    public static CelFunction Global(string name, int arguments, CelFunctionBody body) => new(name, false, arguments, arguments, body);

    public static CelFunction Global(string name, int min, int max, CelFunctionBody body) => new(name, false, min, max, body);

    public static CelFunction Member(string name, int arguments, CelFunctionBody body) => new(name, true, arguments, arguments, body);

    public static CelFunction Member(string name, int min, int max, CelFunctionBody body) => new(name, true, min, max, body);
}
