using NextLayer.Workflows.Definitions;
using NextLayer.Workflows.Graphs;

namespace NextLayer.Workflows.Scheduling;

/// <summary>
/// Which steps of one run may start, which are skipped, and how the run ends. Decides only: the caller executes the
/// steps it is given and reports each back exactly once. Every move costs the edges it touches, never the whole graph.
/// Not thread-safe.
/// </summary>
/// <remarks>
/// A step starts when all edges into it are settled and one at least is live. An edge is live when its source completed
/// and chose its port, or it has none; after a failure, by <see cref="OnError"/>. A step without live edges is skipped,
/// and its edges are dead. After a failure nobody handles, nothing new starts and the run fails once nothing runs.
/// </remarks>
public sealed class RunPlan
{
    private readonly WorkflowGraph _graph;
    private readonly Cell[] _cells;
    private readonly Stack<int> _toPropagate = new(0);
    private int _running;
    private int _waiting;
    private int _failed = -1;

    /// <summary>Plans a run; nothing starts before <see cref="Begin"/>.</summary>
    public RunPlan(WorkflowGraph graph)
    {
        _graph = graph;
        _cells = new Cell[graph.Steps.Count];
        for (var i = 0; i < _cells.Length; i++)
            _cells[i].OpenEdges = graph.Steps[i].IncomingCount;
    }

    private enum CellState : byte
    {
        Pending,
        Running,
        Waiting,
        Settled,
    }

    /// <summary>Where the run stands.</summary>
    public RunVerdict Verdict =>
        _failed >= 0 ? (_running > 0 ? RunVerdict.Running : RunVerdict.Failed)
        : _running > 0 ? RunVerdict.Running
        : _waiting > 0 ? RunVerdict.Waiting
        : RunVerdict.Succeeded;

    /// <summary>The step that fails the run; the first in the graph's order where there are several. Null while none did.</summary>
    public GraphStep? FailedStep => _failed >= 0 ? _graph.Steps[_graph.Order[_failed]] : null;

    /// <summary>Gives the first steps, or those to go on with after what was recorded earlier.</summary>
    /// <param name="recorded">Outcomes of earlier, in any order; steps not among them that were running start again.
    /// To retry a failed run, leave out what failed.</param>
    public PlanMove Begin(IReadOnlyCollection<RecordedStep>? recorded = null)
    {
        foreach (var step in recorded ?? [])
            Record(step);
        var ready = new List<GraphStep>();
        var skipped = new List<GraphStep>();
        for (var place = 0; place < _graph.Order.Count; place++)
        {
            var index = _graph.Order[place];
            ref var cell = ref _cells[index];
            if (cell.State == CellState.Settled && !EndsRun(index))
                SettleEdges(index);
            else if (cell.State == CellState.Pending && cell.OpenEdges == 0)
                StartOrSkip(index, ready, skipped);
            // Everything behind comes later in the order, so one pass meets it all.
            while (_toPropagate.TryPop(out var settled))
                SettleEdges(settled);
        }
        if (_failed >= 0)
            Withdraw(ready);
        return new PlanMove(ready, skipped, Verdict);
    }

    /// <summary>A running or waiting step has succeeded.</summary>
    /// <param name="step">The step.</param>
    /// <param name="ports">The ports it chose; none for a step that does not choose.</param>
    public PlanMove Complete(GraphStep step, params IReadOnlyList<string> ports) => Settle(step, StepOutcome.Completed, ports);

    /// <summary>A running or waiting step has failed and will not be tried again.</summary>
    public PlanMove Fail(GraphStep step) => Settle(step, StepOutcome.Failed, []);

    /// <summary>A step that was to run found its <c>when</c> false.</summary>
    public PlanMove Skip(GraphStep step) => Settle(step, StepOutcome.Skipped, []);

    /// <summary>A running step now waits for something outside and holds no worker.</summary>
    public PlanMove Wait(GraphStep step)
    {
        ref var cell = ref _cells[step.Index];
        if (cell.State != CellState.Running)
            throw new InvalidOperationException($"Step '{step.Id}' is not running.");
        cell.State = CellState.Waiting;
        _running--;
        _waiting++;
        return new PlanMove([], [], Verdict);
    }

    private PlanMove Settle(GraphStep step, StepOutcome outcome, IReadOnlyList<string> ports)
    {
        ref var cell = ref _cells[step.Index];
        switch (cell.State)
        {
            case CellState.Running:
                _running--;
                break;
            case CellState.Waiting:
                _waiting--;
                break;
            default:
                throw new InvalidOperationException($"Step '{step.Id}' was not given out, or is settled already.");
        }
        Settle(step.Index, outcome, ports);
        // What hangs on an unhandled failure is neither skipped nor run: a retry may still come to it.
        if (step.Outgoing.Count == 0 || EndsRun(step.Index))
            return new PlanMove([], [], Verdict);
        var ready = new List<GraphStep>();
        var skipped = new List<GraphStep>();
        _toPropagate.Push(step.Index);
        while (_toPropagate.TryPop(out var settled))
        {
            SettleEdges(settled);
            foreach (var edge in _graph.Steps[settled].Outgoing)
            {
                if (_cells[edge.Target] is { State: CellState.Pending, OpenEdges: 0 })
                    StartOrSkip(edge.Target, ready, skipped);
            }
        }
        return new PlanMove(ready, skipped, Verdict);
    }

    private void Record(RecordedStep recorded)
    {
        if (_graph.Find(recorded.StepId) is not { } step || _cells[step.Index].State != CellState.Pending)
            return;
        if (recorded.Outcome != StepOutcome.Waiting)
        {
            Settle(step.Index, recorded.Outcome, recorded.Ports ?? []);
            return;
        }
        _cells[step.Index].State = CellState.Waiting;
        _waiting++;
    }

    private void Settle(int index, StepOutcome outcome, IReadOnlyList<string> ports)
    {
        ref var cell = ref _cells[index];
        cell.State = CellState.Settled;
        cell.Outcome = outcome;
        cell.Ports = ports.Count == 0 ? null : ports;
        if (EndsRun(index))
        {
            var place = PlaceOf(index);
            _failed = _failed < 0 ? place : Math.Min(_failed, place);
        }
    }

    private bool EndsRun(int index) => _cells[index].Outcome == StepOutcome.Failed && !_graph.Steps[index].SurvivesFailure;

    private void SettleEdges(int source)
    {
        foreach (var edge in _graph.Steps[source].Outgoing)
        {
            ref var target = ref _cells[edge.Target];
            target.OpenEdges--;
            target.HasLiveEdge |= IsLive(source, edge);
        }
    }

    private bool IsLive(int source, GraphEdge edge)
    {
        ref var cell = ref _cells[source];
        return cell.Outcome switch
        {
            StepOutcome.Completed => edge.Port is null || (cell.Ports?.Contains(edge.Port) ?? false),
            StepOutcome.Failed => _graph.Steps[source].Definition.OnError switch
            {
                OnError.Continue => edge.Port is null,
                OnError.Branch => edge.Port == Catalog.StepPorts.Error,
                _ => false,
            },
            _ => false,
        };
    }

    private void StartOrSkip(int index, List<GraphStep> ready, List<GraphStep> skipped)
    {
        ref var cell = ref _cells[index];
        var step = _graph.Steps[index];
        if (cell.HasLiveEdge || step.IncomingCount == 0)
        {
            if (_failed >= 0)
                return;
            cell.State = CellState.Running;
            _running++;
            ready.Add(step);
        }
        else
        {
            Settle(index, StepOutcome.Skipped, []);
            skipped.Add(step);
            _toPropagate.Push(index);
        }
    }

    private void Withdraw(List<GraphStep> ready)
    {
        foreach (var step in ready)
            _cells[step.Index].State = CellState.Pending;
        _running -= ready.Count;
        ready.Clear();
    }

    // Only failures ask, so a search does.
    private int PlaceOf(int index)
    {
        for (var place = 0; place < _graph.Order.Count; place++)
        {
            if (_graph.Order[place] == index)
                return place;
        }
        return _graph.Order.Count - 1;
    }

    private struct Cell
    {
        public int OpenEdges;
        public CellState State;
        public StepOutcome Outcome;
        public bool HasLiveEdge;
        public IReadOnlyList<string>? Ports;
    }
}
