namespace NextLayer.Worker.Steps.Code;

/// <summary>What an <c>inline_code</c> step reports when it fails; nothing of it gets better by trying again.</summary>
internal static class CodeCodes
{
    /// <summary>Time, memory, statements, or the cost of an expression.</summary>
    public const string Limit = "CODE_LIMIT";

    /// <summary>It threw, or is no JavaScript; <c>detail</c> has <c>line</c> and <c>column</c>.</summary>
    public const string Error = "CODE_ERROR";

    /// <summary>It returned undefined.</summary>
    public const string NoResult = "CODE_NO_RESULT";
}
