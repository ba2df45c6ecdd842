namespace NextLayer.Workflows.Expressions;

/// <summary>The only exception expressions throw, for bad source and for failed evaluations alike.</summary>
public sealed class CelException : Exception
{
    internal CelException(CelError error)
        : base(error.Message)
    {
        Code = error.Code;
        Position = Math.Max(error.Position, 0);
        Path = error.Path;
    }

    internal CelException(CelErrorCode code, string message, int position = 0)
        : this(new CelError(code, message, position))
    {
    }

    /// <summary>The kind of failure; the message is for people and may change.</summary>
    public CelErrorCode Code { get; }

    /// <summary>Zero-based offset in the source, in UTF-16 units, of the token or operator that failed.</summary>
    public int Position { get; }

    /// <summary>The path that led nowhere, such as <c>input.customer.name</c>; null when the failure is not about a path.</summary>
    public string? Path { get; }

    /// <summary>True when the expression named something that is not there, rather than computing something impossible.</summary>
    public bool IsUnresolved => Code is CelErrorCode.UnknownName or CelErrorCode.NoSuchKey or CelErrorCode.IndexOutOfRange;
}
