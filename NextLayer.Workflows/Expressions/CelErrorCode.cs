namespace NextLayer.Workflows.Expressions;

/// <summary>What kind of thing went wrong while an expression was compiled or evaluated.</summary>
public enum CelErrorCode
{
    /// <summary>The source does not parse.</summary>
    Syntax,

    /// <summary>The source is too long, nested too deeply, or holds a pattern that is too large.</summary>
    TooComplex,

    /// <summary>A name that is neither a variable nor a type.</summary>
    UnknownName,

    /// <summary>A function that does not exist, or not with this number of arguments.</summary>
    UnknownFunction,

    /// <summary>A map has no such key, or a value has no fields at all.</summary>
    NoSuchKey,

    /// <summary>A list index below zero or past the end.</summary>
    IndexOutOfRange,

    /// <summary>An operator or function was given types it is not defined for.</summary>
    NoSuchOverload,

    /// <summary>Division or modulus by the integer zero.</summary>
    DivideByZero,

    /// <summary>A result outside the range of its type.</summary>
    Overflow,

    /// <summary>An argument of the right type with a value that cannot be used.</summary>
    InvalidArgument,

    /// <summary>A map literal names a key twice.</summary>
    DuplicateKey,

    /// <summary>The evaluation used up its <see cref="CelBudget"/>. Never absorbed by <c>||</c> or <c>&amp;&amp;</c>.</summary>
    CostExceeded,
}
