using System.Text.Json;
using NextLayer.Workflows.Catalog;
using NextLayer.Workflows.Expressions;
using NextLayer.Workflows.Templates;

namespace NextLayer.Workflows.Conditions;

/// <summary>What a condition decided.</summary>
/// <param name="Ports">The ports to follow: one, or with <c>first_match: false</c> any number.</param>
/// <param name="Output">The step's output: <c>{result, port}</c> of an if, <c>{matched, port}</c> of a switch.</param>
public sealed record ConditionResult(IReadOnlyList<string> Ports, JsonElement Output);

/// <summary>A <c>condition</c> step's expressions, compiled. Immutable and thread-safe.</summary>
public sealed class ConditionProgram
{
    private const string DefaultPort = "default";
    private const string ValueName = "value";

    private readonly bool _isSwitch;
    private readonly ExpressionField? _expression;
    private readonly ExpressionField?[] _cases;

    private ConditionProgram(bool isSwitch, ExpressionField? expression, ExpressionField?[] cases)
    {
        _isSwitch = isSwitch;
        _expression = expression;
        _cases = cases;
    }

    /// <summary>Compiles the config as written. Malformed expressions fail when they are evaluated.</summary>
    public static ConditionProgram Compile(JsonElement config) => new(
        StepSchema.TextOf(config, "mode") == "switch",
        ExpressionField.From(config, "expression", "expression"),
        [.. StepSchema.ObjectsIn(config, "cases").Select((c, i) => ExpressionField.From(c, "expression", $"cases[{i}].expression"))]);

    /// <summary>Decides.</summary>
    /// <param name="config">The config with its templates resolved.</param>
    /// <param name="scope">The names expressions can use; a case's expression also has <c>value</c>.</param>
    /// <returns>The decision; or <c>EXPRESSION</c>, or <c>CONFIG</c> where there is nothing to decide by.</returns>
    public Evaluated<ConditionResult> Evaluate(JsonElement config, TemplateScope scope)
    {
        try
        {
            return _isSwitch ? Switch(config, scope) : If(scope);
        }
        catch (InvalidOperationException ex) when (JsonOut.IsBrokenText(ex))
        {
            return EvaluationFailure.BrokenText;
        }
    }

    private Evaluated<ConditionResult> If(TemplateScope scope)
    {
        if (_expression is null)
            return new EvaluationFailure(EvaluationFailure.Config, "The condition has no expression.", "expression");
        var holds = _expression.Test(scope, new CelBudget());
        if (holds.Failure is { } failure)
            return failure;
        var port = holds.Value ? "true" : "false";
        return new ConditionResult([port], JsonOut.Write(writer =>
        {
            writer.WriteStartObject();
            writer.WriteBoolean("result", holds.Value);
            writer.WriteString("port", port);
            writer.WriteEndObject();
        }));
    }

    private Evaluated<ConditionResult> Switch(JsonElement config, TemplateScope scope)
    {
        var matched = FindMatches(config, scope);
        if (matched.Failure is { } failure)
            return failure;
        List<string> ports = matched.Value.Count > 0 ? matched.Value : [DefaultPort];
        return new ConditionResult(ports, JsonOut.Write(writer =>
        {
            writer.WriteStartObject();
            writer.WriteStartArray("matched");
            foreach (var port in matched.Value)
                writer.WriteStringValue(port);
            writer.WriteEndArray();
            writer.WriteString("port", ports[0]);
            writer.WriteEndObject();
        }));
    }

    private Evaluated<List<string>> FindMatches(JsonElement config, TemplateScope scope)
    {
        var value = config.TryGetProperty(ValueName, out var given) ? given : JsonOut.Null;
        var inner = scope.With(ValueName, value);
        var firstOnly = !config.TryGetProperty("first_match", out var first) || first.ValueKind != JsonValueKind.False;
        var matched = new List<string>();
        var index = 0;
        foreach (var item in StepSchema.ObjectsIn(config, "cases"))
        {
            var fits = Fits(item, index++, CelJson.Read(value), inner);
            if (fits.Failure is { } failure)
                return failure;
            if (fits.Value && StepSchema.TextOf(item, "port") is { } port)
                matched.Add(port);
            if (firstOnly && matched.Count > 0)
                break;
        }
        return matched;
    }

    private Evaluated<bool> Fits(JsonElement item, int index, CelValue value, TemplateScope scope)
    {
        if (index < _cases.Length && _cases[index] is { } expression)
            return expression.Test(scope, new CelBudget());
        if (item.TryGetProperty("equals", out var wanted))
            return CelEquality.AreEqual(value, CelJson.Read(wanted));
        if (item.TryGetProperty("in", out var choices) && choices.ValueKind == JsonValueKind.Array)
            return choices.EnumerateArray().Any(c => CelEquality.AreEqual(value, CelJson.Read(c)));
        if (StepSchema.TextOf(item, "matches") is not { } pattern)
            return new EvaluationFailure(EvaluationFailure.Config, $"Case {index} says neither equals, in, matches nor expression.", $"cases[{index}]");
        if (!CelRegex.TryGet(pattern, out var regex, out var error))
            return new EvaluationFailure(EvaluationFailure.Expression, error.Message, $"cases[{index}].matches");
        return value.Kind == CelKind.String && regex.IsMatch(value.AsString);
    }
}
