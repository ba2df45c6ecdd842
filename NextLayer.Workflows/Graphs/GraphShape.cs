using NextLayer.Workflows.Definitions;

namespace NextLayer.Workflows.Graphs;

/// <summary>
/// Steps and edges as numbers. Tolerates anything: of equal ids the first counts, edges to nowhere and to themselves
/// are left out, and where there is a cycle the order lacks its steps. All work is linear and without recursion.
/// </summary>
internal sealed class GraphShape
{
    private readonly List<int>[] _targets;

    public GraphShape(WorkflowDefinition definition)
    {
        Steps = definition.Steps;
        IndexOf = new Dictionary<string, int>(Steps.Count, StringComparer.Ordinal);
        for (var i = 0; i < Steps.Count; i++)
            IndexOf.TryAdd(Steps[i].Id, i);
        _targets = new List<int>[Steps.Count];
        for (var i = 0; i < _targets.Length; i++)
            _targets[i] = [];
        foreach (var edge in definition.Edges)
        {
            if (IndexOf.TryGetValue(edge.Source, out var source) && IndexOf.TryGetValue(edge.Target, out var target) && source != target)
            {
                Edges.Add((source, target, edge));
                _targets[source].Add(target);
            }
        }
        Order = SortTopologically();
    }

    public IReadOnlyList<StepDefinition> Steps { get; }

    public Dictionary<string, int> IndexOf { get; }

    public List<(int Source, int Target, EdgeDefinition Definition)> Edges { get; } = [];

    /// <summary>Every step after those it depends on; steps on or behind a cycle are missing.</summary>
    public IReadOnlyList<int> Order { get; }

    /// <summary>Which steps come before which, along any number of edges.</summary>
    public Ancestors FindAncestors()
    {
        var ancestors = new Ancestors(Steps.Count);
        foreach (var step in Order)
        {
            foreach (var target in _targets[step])
                ancestors.Inherit(target, step);
        }
        return ancestors;
    }

    /// <summary>One cycle of each knot of steps that reach each other, in the order of its edges.</summary>
    public IEnumerable<IReadOnlyList<int>> FindCycles() => CycleSearch.Find(_targets, Order);

    private List<int> SortTopologically()
    {
        var open = new int[Steps.Count];
        foreach (var (_, target, _) in Edges)
            open[target]++;
        var order = new List<int>(Steps.Count);
        for (var i = 0; i < open.Length; i++)
        {
            if (open[i] == 0)
                order.Add(i);
        }
        for (var next = 0; next < order.Count; next++)
        {
            foreach (var target in _targets[order[next]])
            {
                if (--open[target] == 0)
                    order.Add(target);
            }
        }
        return order;
    }
}

/// <summary>Sets of steps as bits: 500 steps need 32 KB.</summary>
internal sealed class Ancestors(int count)
{
    private readonly ulong[] _bits = new ulong[count * Words(count)];
    private readonly int _words = Words(count);

    public bool Contains(int step, int ancestor) => (_bits[(step * _words) + (ancestor >> 6)] >> (ancestor & 63) & 1) != 0;

    /// <summary>Gives a step its predecessor and the predecessor's ancestors.</summary>
    public void Inherit(int step, int predecessor)
    {
        for (var word = 0; word < _words; word++)
            _bits[(step * _words) + word] |= _bits[(predecessor * _words) + word];
        _bits[(step * _words) + (predecessor >> 6)] |= 1UL << (predecessor & 63);
    }

    private static int Words(int count) => (count + 63) / 64;
}
