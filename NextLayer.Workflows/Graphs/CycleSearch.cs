namespace NextLayer.Workflows.Graphs;

/// <summary>Tarjan's strongly connected components, with a stack of its own instead of recursion.</summary>
internal sealed class CycleSearch
{
    private readonly List<int>[] _targets;
    private readonly int[] _number;
    private readonly int[] _low;
    private readonly int[] _component;
    private readonly Stack<int> _open = new();
    private int _numbers;
    private int _components;

    private CycleSearch(List<int>[] targets)
    {
        _targets = targets;
        _number = new int[targets.Length];
        _low = new int[targets.Length];
        _component = new int[targets.Length];
    }

    public static IEnumerable<IReadOnlyList<int>> Find(List<int>[] targets, IReadOnlyList<int> acyclic)
    {
        if (acyclic.Count == targets.Length)
            return [];
        var search = new CycleSearch(targets);
        foreach (var step in acyclic)
            search._component[step] = ++search._components;
        for (var step = 0; step < targets.Length; step++)
        {
            if (search._component[step] == 0)
                search.Visit(step);
        }
        return search.CyclePerComponent();
    }

    private void Visit(int root)
    {
        var path = new Stack<(int Step, int Next)>();
        Enter(root);
        while (path.TryPop(out var at))
        {
            if (at.Next < _targets[at.Step].Count)
            {
                path.Push((at.Step, at.Next + 1));
                var target = _targets[at.Step][at.Next];
                if (_component[target] != 0)
                    continue;
                if (_number[target] == 0)
                    Enter(target);
                else
                    _low[at.Step] = Math.Min(_low[at.Step], _number[target]);
                continue;
            }
            if (path.TryPeek(out var parent))
                _low[parent.Step] = Math.Min(_low[parent.Step], _low[at.Step]);
            if (_low[at.Step] == _number[at.Step])
                Close(at.Step);
        }

        void Enter(int step)
        {
            _number[step] = _low[step] = ++_numbers;
            _open.Push(step);
            path.Push((step, 0));
        }
    }

    private void Close(int root)
    {
        _components++;
        int member;
        do
        {
            member = _open.Pop();
            _component[member] = _components;
        }
        while (member != root);
    }

    private IEnumerable<IReadOnlyList<int>> CyclePerComponent()
    {
        var reported = new HashSet<int>();
        for (var step = 0; step < _targets.Length; step++)
        {
            if (HasEdgeWithin(step) && reported.Add(_component[step]))
                yield return Walk(step);
        }
    }

    private bool HasEdgeWithin(int step) => _targets[step].Exists(t => _component[t] == _component[step]);

    // Every step of a component has an edge within it, so the walk must meet a step again.
    private List<int> Walk(int start)
    {
        var walked = new List<int>();
        var at = new Dictionary<int, int>();
        for (var step = start; ; step = _targets[step].Find(t => _component[t] == _component[start]))
        {
            if (at.TryGetValue(step, out var first))
                return walked[first..];
            at[step] = walked.Count;
            walked.Add(step);
        }
    }
}
