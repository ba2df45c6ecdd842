using System.Text.Json;

namespace NextLayer.Workflows.Expressions;

/// <summary>
/// A compiled expression of the Common Expression Language. Immutable and thread-safe: compile once, evaluate often.
/// Beyond the language definition it has <c>list.0</c> for <c>list[0]</c>; it has no message types.
/// </summary>
public sealed class CelProgram
{
    private readonly CelNode _root;

    private CelProgram(string source, CelNode root)
    {
        Source = source;
        _root = root;
    }

    /// <summary>The text this was compiled from.</summary>
    public string Source { get; }

    internal CelNode Root => _root;

    /// <summary>Compiles an expression of at most 10,000 characters, nested at most 250 deep.</summary>
    /// <exception cref="CelException">The source does not parse, is too complex, or calls a function that does not exist.</exception>
    public static CelProgram Compile(string source) => new(source, CelParser.Parse(source));

    /// <summary>Evaluates to JSON: bytes as base64, timestamps and durations as text.</summary>
    /// <param name="scope">The variables.</param>
    /// <param name="budget">What it may spend; null grants <see cref="CelBudget.DefaultSteps"/>.</param>
    /// <exception cref="CelException">The evaluation failed or ran out of budget.</exception>
    public JsonElement Evaluate(CelScope scope, CelBudget? budget = null)
    {
        var value = EvaluateValue(scope, budget);
        try
        {
            return CelJson.Write(value);
        }
        catch (InvalidOperationException ex) when (JsonOut.IsBrokenText(ex))
        {
            throw BrokenText();
        }
    }

    /// <summary>Evaluates a condition.</summary>
    /// <exception cref="CelException">The evaluation failed, ran out of budget, or gave something else than true or false.</exception>
    public bool EvaluateBool(CelScope scope, CelBudget? budget = null)
    {
        var value = EvaluateValue(scope, budget);
        return value.Kind == CelKind.Bool
            ? value.AsBool
            : throw new CelException(CelErrorCode.NoSuchOverload, $"The expression must give true or false, and gave a {value.TypeName}.");
    }

    internal CelValue EvaluateValue(CelScope scope, CelBudget? budget = null)
    {
        try
        {
            var value = _root.Evaluate(new CelEvaluation(scope, budget ?? new CelBudget()));
            return value.IsError ? throw new CelException(value.AsError) : value;
        }
        catch (InvalidOperationException ex) when (JsonOut.IsBrokenText(ex))
        {
            throw BrokenText();
        }
    }

    private static CelException BrokenText() => new(CelErrorCode.InvalidArgument, "A value holds text that is not valid Unicode.");
}
