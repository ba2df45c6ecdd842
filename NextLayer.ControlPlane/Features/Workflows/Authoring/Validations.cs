using System.Text.Json;
using NextLayer.Contracts.Workflows;
using NextLayer.ControlPlane.Features.Versions;

namespace NextLayer.ControlPlane.Features.Workflows.Authoring;

/// <summary>What is wrong with a workflow, for people and for editors.</summary>
internal static class Validations
{
    public static WorkflowValidation Of(JsonElement definition, JsonElement? inputSchema)
    {
        var problems = DefinitionCheck.Flaws(definition).Concat(DefinitionCheck.SchemaFlaws(inputSchema)).ToList();
        return new WorkflowValidation
        {
            Valid = problems.Count == 0,
            Errors = [.. problems.Select(DefinitionCheck.Sentence)],
            Problems = problems,
        };
    }
}
