namespace NextLayer.Worker.Execution;

/// <summary>Error codes that the engine and several step types share; a type's own codes stand with it.</summary>
internal static class StepCodes
{
    /// <summary>The step's configuration makes no sense once its templates are filled in.</summary>
    public const string Config = "CONFIG";

    public const string Timeout = "TIMEOUT";
    public const string TemplateUnresolved = "TEMPLATE_UNRESOLVED";
    public const string Expression = "EXPRESSION";
    public const string UnsupportedStep = "UNSUPPORTED_STEP";
    public const string OutputTooLarge = "OUTPUT_TOO_LARGE";

    /// <summary>The output holds a NUL character or half a surrogate pair, which cannot be stored.</summary>
    public const string OutputInvalid = "OUTPUT_INVALID";

    /// <summary>A handler threw what it did not expect: a bug of ours, tried again all the same.</summary>
    public const string Internal = "INTERNAL";
}
