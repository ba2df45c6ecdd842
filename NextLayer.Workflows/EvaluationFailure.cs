using NextLayer.Workflows.Expressions;

namespace NextLayer.Workflows;

/// <summary>Why a template, condition or transform gave nothing. None of these is worth a retry.</summary>
/// <param name="Code"><c>TEMPLATE_UNRESOLVED</c>, <c>EXPRESSION</c>, <c>TRANSFORM_TYPE</c>, <c>OUTPUT_TOO_LARGE</c> or <c>CONFIG</c>.</param>
/// <param name="Message">A sentence for people, naming the path and the place.</param>
/// <param name="Path">Where in the config, such as <c>headers.Authorization</c>; null for none.</param>
public sealed record EvaluationFailure(string Code, string Message, string? Path = null)
{
    /// <summary>A template names something that is not there.</summary>
    public const string TemplateUnresolved = "TEMPLATE_UNRESOLVED";

    /// <summary>An expression does not parse, or failed on its values.</summary>
    public const string Expression = "EXPRESSION";

    /// <summary>A transform met a value of the wrong type.</summary>
    public const string TransformType = "TRANSFORM_TYPE";

    /// <summary>A resolved config or result is larger than a step may handle.</summary>
    public const string OutputTooLarge = "OUTPUT_TOO_LARGE";

    /// <summary>The config as resolved does not make sense.</summary>
    public const string Config = "CONFIG";

    internal static EvaluationFailure BrokenText { get; } = new(Expression, "A value holds text that is not valid Unicode.");

    internal static EvaluationFailure Of(CelException failure, string source, string? path, bool isTemplate)
    {
        var place = path is null ? "" : $" in '{path}'";
        if (isTemplate && failure.IsUnresolved)
            return new EvaluationFailure(TemplateUnresolved, $"'{failure.Path ?? source.Trim()}'{place} cannot be resolved: {failure.Message}", path);
        return new EvaluationFailure(Expression, $"The expression '{source.Trim()}'{place} failed at {failure.Position}: {failure.Message}", path);
    }
}

/// <summary>A value, or the reason there is none.</summary>
/// <typeparam name="T">What a success gives.</typeparam>
public readonly record struct Evaluated<T>
{
    private Evaluated(T? value, EvaluationFailure? failure)
    {
        Value = value!;
        Failure = failure;
    }

    /// <summary>The value; meaningless when <see cref="Failure"/> is set.</summary>
    public T Value { get; }

    /// <summary>Null on success.</summary>
    public EvaluationFailure? Failure { get; }

    /// <summary>True when there is a value.</summary>
    public bool IsSuccess => Failure is null;

    /// <summary>A success.</summary>
    public static implicit operator Evaluated<T>(T value) => new(value, null);

    /// <summary>A failure.</summary>
    public static implicit operator Evaluated<T>(EvaluationFailure failure) => new(default, failure);
}

internal static class Evaluated
{
    /// <summary>A success whose value is an interface, which C# does not convert implicitly.</summary>
    public static Evaluated<T> Of<T>(T value) => value;
}
