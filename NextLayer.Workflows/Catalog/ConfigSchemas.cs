using System.Text.Json;

namespace NextLayer.Workflows.Catalog;

/// <summary>When a part of a config is evaluated; the schema keyword <c>x-evaluate</c>.</summary>
internal enum ConfigEvaluation
{
    /// <summary>Templates are resolved before the step runs. The default.</summary>
    Template,

    /// <summary>Holds templates that the step resolves itself, with the names of <c>x-variables</c> besides.</summary>
    Deferred,

    /// <summary>The string is an expression that the step evaluates, with the names of <c>x-variables</c> besides.</summary>
    Expression,

    /// <summary>Never looked into: code, SQL, the body of a loop.</summary>
    Literal,
}

/// <summary>Walks a config's schema beside the config.</summary>
internal static class ConfigSchemas
{
    public static ConfigEvaluation EvaluationOf(JsonElement? schema) => Text(schema, "x-evaluate") switch
    {
        "deferred" => ConfigEvaluation.Deferred,
        "expression" => ConfigEvaluation.Expression,
        "literal" => ConfigEvaluation.Literal,
        _ => ConfigEvaluation.Template,
    };

    /// <summary>Names an expression here can use besides those every template has.</summary>
    public static IEnumerable<string> VariablesOf(JsonElement? schema) =>
        schema is { ValueKind: JsonValueKind.Object } s && s.TryGetProperty("x-variables", out var names)
            ? names.EnumerateArray().Select(n => n.GetString()!)
            : [];

    public static JsonElement? OfProperty(JsonElement? schema, string name)
    {
        if (schema is not { ValueKind: JsonValueKind.Object } s)
            return null;
        if (s.TryGetProperty("properties", out var properties) && properties.TryGetProperty(name, out var found))
            return found;
        return s.TryGetProperty("additionalProperties", out var others) && others.ValueKind == JsonValueKind.Object ? others : null;
    }

    public static JsonElement? OfItem(JsonElement? schema) =>
        schema is { ValueKind: JsonValueKind.Object } s && s.TryGetProperty("items", out var items) ? items : null;

    private static string? Text(JsonElement? schema, string name) =>
        schema is { ValueKind: JsonValueKind.Object } s && s.TryGetProperty(name, out var value) ? value.GetString() : null;
}
