using System.Text.RegularExpressions;
using NextLayer.Workflows.Definitions;
using NextLayer.Workflows.Graphs;

namespace NextLayer.Workflows.Validation;

/// <summary>Ids, edges, cycles, orphans: what makes a definition a graph that can run.</summary>
internal static partial class GraphRules
{
    public static List<DefinitionError> Find(WorkflowDefinition definition, GraphShape shape)
    {
        var errors = new List<DefinitionError>();
        CheckIds(definition, errors);
        CheckEdges(definition, shape, errors);
        CheckCycles(definition, shape, errors);
        CheckOrphans(definition, shape, errors);
        return errors;
    }

    private static void CheckIds(WorkflowDefinition definition, List<DefinitionError> errors)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var step in definition.Steps)
        {
            if (!IdPattern.IsMatch(step.Id))
            {
                errors.Add(new DefinitionError("malformed_id", step.Id, step.Path,
                    $"'{step.Id}' cannot be a step's id: it needs a letter or underscore, then at most 62 letters, digits, '_' or '-'."));
            }
            if (!seen.Add(step.Id))
                errors.Add(new DefinitionError("duplicate_id", step.Id, step.Path, $"More than one step has the id '{step.Id}'."));
        }
    }

    private static void CheckEdges(WorkflowDefinition definition, GraphShape shape, List<DefinitionError> errors)
    {
        var seen = new HashSet<(string, string, string?)>();
        foreach (var edge in definition.Edges)
        {
            if (!shape.IndexOf.ContainsKey(edge.Source))
                errors.Add(new DefinitionError("unknown_source", edge.Target, edge.Path, $"An edge to '{edge.Target}' comes from '{edge.Source}', which is no step."));
            if (!shape.IndexOf.ContainsKey(edge.Target))
                errors.Add(new DefinitionError("unknown_target", edge.Source, edge.Path, $"An edge from '{edge.Source}' goes to '{edge.Target}', which is no step."));
            if (edge.Source == edge.Target)
                errors.Add(new DefinitionError("self_loop", edge.Source, edge.Path, $"Step '{edge.Source}' depends on itself."));
            if (!seen.Add((edge.Source, edge.Target, edge.SourceHandle)))
                errors.Add(new DefinitionError("duplicate_edge", edge.Source, edge.Path, $"The edge from '{edge.Source}' to '{edge.Target}' is there twice."));
        }
    }

    private static void CheckCycles(WorkflowDefinition definition, GraphShape shape, List<DefinitionError> errors)
    {
        foreach (var cycle in shape.FindCycles())
        {
            var names = cycle.Append(cycle[0]).Select(i => definition.Steps[i].Id);
            var first = definition.Steps[cycle[0]];
            errors.Add(new DefinitionError("cycle", first.Id, first.Path, $"Steps wait for each other in a circle: {string.Join(" → ", names)}."));
        }
    }

    private static void CheckOrphans(WorkflowDefinition definition, GraphShape shape, List<DefinitionError> errors)
    {
        if (definition.Steps.Count < 2)
            return;
        var connected = new HashSet<string>(StringComparer.Ordinal);
        foreach (var (_, _, edge) in shape.Edges)
        {
            connected.Add(edge.Source);
            connected.Add(edge.Target);
        }
        foreach (var step in definition.Steps.Where(s => !connected.Contains(s.Id)))
            errors.Add(new DefinitionError("orphan", step.Id, step.Path, $"Step '{step.Id}' is connected to nothing."));
    }

    [GeneratedRegex(@"^[A-Za-z_][A-Za-z0-9_-]{0,62}\z", RegexOptions.CultureInvariant)]
    private static partial Regex IdPattern { get; }
}
