using System.Text.Json;
using NextLayer.Workflows.Expressions;

namespace NextLayer.Workflows.Templates;

/// <summary>An expression field of a config, compiled; remembers where it stands and why it does not compile.</summary>
internal sealed class ExpressionField
{
    private readonly string _path;
    private readonly string _source;
    private readonly CelProgram? _program;
    private readonly EvaluationFailure? _malformed;

    private ExpressionField(string source, string path)
    {
        _source = source;
        _path = path;
        try
        {
            _program = TextTemplate.ParseExpression(source);
        }
        catch (CelException failure)
        {
            _malformed = EvaluationFailure.Of(failure, source, path, isTemplate: false);
        }
    }

    /// <summary>Reads a string, or a literal true or false; null where there is none.</summary>
    public static ExpressionField? From(JsonElement owner, string name, string path)
    {
        if (owner.ValueKind != JsonValueKind.Object || !owner.TryGetProperty(name, out var value))
            return null;
        return value.ValueKind switch
        {
            JsonValueKind.String => new ExpressionField(value.GetString()!, path),
            JsonValueKind.True or JsonValueKind.False => new ExpressionField(value.GetRawText(), path),
            _ => null,
        };
    }

    public Evaluated<bool> Test(CelScope scope, CelBudget budget)
    {
        if (_malformed is not null)
            return _malformed;
        try
        {
            return _program!.EvaluateBool(scope, budget);
        }
        catch (CelException failure)
        {
            return EvaluationFailure.Of(failure, _source, _path, isTemplate: false);
        }
    }

    public Evaluated<CelValue> Evaluate(CelScope scope, CelBudget budget)
    {
        if (_malformed is not null)
            return _malformed;
        try
        {
            return _program!.EvaluateValue(scope, budget);
        }
        catch (CelException failure)
        {
            return EvaluationFailure.Of(failure, _source, _path, isTemplate: false);
        }
    }
}
