using System.Text.Json;
using NextLayer.Workflows.Expressions;
using NextLayer.Workflows.Templates;

namespace NextLayer.Workflows.Catalog;

/// <summary>
/// Checks a config against the part of JSON Schema the catalog uses. Unlike a general validator it knows that a
/// string with a template in it may become anything, and so fits everything.
/// </summary>
internal static class SchemaCheck
{
    public static List<ConfigProblem> Find(JsonElement config, JsonElement schema)
    {
        var problems = new List<ConfigProblem>();
        Check(config, schema, "", problems);
        return problems;
    }

    private static void Check(JsonElement value, JsonElement schema, string path, List<ConfigProblem> problems)
    {
        if (schema.ValueKind != JsonValueKind.Object || IsTemplate(value, schema))
            return;
        if (schema.TryGetProperty("type", out var type) && !HasType(value, type))
        {
            Report($"must be {TypeNames(type)}, not {KindName(value)}");
            return;
        }
        if (schema.TryGetProperty("enum", out var allowed) && !allowed.EnumerateArray().Any(a => JsonElement.DeepEquals(a, value)))
            Report($"must be one of {string.Join(", ", allowed.EnumerateArray())}");
        if (schema.TryGetProperty("const", out var constant) && !JsonElement.DeepEquals(constant, value))
            Report($"must be {constant}");
        switch (value.ValueKind)
        {
            case JsonValueKind.Number:
                CheckNumber(value.GetDouble(), schema, Report);
                break;
            case JsonValueKind.String:
                CheckText(value.GetString()!, schema, Report);
                break;
            case JsonValueKind.Array:
                CheckArray(value, schema, path, problems, Report);
                break;
            case JsonValueKind.Object:
                CheckObject(value, schema, path, problems);
                break;
        }
        CheckCombinations(value, schema, path, problems, Report);

        void Report(string what) =>
            problems.Add(new ConfigProblem("invalid_config", path, $"{(path.Length == 0 ? "The config" : $"'{path}'")} {what}."));
    }

    // Code and expressions are not resolved beforehand, so braces in them are what they are.
    private static bool IsTemplate(JsonElement value, JsonElement schema) =>
        value.ValueKind == JsonValueKind.String
        && ConfigSchemas.EvaluationOf(schema) is ConfigEvaluation.Template or ConfigEvaluation.Deferred
        && TextTemplate.IsIn(value.GetString()!);

    private static void CheckNumber(double number, JsonElement schema, Action<string> report)
    {
        if (schema.TryGetProperty("minimum", out var least) && number < least.GetDouble())
            report($"must be at least {least}");
        if (schema.TryGetProperty("maximum", out var most) && number > most.GetDouble())
            report($"must be at most {most}");
    }

    private static void CheckText(string text, JsonElement schema, Action<string> report)
    {
        if (schema.TryGetProperty("minLength", out var least) && text.Length < least.GetInt32())
            report(least.GetInt32() == 1 ? "must not be empty" : $"must have at least {least} characters");
        if (schema.TryGetProperty("maxLength", out var most) && text.Length > most.GetInt32())
            report($"must have at most {most} characters");
        if (schema.TryGetProperty("pattern", out var pattern) && CelRegex.TryGet(pattern.GetString()!, out var regex, out _) && !regex.IsMatch(text))
            report($"does not look right; it must match {pattern}");
    }

    private static void CheckArray(JsonElement array, JsonElement schema, string path, List<ConfigProblem> problems, Action<string> report)
    {
        if (schema.TryGetProperty("minItems", out var least) && array.GetArrayLength() < least.GetInt32())
            report($"must have at least {least} entries");
        if (schema.TryGetProperty("maxItems", out var most) && array.GetArrayLength() > most.GetInt32())
            report($"must have at most {most} entries");
        if (!schema.TryGetProperty("items", out var items))
            return;
        var index = 0;
        foreach (var item in array.EnumerateArray())
            Check(item, items, Shortened.Item(path, index++), problems);
    }

    private static void CheckObject(JsonElement value, JsonElement schema, string path, List<ConfigProblem> problems)
    {
        if (schema.TryGetProperty("required", out var required))
        {
            foreach (var name in required.EnumerateArray())
            {
                if (!IsGiven(value, name.GetString()!))
                    problems.Add(new ConfigProblem("invalid_config", Shortened.Member(path, name.GetString()!), $"'{Shortened.Member(path, name.GetString()!)}' is required."));
            }
        }
        foreach (var property in value.EnumerateObject())
        {
            // Editors save what was never filled in as null.
            if (property.Value.ValueKind != JsonValueKind.Null && ConfigSchemas.OfProperty(schema, property.Name) is { } inner)
                Check(property.Value, inner, Shortened.Member(path, property.Name), problems);
        }
    }

    private static void CheckCombinations(JsonElement value, JsonElement schema, string path, List<ConfigProblem> problems, Action<string> report)
    {
        if (schema.TryGetProperty("allOf", out var all))
        {
            foreach (var part in all.EnumerateArray())
                Check(value, part, path, problems);
        }
        if (schema.TryGetProperty("anyOf", out var any) && !any.EnumerateArray().Any(s => Fits(value, s)))
            report($"needs at least one of {Alternatives(any)}");
        if (schema.TryGetProperty("oneOf", out var one) && one.EnumerateArray().Count(s => Fits(value, s)) is not 1 and var fitting)
        {
            if (fitting == 0 && Meant(value, one) is { } meant)
                Check(value, meant, path, problems);
            else
                report($"needs exactly one of {Alternatives(one)}");
        }
        if (schema.TryGetProperty("if", out var condition)
            && schema.TryGetProperty(Fits(value, condition) ? "then" : "else", out var consequence))
            Check(value, consequence, path, problems);
    }

    /// <summary>The one alternative of the value's kind that has all it requires: what it says is wrong is what is wrong.</summary>
    private static JsonElement? Meant(JsonElement value, JsonElement alternatives)
    {
        var meant = alternatives.EnumerateArray().Where(s => s.TryGetProperty("type", out var type) && HasType(value, type) && HasRequired(value, s)).ToList();
        return meant.Count == 1 ? meant[0] : null;
    }

    private static bool HasRequired(JsonElement value, JsonElement schema) =>
        !schema.TryGetProperty("required", out var required)
        || (value.ValueKind == JsonValueKind.Object && required.EnumerateArray().All(name => IsGiven(value, name.GetString()!)));

    private static bool Fits(JsonElement value, JsonElement schema)
    {
        var problems = new List<ConfigProblem>();
        Check(value, schema, "", problems);
        return problems.Count == 0;
    }

    private static bool IsGiven(JsonElement value, string name) =>
        value.TryGetProperty(name, out var found) && found.ValueKind != JsonValueKind.Null;

    private static bool HasType(JsonElement value, JsonElement type) => type.ValueKind == JsonValueKind.Array
        ? type.EnumerateArray().Any(t => HasType(value, t))
        : type.GetString() switch
        {
            "string" => value.ValueKind == JsonValueKind.String,
            "number" => value.ValueKind == JsonValueKind.Number,
            "integer" => value.ValueKind == JsonValueKind.Number && Math.Truncate(value.GetDouble()) == value.GetDouble(),
            "boolean" => value.ValueKind is JsonValueKind.True or JsonValueKind.False,
            "array" => value.ValueKind == JsonValueKind.Array,
            "object" => value.ValueKind == JsonValueKind.Object,
            _ => value.ValueKind == JsonValueKind.Null,
        };

    private static string TypeNames(JsonElement type) => type.ValueKind == JsonValueKind.Array
        ? string.Join(" or ", type.EnumerateArray())
        : type.GetString()!;

    private static string KindName(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.True or JsonValueKind.False => "boolean",
        var kind => kind.ToString().ToLowerInvariant(),
    };

    private static string Alternatives(JsonElement schemas) => string.Join(", ", schemas.EnumerateArray().Select(s =>
        s.TryGetProperty("required", out var required) && required.GetArrayLength() == 1 ? required[0].GetString()
        : s.TryGetProperty("type", out var type) ? TypeNames(type) : "the alternatives"));
}
