using System.Text.Json;
using NextLayer.Workflows.Catalog;
using NextLayer.Workflows.Definitions;
using NextLayer.Workflows.Graphs;

namespace NextLayer.Workflows.Validation;

/// <summary>Finds everything wrong with a definition, for <c>/validate</c> and before a version is approved.</summary>
public static class DefinitionValidator
{
    /// <summary>How deep for-each bodies may nest.</summary>
    public const int MaxBodyDepth = 5;

    /// <summary>Reads and validates at once.</summary>
    public static IReadOnlyList<DefinitionError> Validate(JsonElement definition, StepCatalog? catalog = null) =>
        Validate(WorkflowDefinition.Parse(definition), catalog);

    /// <summary>Validates a definition that was read.</summary>
    /// <param name="definition">The definition; its own <see cref="WorkflowDefinition.Errors"/> come first.</param>
    /// <param name="catalog">The step types; null takes the default ones.</param>
    /// <returns>
    /// Every error, each naming its node where it has one; empty for a valid definition. After <see cref="WorkflowDefinition.MaxErrors"/>
    /// one more says that there are others.
    /// </returns>
    public static IReadOnlyList<DefinitionError> Validate(WorkflowDefinition definition, StepCatalog? catalog = null)
    {
        try
        {
            var errors = new DefinitionValidation(definition, catalog ?? StepCatalog.Default, BodyContext.Outermost)
                .Find().Take(WorkflowDefinition.MaxErrors + 1).ToList();
            if (errors.Count > WorkflowDefinition.MaxErrors)
                errors[^1] = new DefinitionError("too_many_errors", null, "", $"There are more errors than these {WorkflowDefinition.MaxErrors}.");
            return errors;
        }
        catch (InvalidOperationException ex) when (JsonOut.IsBrokenText(ex))
        {
            return [.. definition.Errors, new DefinitionError("malformed_text", null, "", "The definition holds text that is not valid Unicode.")];
        }
    }
}

/// <summary>What a for-each body may name of the world around it.</summary>
/// <param name="Depth">0 for the definition itself.</param>
/// <param name="Variables">Names besides those every template has.</param>
/// <param name="IsOuterStep">Whether a step of that id is known to have settled before the body runs.</param>
/// <param name="StepsLeft">How many steps all bodies together may still have.</param>
internal sealed record BodyContext(int Depth, IReadOnlyList<string> Variables, Func<string, bool> IsOuterStep, int StepsLeft)
{
    public static readonly BodyContext Outermost = new(0, [], static _ => false, WorkflowDefinition.MaxSteps);
}

/// <summary>One definition, or one body, being validated.</summary>
internal sealed class DefinitionValidation(WorkflowDefinition definition, StepCatalog catalog, BodyContext context)
{
    /// <summary>Looks no further than it is asked for: a hostile definition has errors without end.</summary>
    public IEnumerable<DefinitionError> Find()
    {
        var shape = new GraphShape(definition);
        return definition.Errors
            .Concat(GraphRules.Find(definition, shape))
            .Concat(StepRules.Find(definition, catalog))
            .Concat(FindInContents(new ReferenceRules(shape, context)));
    }

    private IEnumerable<DefinitionError> FindInContents(ReferenceRules references) => definition.Steps.SelectMany(step =>
    {
        var type = catalog.Find(step.Type);
        var body = type?.Type == StepTypes.ForEach ? ReadBody(step) : null;
        var errors = references.Find(step, type, body);
        return body is null ? errors : errors.Concat(FindInBody(step, body, references));
    });

    private static WorkflowDefinition? ReadBody(StepDefinition step) =>
        step.Config.TryGetProperty("body", out var body) && body.ValueKind == JsonValueKind.Object ? WorkflowDefinition.Parse(body) : null;

    private IEnumerable<DefinitionError> FindInBody(StepDefinition step, WorkflowDefinition body, ReferenceRules references)
    {
        var path = $"{step.DataPath}.config.body";
        if (context.Depth + 1 > DefinitionValidator.MaxBodyDepth)
            return [new DefinitionError("too_deep", step.Id, path, $"For-each bodies may nest {DefinitionValidator.MaxBodyDepth} deep.")];
        var left = context.StepsLeft - definition.Steps.Count;
        if (body.Steps.Count > left)
            return [new DefinitionError("too_many_steps", step.Id, path, $"A definition and its bodies may have at most {WorkflowDefinition.MaxSteps} steps together.")];
        var inner = new BodyContext(
            context.Depth + 1,
            [.. context.Variables, "item", "index"],
            id => references.IsUpstream(id, step) || context.IsOuterStep(id),
            left);
        // The editor shows the outer step, so that is the node; the path leads on into the body.
        return new DefinitionValidation(body, catalog, inner).Find()
            .Select(error => error with { NodeId = step.Id, Path = error.Path.Length == 0 ? path : $"{path}.{error.Path}" });
    }
}
