using System.Buffers;
using System.Text.Json;
using NextLayer.Workflows.Catalog;
using NextLayer.Workflows.Expressions;

namespace NextLayer.Workflows.Templates;

/// <summary>
/// A config with its templates compiled. Immutable and thread-safe; compile once per definition. What the schema
/// marks as not for the outer pass (<c>x-evaluate</c>: <c>expression</c>, <c>deferred</c>, <c>literal</c>) is left as
/// it stands, for the step itself to evaluate.
/// </summary>
public sealed class ConfigTemplate
{
    /// <summary>Bytes a resolved config may have.</summary>
    public const int MaxBytes = 4 * 1024 * 1024;

    private const long ResolveSteps = 10 * CelBudget.DefaultSteps;

    private readonly JsonElement _config;
    private readonly TemplateNode? _root;
    private readonly EvaluationFailure? _problem;

    private ConfigTemplate(JsonElement config, TemplateNode? root, EvaluationFailure? problem)
    {
        _config = config;
        _root = root;
        _problem = problem;
    }

    /// <summary>True when the config holds no template at all, and <see cref="Resolve"/> returns it untouched.</summary>
    public bool IsConstant => _root is null && _problem is null;

    /// <summary>Compiles every template. A malformed one makes every <see cref="Resolve"/> fail; nothing is thrown.</summary>
    /// <param name="config">Any JSON that will not be disposed.</param>
    /// <param name="schema">The step type's <c>config_schema</c>; null resolves all strings.</param>
    public static ConfigTemplate Compile(JsonElement config, JsonElement? schema = null) => CompileAt("", config, schema);

    internal static ConfigTemplate CompileAt(string path, JsonElement config, JsonElement? schema = null)
    {
        EvaluationFailure? problem = null;
        TemplateNode? root = null;
        try
        {
            root = Build(config, schema, path, ref problem);
        }
        catch (InvalidOperationException ex) when (JsonOut.IsBrokenText(ex))
        {
            problem = EvaluationFailure.BrokenText;
        }
        return new ConfigTemplate(config, root, problem);
    }

    /// <summary>
    /// Puts values in place of templates: a string that is only one template takes the value as it is, others become
    /// text, with strings raw and everything else as compact JSON.
    /// </summary>
    /// <param name="scope">The names; remembers the secrets read.</param>
    /// <param name="budget">What all templates together may spend; null grants ten times an expression's.</param>
    /// <returns>The config, or <c>TEMPLATE_UNRESOLVED</c>, <c>EXPRESSION</c> or <c>OUTPUT_TOO_LARGE</c>.</returns>
    public Evaluated<JsonElement> Resolve(TemplateScope scope, CelBudget? budget = null) =>
        ResolveIn(scope, budget ?? new CelBudget(ResolveSteps));

    internal Evaluated<JsonElement> ResolveIn(CelScope scope, CelBudget budget)
    {
        if (_problem is not null)
            return _problem;
        if (_root is null)
            return _config;
        var buffer = new ArrayBufferWriter<byte>();
        using var writer = new Utf8JsonWriter(buffer, JsonOut.Options);
        try
        {
            var failure = _root.Write(writer, new TemplateWrite(scope, budget));
            if (failure is not null)
                return failure;
        }
        catch (InvalidOperationException ex) when (JsonOut.IsBrokenText(ex))
        {
            return EvaluationFailure.BrokenText;
        }
        writer.Flush();
        return JsonOut.Parse(buffer.WrittenSpan);
    }

    // Null for a part without templates: its parent copies the JSON.
    private static TemplateNode? Build(JsonElement json, JsonElement? schema, string path, ref EvaluationFailure? problem)
    {
        if (ConfigSchemas.EvaluationOf(schema) != ConfigEvaluation.Template)
            return null;
        switch (json.ValueKind)
        {
            case JsonValueKind.String when TextTemplate.IsIn(json.GetString()!):
                return BuildText(json.GetString()!, path, ref problem);
            case JsonValueKind.Array:
                var items = new List<(JsonElement, TemplateNode?)>();
                foreach (var item in json.EnumerateArray())
                    items.Add((item, Build(item, ConfigSchemas.OfItem(schema), $"{path}[{items.Count}]", ref problem)));
                return items.Exists(i => i.Item2 is not null) ? new ArrayTemplateNode(items) : null;
            case JsonValueKind.Object:
                var properties = new List<(string, JsonElement, TemplateNode?)>();
                foreach (var property in json.EnumerateObject())
                {
                    var inner = path.Length == 0 ? property.Name : $"{path}.{property.Name}";
                    properties.Add((property.Name, property.Value, Build(property.Value, ConfigSchemas.OfProperty(schema, property.Name), inner, ref problem)));
                }
                return properties.Exists(p => p.Item3 is not null) ? new ObjectTemplateNode(properties) : null;
            default:
                return null;
        }
    }

    private static TextTemplateNode? BuildText(string text, string path, ref EvaluationFailure? problem)
    {
        try
        {
            return new TextTemplateNode(TextTemplate.Parse(text), path);
        }
        catch (CelException failure)
        {
            problem ??= EvaluationFailure.Of(failure, text, path.Length == 0 ? null : path, isTemplate: false);
            return null;
        }
    }
}
