using System.Text.Json;
using NextLayer.Workflows.Catalog;
using NextLayer.Workflows.Expressions;

namespace NextLayer.Workflows.Templates;

/// <summary>A string of a config that holds templates, or is an expression.</summary>
/// <param name="Path">Where it stands.</param>
/// <param name="Text">The string.</param>
/// <param name="IsExpression">The whole of it is an expression.</param>
/// <param name="Variables">Names it can use besides those every template has.</param>
internal readonly record struct ConfigText(string Path, string Text, bool IsExpression, IReadOnlyList<string> Variables)
{
    /// <exception cref="CelException">It does not compile.</exception>
    public IEnumerable<CelProgram> Compile() => IsExpression
        ? [TextTemplate.ParseExpression(Text)]
        : TextTemplate.Parse(Text).Parts.Select(p => p.Program).OfType<CelProgram>();

    /// <summary>All of a step's config, and the code of <c>inline_code</c> where that is an expression.</summary>
    public static IEnumerable<ConfigText> OfStep(JsonElement config, StepType? type, string path, IReadOnlyList<string> variables)
    {
        var texts = In(config, type?.ConfigSchema, path, variables);
        return type?.Type == StepTypes.InlineCode && TextOf(config, "language") == "expression" && TextOf(config, "code") is { } code
            ? texts.Append(new ConfigText(path.Length == 0 ? "code" : $"{path}.code", code, IsExpression: true, variables))
            : texts;
    }

    private static string? TextOf(JsonElement config, string name) =>
        config.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    /// <summary>All of them, the deferred ones too; code and bodies, which the schema calls literal, are left out.</summary>
    public static IEnumerable<ConfigText> In(JsonElement json, JsonElement? schema, string path, IReadOnlyList<string> variables)
    {
        var evaluation = ConfigSchemas.EvaluationOf(schema);
        if (evaluation == ConfigEvaluation.Literal)
            return [];
        IReadOnlyList<string> here = [.. variables, .. ConfigSchemas.VariablesOf(schema)];
        return json.ValueKind switch
        {
            JsonValueKind.String when evaluation == ConfigEvaluation.Expression => [new ConfigText(path, json.GetString()!, true, here)],
            JsonValueKind.String when TextTemplate.IsIn(json.GetString()!) => [new ConfigText(path, json.GetString()!, false, here)],
            JsonValueKind.Array => json.EnumerateArray().SelectMany((item, i) => In(item, ConfigSchemas.OfItem(schema), Shortened.Item(path, i), here)),
            JsonValueKind.Object => json.EnumerateObject().SelectMany(p =>
                In(p.Value, ConfigSchemas.OfProperty(schema, p.Name), Shortened.Member(path, p.Name), here)),
            _ => [],
        };
    }
}
