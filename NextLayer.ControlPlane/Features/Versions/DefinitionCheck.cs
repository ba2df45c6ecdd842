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
    public static VersionValidation Validate(JsonElement definition)
    {
        var flaws = Flaws(definition);
        return new VersionValidation { Valid = flaws.Count == 0, Errors = flaws };
    }

    /// <returns>400 <c>invalid_definition</c> with every flaw at its place; null when it can be approved.</returns>
    public static ProblemHttpResult? Refuse(JsonElement definition)
    {
        var flaws = Flaws(definition);
        if (flaws.Count == 0)
            return null;
        var errors = flaws
            .GroupBy(flaw => string.IsNullOrEmpty(flaw.Path) ? "dag_spec" : $"dag_spec.{flaw.Path}")
            .ToDictionary(at => at.Key, at => at.Select(flaw => flaw.Message).ToArray());
        return Problems.BadRequest("invalid_definition", $"The definition cannot be approved: {flaws[0].Message}", errors);
    }

    /// <summary>Drafts may be unfinished, but definition and input schema must be of the right kind to be stored.</summary>
    public static ProblemHttpResult? RefuseShape(JsonElement? definition, JsonElement? inputSchema)
    {
        if (JsonObjects.Refuse("dag_spec", definition) is { } notAnObject)
            return notAnObject;
        if (inputSchema is not { } schema)
            return null;
        var compiled = JsonSchema.TryCompile(schema, out var errors);
        if (compiled is null)
        {
            return Problems.Invalid(errors
                .GroupBy(error => error.Path.Length == 0 ? "input_schema" : $"input_schema.{error.Path}")
                .ToDictionary(at => at.Key, at => at.Select(error => error.Message).ToArray()));
        }

        return compiled.DescribesObject
            ? null
            : Problems.Invalid("input_schema.type", "must be \"object\": the parameters of a run are an object.");
    }

    private static IReadOnlyList<DefinitionFlaw> Flaws(JsonElement definition) =>
        [.. DefinitionValidator.Validate(definition).Select(error => new DefinitionFlaw
        {
            Code = error.Code,
            Message = error.Message,
            NodeId = error.NodeId,
            Path = error.Path.Length == 0 ? null : error.Path,
        })];
}
