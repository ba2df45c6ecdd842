using NextLayer.Workflows.Catalog;
using NextLayer.Workflows.Definitions;
using NextLayer.Workflows.Expressions;
using NextLayer.Workflows.Graphs;
using NextLayer.Workflows.Templates;

namespace NextLayer.Workflows.Validation;

/// <summary>Templates and expressions: whether they parse, and whether what they name will be there.</summary>
internal sealed class ReferenceRules(GraphShape shape, BodyContext context)
{
    private readonly Ancestors _ancestors = shape.FindAncestors();
    private readonly HashSet<int> _ordered = [.. shape.Order];

    public List<DefinitionError> Find(StepDefinition step, StepType? type, WorkflowDefinition? body)
    {
        var errors = new List<DefinitionError>();
        if (step.When is { } when)
            Check(step, new ConfigText($"{step.DataPath}.when", when, IsExpression: true, context.Variables), body, errors);
        foreach (var text in ConfigText.OfStep(step.Config, type, $"{step.DataPath}.config", context.Variables))
        {
            if (errors.Count > WorkflowDefinition.MaxErrors)
                break;
            Check(step, text, body, errors);
        }
        return errors;
    }

    public bool IsUpstream(string id, StepDefinition of) =>
        shape.IndexOf.TryGetValue(id, out var ancestor) && shape.IndexOf.TryGetValue(of.Id, out var step) && _ancestors.Contains(step, ancestor);

    private void Check(StepDefinition step, ConfigText text, WorkflowDefinition? body, List<DefinitionError> errors)
    {
        try
        {
            foreach (var reference in text.Compile().SelectMany(CelReference.In))
            {
                if (errors.Count > WorkflowDefinition.MaxErrors)
                    return;
                if (FindProblem(step, text, body, reference) is var (code, what))
                    errors.Add(new DefinitionError(code, step.Id, text.Path, $"Step '{step.Id}' refers to {Name(reference)}, but {what}."));
            }
        }
        catch (CelException failure)
        {
            errors.Add(new DefinitionError(text.IsExpression ? "invalid_expression" : "invalid_template", step.Id, text.Path,
                $"Step '{step.Id}': '{Shortened.Text(text.Text, 80)}' does not parse at {failure.Position}: {failure.Message}"));
        }
    }

    private (string Code, string What)? FindProblem(StepDefinition step, ConfigText text, WorkflowDefinition? body, CelReference reference)
    {
        var isStepsPath = reference.Root == TemplateNames.Steps;
        if (!isStepsPath && (TemplateNames.IsAlwaysThere(reference.Root) || text.Variables.Contains(reference.Root)))
            return null;
        // "steps" alone, or with a computed key, names no step that could be checked.
        if (isStepsPath && reference.Keys.Count == 0)
            return null;
        var id = isStepsPath ? reference.Keys[0] : reference.Root;
        // The output of a for-each, which alone knows "result", is shaped after its body has run.
        if (context.IsOuterStep(id) || (text.Variables.Contains("result") && body?.Steps.Any(s => s.Id == id) == true))
            return null;
        if (shape.IndexOf.TryGetValue(id, out var index))
        {
            var self = shape.IndexOf[step.Id];
            return _ordered.Contains(self) && !_ancestors.Contains(self, index)
                ? ("reference_not_upstream", $"step '{id}' does not come before it, so its output may not be there")
                : null;
        }
        if (!isStepsPath && CelTypeNames.Find(id) is not null)
            return null;
        return ("unknown_reference", isStepsPath ? $"there is no step '{id}'" : $"'{id}' is neither a step nor a name that templates have here");
    }

    private static string Name(CelReference reference) => $"'{Shortened.Name(string.Join('.', reference.Keys.Prepend(reference.Root)))}'";
}
