using System.Text.Json;
using Microsoft.AspNetCore.Http.HttpResults;
using NextLayer.Contracts.Registry;
using NextLayer.ControlPlane.Platform.Errors;
using NextLayer.ControlPlane.Platform.Registry;
using NextLayer.Workflows.Schemas;
using NextLayer.Workflows.Validation;

namespace NextLayer.ControlPlane.Features.Versions;

/// <summary>What must hold of a version's definition and input schema, and when.</summary>
internal static class DefinitionCheck
{
    /// <summary>What the Queue API calls the definition.</summary>
    public const string QueueMember = "dag_spec";

    public static VersionValidation Validate(JsonElement definition)
    {
        var flaws = Flaws(definition);
        return new VersionValidation { Valid = flaws.Count == 0, Errors = flaws };
    }

    /// <summary>Everything wrong with a definition; empty when it can be approved.</summary>
    public static IReadOnlyList<DefinitionFlaw> Flaws(JsonElement definition) =>
        [.. DefinitionValidator.Validate(definition).Select(error => new DefinitionFlaw
        {
            Code = error.Code,
            Message = error.Message,
            NodeId = error.NodeId,
            Path = error.Path.Length == 0 ? null : error.Path,
        })];

    /// <summary>The flaw as a sentence that names its node, for those who see nothing else of it.</summary>
    public static string Sentence(DefinitionFlaw flaw) =>
        flaw.NodeId is null || flaw.Message.Contains($"'{flaw.NodeId}'", StringComparison.Ordinal)
            ? flaw.Message
            : $"Step '{flaw.NodeId}': {flaw.Message}";

    /// <param name="member">What the caller's API calls the definition.</param>
    /// <returns>400 <c>invalid_definition</c> with every flaw at its place; null when it can be approved.</returns>
    public static ProblemHttpResult? Refuse(JsonElement definition, string member = QueueMember)
    {
        var flaws = Flaws(definition);
        if (flaws.Count == 0)
            return null;
        var errors = flaws
            .GroupBy(flaw => flaw.Path is null ? member : $"{member}.{flaw.Path}")
            .ToDictionary(at => at.Key, at => at.Select(Sentence).ToArray());
        var refusal = Problems.BadRequest("invalid_definition", $"The definition is not valid: {Sentence(flaws[0])}", errors);
        refusal.ProblemDetails.Extensions["problems"] = flaws;
        return refusal;
    }

    /// <summary>Drafts may be unfinished, but definition and input schema must be of the right kind to be stored.</summary>
    /// <param name="member">What the caller's API calls the definition.</param>
    public static ProblemHttpResult? RefuseShape(JsonElement? definition, JsonElement? inputSchema, string member = QueueMember)
    {
        if (JsonObjects.Refuse(member, definition) is { } notAnObject)
            return notAnObject;
        var errors = SchemaErrors(inputSchema);
        return errors.Count == 0
            ? null
            : Problems.Invalid(errors.GroupBy(error => error.Path).ToDictionary(at => at.Key, at => at.Select(error => error.Message).ToArray()));
    }

    /// <summary>Everything wrong with an input schema; empty for none.</summary>
    public static IEnumerable<DefinitionFlaw> SchemaFlaws(JsonElement? inputSchema) =>
        SchemaErrors(inputSchema).Select(error => new DefinitionFlaw
        {
            Code = "invalid_input_schema",
            Message = $"{error.Path} {error.Message}",
            Path = error.Path,
        });

    private static List<(string Path, string Message)> SchemaErrors(JsonElement? inputSchema)
    {
        if (inputSchema is not { } schema)
            return [];
        var compiled = JsonSchema.TryCompile(schema, out var errors);
        if (compiled is null)
            return [.. errors.Select(error => (error.Path.Length == 0 ? "input_schema" : $"input_schema.{error.Path}", error.Message))];
        return compiled.DescribesObject ? [] : [("input_schema.type", "must be \"object\": the input of a run is an object.")];
    }
}
