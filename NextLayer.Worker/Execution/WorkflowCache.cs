using System.Collections.Concurrent;
using NextLayer.Contracts.Runs;
using NextLayer.Workflows.Definitions;
using NextLayer.Workflows.Graphs;

namespace NextLayer.Worker.Execution;

/// <summary>A definition made ready to run, or the reason why it cannot be.</summary>
internal sealed record PreparedWorkflow(WorkflowGraph? Graph, string? Problem);

/// <summary>Keeps what was made of definitions: runs of one version share it, since an approved version never changes.</summary>
internal sealed class WorkflowCache
{
    /// <summary>Versions kept. Reached so rarely that beginning anew is cheaper than knowing which was used last.</summary>
    public const int Capacity = 1000;

    private readonly ConcurrentDictionary<(Guid VersionId, string? BodyPath), PreparedWorkflow> prepared = new();

    public PreparedWorkflow Get(ClaimedVersion version)
    {
        var key = (version.Id, version.BodyPath);
        if (prepared.TryGetValue(key, out var known))
            return known;
        if (prepared.Count >= Capacity)
            prepared.Clear();
        return prepared[key] = Prepare(version);
    }

    private static PreparedWorkflow Prepare(ClaimedVersion version) =>
        WorkflowGraph.TryCreate(WorkflowDefinition.Parse(version.DagSpec), out var errors) is { } graph
            ? new PreparedWorkflow(graph, null)
            : new PreparedWorkflow(null, "DEFINITION: " + string.Join(" ", errors.Take(3).Select(e => e.Message)));
}
