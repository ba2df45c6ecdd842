using NextLayer.Workflows.Catalog;
using NextLayer.Workflows.Definitions;
using NextLayer.Workflows.Validation;

namespace NextLayer.Workflows.Graphs;

/// <summary>
/// A definition made ready to run: immutable and thread-safe. Make one per version and keep it; what a run needs of its
/// own is in <c>RunPlan</c>.
/// </summary>
public sealed class WorkflowGraph
{
    private readonly Dictionary<string, int> _indexOf;

    private WorkflowGraph(GraphShape shape, StepCatalog catalog)
    {
        _indexOf = shape.IndexOf;
        var outgoing = new List<GraphEdge>[shape.Steps.Count];
        var incoming = new int[shape.Steps.Count];
        for (var i = 0; i < outgoing.Length; i++)
            outgoing[i] = [];
        foreach (var (source, target, edge) in shape.Edges)
        {
            var fallback = catalog.Find(shape.Steps[source].Type)?.DefaultPort;
            var port = edge.SourceHandle is null or StepPorts.Out ? fallback : edge.SourceHandle;
            outgoing[source].Add(new GraphEdge(target, port));
            incoming[target]++;
        }
        Steps = [.. shape.Steps.Select((s, i) => new GraphStep(i, s, catalog.Find(s.Type), outgoing[i], incoming[i]))];
        Order = shape.Order;
    }

    /// <summary>The steps, each at the place its <see cref="GraphStep.Index"/> says.</summary>
    public IReadOnlyList<GraphStep> Steps { get; }

    /// <summary>Indexes of the steps, each after all it depends on.</summary>
    public IReadOnlyList<int> Order { get; }

    /// <summary>Makes a graph.</summary>
    /// <param name="definition">A definition that was validated once; only its shape is checked again.</param>
    /// <param name="errors">Why there is no graph: what could not be read, ids, edges, cycles.</param>
    /// <param name="catalog">The step types; null takes the default ones. A type it lacks makes no error here.</param>
    /// <returns>The graph, or null.</returns>
    public static WorkflowGraph? TryCreate(WorkflowDefinition definition, out IReadOnlyList<DefinitionError> errors, StepCatalog? catalog = null)
    {
        var shape = new GraphShape(definition);
        // An orphan is a mistake of its author and yet runs.
        errors = [.. definition.Errors, .. GraphRules.Find(definition, shape).Where(e => e.Code != "orphan")];
        return errors.Count == 0 ? new WorkflowGraph(shape, catalog ?? StepCatalog.Default) : null;
    }

    /// <summary>The step of that id, or null.</summary>
    public GraphStep? Find(string stepId) => _indexOf.TryGetValue(stepId, out var index) ? Steps[index] : null;
}
