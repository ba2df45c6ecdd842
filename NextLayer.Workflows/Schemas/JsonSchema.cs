using System.Text.Json;

namespace NextLayer.Workflows.Schemas;

/// <summary>
/// A compiled JSON Schema (draft 2020-12; the older spellings of drafts 4 to 7 are understood). Schemas come from people
/// we do not know, so checking always ends: every step counts against a budget, patterns run in linear time or under a
/// time-out, and references stay inside the document. That is why no library is used: those at hand follow references
/// over the network and can be sent into exponential work or endless recursion by a dozen bytes of schema.
/// </summary>
public sealed class JsonSchema
{
    private readonly SchemaNode root;

    private JsonSchema(SchemaNode root) => this.root = root;

    /// <summary>Null when the schema is not usable; <paramref name="errors"/> then says everything that is wrong.</summary>
    public static JsonSchema? TryCompile(JsonElement schema, out IReadOnlyList<SchemaError> errors)
    {
        var compiler = new SchemaCompiler(schema);
        var root = compiler.Compile();
        errors = compiler.Errors;
        return errors.Count == 0 ? new JsonSchema(root) : null;
    }

    /// <summary>True when the schema says of itself that it describes an object.</summary>
    public bool DescribesObject => root.Types is ["object"];

    /// <returns>Every difference, at most a hundred; empty when the value fits.</returns>
    public IReadOnlyList<SchemaError> Validate(JsonElement value)
    {
        var evaluation = new SchemaEvaluation();
        evaluation.Run(root, value);
        return evaluation.Errors;
    }
}
