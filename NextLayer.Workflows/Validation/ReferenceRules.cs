using System.Text.Json;
using NextLayer.Workflows.Catalog;
using NextLayer.Workflows.Definitions;
using NextLayer.Workflows.Expressions;
using NextLayer.Workflows.Graphs;
using NextLayer.Workflows.Templates;

namespace NextLayer.Workflows.Validation;

/// <summary>Templates and expressions: whether they parse, and whether what they name will be there.</summary>
internal sealed class ReferenceRules(GraphShape shape, BodyContext context)
{
    private const int MaxConfigDepth = 64;

    private readonly Ancestors _ancestors = shape.FindAncestors();
    private readonly HashSet<int> _ordered = [.. shape.Order];

    public List<DefinitionError> Find(StepDefinition step, StepType? type, WorkflowDefinition? body)
    {
        var errors = new List<DefinitionError>();
        if (step.When is { } when)
            CheckText(new Place(step, $"{step.DataPath}.when", context.Variables, body), when, isExpression: true, errors);
        Walk(new Place(step, $"{step.DataPath}.config", context.Variables, body), step.Config, type?.ConfigSchema, 0, errors);
        return errors;
    }

    public bool IsUpstream(string id, StepDefinition of) =>
        shape.IndexOf.TryGetValue(id, out var ancestor) && shape.IndexOf.TryGetValue(of.Id, out var step) && _ancestors.Contains(step, ancestor);

    private void Walk(Place place, JsonElement json, JsonElement? schema, int depth, List<DefinitionError> errors)
    {
        if (depth > MaxConfigDepth)
        {
            errors.Add(new DefinitionError("too_deep", place.Step.Id, place.Path, $"A config may nest {MaxConfigDepth} deep."));
            return;
        }
        var evaluation = ConfigSchemas.EvaluationOf(schema);
        if (evaluation == ConfigEvaluation.Literal)
            return;
        var here = place with { Variables = [.. place.Variables, .. ConfigSchemas.VariablesOf(schema)] };
        switch (json.ValueKind)
        {
            case JsonValueKind.String when evaluation == ConfigEvaluation.Expression:
                CheckText(here, json.GetString()!, isExpression: true, errors);
                break;
            case JsonValueKind.String when TextTemplate.IsIn(json.GetString()!):
                CheckText(here, json.GetString()!, isExpression: false, errors);
                break;
            case JsonValueKind.Array:
                var index = 0;
                foreach (var item in json.EnumerateArray())
                    Walk(here with { Path = $"{place.Path}[{index++}]" }, item, ConfigSchemas.OfItem(schema), depth + 1, errors);
                break;
            case JsonValueKind.Object:
                foreach (var property in json.EnumerateObject())
                    Walk(here with { Path = $"{place.Path}.{property.Name}" }, property.Value, ConfigSchemas.OfProperty(schema, property.Name), depth + 1, errors);
                break;
        }
    }

    private void CheckText(Place place, string text, bool isExpression, List<DefinitionError> errors)
    {
        try
        {
            IEnumerable<CelProgram> programs = isExpression
                ? [TextTemplate.ParseExpression(text)]
                : TextTemplate.Parse(text).Parts.Select(p => p.Program).OfType<CelProgram>();
            foreach (var reference in programs.SelectMany(CelReference.In))
                CheckReference(place, reference, errors);
        }
        catch (CelException failure)
        {
            errors.Add(new DefinitionError(isExpression ? "invalid_expression" : "invalid_template", place.Step.Id, place.Path,
                $"Step '{place.Step.Id}': '{Shorten(text)}' does not parse at {failure.Position}: {failure.Message}"));
        }
    }

    private void CheckReference(Place place, CelReference reference, List<DefinitionError> errors)
    {
        var isStepsPath = reference.Root == TemplateNames.Steps;
        if (!isStepsPath && (TemplateNames.IsAlwaysThere(reference.Root) || place.Variables.Contains(reference.Root)))
            return;
        // "steps" alone, or with a computed key, names no step that could be checked.
        if (isStepsPath && reference.Keys.Count == 0)
            return;
        var id = isStepsPath ? reference.Keys[0] : reference.Root;
        if (context.IsOuterStep(id) || (place.SeesBody && place.Body?.Steps.Any(s => s.Id == id) == true))
            return;
        if (!shape.IndexOf.TryGetValue(id, out var index))
        {
            if (isStepsPath || CelTypeNames.Find(id) is null)
                Report("unknown_reference", isStepsPath ? $"there is no step '{id}'" : $"'{id}' is neither a step nor a name that templates have here");
        }
        else if (_ordered.Contains(shape.IndexOf[place.Step.Id]) && !_ancestors.Contains(shape.IndexOf[place.Step.Id], index))
        {
            Report("reference_not_upstream", $"step '{id}' does not come before it, so its output may not be there");
        }

        void Report(string code, string what) =>
            errors.Add(new DefinitionError(code, place.Step.Id, place.Path, $"Step '{place.Step.Id}' refers to {Name(reference)}, but {what}."));
    }

    private static string Name(CelReference reference) => $"'{string.Join('.', reference.Keys.Prepend(reference.Root))}'";

    private static string Shorten(string text) => text.Length <= 80 ? text : text[..80] + "…";

    /// <summary>Where a text stands and what it may name besides the usual.</summary>
    private sealed record Place(StepDefinition Step, string Path, IReadOnlyList<string> Variables, WorkflowDefinition? Body)
    {
        /// <summary>The output of a for-each, which is shaped after its body has run.</summary>
        public bool SeesBody => Variables.Contains("result");
    }
}
