using System.Text.RegularExpressions;
using NextLayer.Workflows.Definitions;
using NextLayer.Workflows.Graphs;

namespace NextLayer.Workflows.Validation;

/// <summary>Ids, edges, cycles, orphans: what makes a definition a graph that can run.</summary>
internal static partial class GraphRules
{
    public static IEnumerable<DefinitionError> Find(WorkflowDefinition definition, GraphShape shape) =>
    [
        .. CheckIds(definition),
        .. CheckEdges(definition, shape).Take(WorkflowDefinition.MaxErrors + 1),
        .. CheckCycles(definition, shape),
        .. CheckOrphans(definition, shape),
    ];

    private static IEnumerable<DefinitionError> CheckIds(WorkflowDefinition definition)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var step in definition.Steps)
        {
            if (!IdPattern.IsMatch(step.Id))
            {
                yield return new DefinitionError("malformed_id", step.Id, step.Path,
                    $"'{step.Id}' cannot be a step's id: it needs a letter or underscore, then at most 62 letters, digits, '_' or '-'.");
            }
            if (!seen.Add(step.Id))
                yield return new DefinitionError("duplicate_id", step.Id, step.Path, $"More than one step has the id '{step.Id}'.");
        }
    }

    private static IEnumerable<DefinitionError> CheckEdges(WorkflowDefinition definition, GraphShape shape)
    {
        var seen = new HashSet<(string, string, string?)>();
        foreach (var edge in definition.Edges)
        {
            if (!shape.IndexOf.ContainsKey(edge.Source))
                yield return new DefinitionError("unknown_source", edge.Target, edge.Path, $"An edge to '{edge.Target}' comes from '{edge.Source}', which is no step.");
            if (!shape.IndexOf.ContainsKey(edge.Target))
                yield return new DefinitionError("unknown_target", edge.Source, edge.Path, $"An edge from '{edge.Source}' goes to '{edge.Target}', which is no step.");
            if (edge.Source == edge.Target)
                yield return new DefinitionError("self_loop", edge.Source, edge.Path, $"Step '{edge.Source}' depends on itself.");
            if (!seen.Add((edge.Source, edge.Target, edge.SourceHandle)))
                yield return new DefinitionError("duplicate_edge", edge.Source, edge.Path, $"The edge from '{edge.Source}' to '{edge.Target}' is there twice.");
        }
    }

    private static IEnumerable<DefinitionError> CheckCycles(WorkflowDefinition definition, GraphShape shape)
    {
        foreach (var cycle in shape.FindCycles())
        {
            var names = cycle.Append(cycle[0]).Select(i => definition.Steps[i].Id);
            var first = definition.Steps[cycle[0]];
            yield return new DefinitionError("cycle", first.Id, first.Path, $"Steps wait for each other in a circle: {string.Join(" → ", names)}.");
        }
    }

    private static IEnumerable<DefinitionError> CheckOrphans(WorkflowDefinition definition, GraphShape shape)
    {
        if (definition.Steps.Count < 2)
            yield break;
        var connected = new HashSet<string>(StringComparer.Ordinal);
        foreach (var (_, _, edge) in shape.Edges)
        {
            connected.Add(edge.Source);
            connected.Add(edge.Target);
        }
        foreach (var step in definition.Steps.Where(s => !connected.Contains(s.Id)))
            yield return new DefinitionError("orphan", step.Id, step.Path, $"Step '{step.Id}' is connected to nothing.");
    }

    [GeneratedRegex(@"^[A-Za-z_][A-Za-z0-9_-]{0,62}\z", RegexOptions.CultureInvariant)]
    private static partial Regex IdPattern { get; }
}
