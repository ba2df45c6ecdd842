using System.Text.Json;
using NextLayer.Workflows.Definitions;
using NextLayer.Workflows.Graphs;
using NextLayer.Workflows.Scheduling;

namespace NextLayer.Tests.Workflows.Scheduling;

/// <summary>A random graph with an outcome fixed for each step, and a slow, plain reading of the rules to compare with.</summary>
internal sealed class RandomRun
{
    private static readonly string?[] Ports = [null, null, "out", "x", "y", "error"];

    private readonly Dictionary<string, RecordedStep> _fate = [];
    private readonly List<(string Source, string Target, string? Port)> _edges = [];

    private RandomRun(WorkflowGraph graph) => Graph = graph;

    public WorkflowGraph Graph { get; }

    public static RandomRun Make(int seed, int? steps = null, int? edges = null)
    {
        var random = new Random(seed);
        var count = steps ?? random.Next(0, 13);
        var nodes = Enumerable.Range(0, count).Select(i => new
        {
            id = $"s{i}",
            type = "noop",
            data = new { on_error = random.Next(6) switch { 0 => "fail", 1 or 2 => "continue", _ => "branch" } },
        }).ToArray();
        var drawn = new HashSet<(int, int, string?)>();
        for (var i = edges ?? random.Next(0, count * 2); i > 0 && count > 1; i--)
        {
            var target = random.Next(1, count);
            drawn.Add((random.Next(0, target), target, Ports[random.Next(Ports.Length)]));
        }
        var json = JsonSerializer.SerializeToElement(new
        {
            nodes,
            edges = drawn.Select(e => new { source = $"s{e.Item1}", target = $"s{e.Item2}", sourceHandle = e.Item3 }),
        });
        var run = new RandomRun(WorkflowGraph.TryCreate(WorkflowDefinition.Parse(json), out _)!);
        run._edges.AddRange(drawn.Select(e => ($"s{e.Item1}", $"s{e.Item2}", e.Item3 == "out" ? null : e.Item3)));
        foreach (var node in nodes)
        {
            var outcome = random.Next(10) switch { 0 => StepOutcome.Failed, 1 => StepOutcome.Skipped, _ => StepOutcome.Completed };
            string[] ports = outcome == StepOutcome.Completed && random.Next(2) == 0 ? [random.Next(2) == 0 ? "x" : "y"] : [];
            run._fate[node.id] = new RecordedStep(node.id, outcome, ports);
        }
        return run;
    }

    public IEnumerable<GraphStep> PredecessorsOf(GraphStep step) =>
        _edges.Where(e => e.Target == step.Id).Select(e => Graph.Find(e.Source)!);

    /// <summary>Executes the plan, settling a random one of the running steps each time.</summary>
    public Played Play(Random random, IReadOnlyCollection<RecordedStep>? recorded = null)
    {
        var played = new Played();
        var plan = new RunPlan(Graph);
        var running = new List<GraphStep>();
        foreach (var step in recorded ?? [])
            played.Settle(step);
        Follow(plan.Begin(recorded));
        while (running.Count > 0)
        {
            var at = random.Next(running.Count);
            var step = running[at];
            running.RemoveAt(at);
            var fate = _fate[step.Id];
            played.Settle(fate);
            Follow(fate.Outcome switch
            {
                StepOutcome.Completed => plan.Complete(step, fate.Ports!),
                StepOutcome.Failed => plan.Fail(step),
                _ => plan.Skip(step),
            });
        }
        played.Verdict = plan.Verdict;
        return played;

        void Follow(PlanMove move)
        {
            foreach (var skipped in move.Skipped)
                played.Settle(new RecordedStep(skipped.Id, StepOutcome.Skipped));
            foreach (var ready in move.Ready)
                played.Start(ready.Id);
            running.AddRange(move.Ready);
            Assert.Equal(running.Count > 0, move.Verdict == RunVerdict.Running);
        }
    }

    /// <summary>What the rules say, step by step in the order of the ids, as if an unhandled failure stopped nothing.</summary>
    public (RunVerdict Verdict, Dictionary<string, StepOutcome> Outcomes) Expect()
    {
        var outcomes = new Dictionary<string, StepOutcome>();
        var stopped = new HashSet<string>();
        var failed = false;
        foreach (var step in Graph.Steps)
        {
            var incoming = _edges.Where(e => e.Target == step.Id).ToArray();
            if (incoming.Any(e => stopped.Contains(e.Source)))
            {
                stopped.Add(step.Id);
                continue;
            }
            var runs = incoming.Length == 0 || incoming.Any(e => IsLive(e, outcomes[e.Source]));
            outcomes[step.Id] = runs ? _fate[step.Id].Outcome : StepOutcome.Skipped;
            if (outcomes[step.Id] == StepOutcome.Failed && !Survives(step))
            {
                failed = true;
                stopped.Add(step.Id);
            }
        }
        return (failed ? RunVerdict.Failed : RunVerdict.Succeeded, outcomes);
    }

    private bool Survives(GraphStep step) => step.Definition.OnError switch
    {
        OnError.Continue => true,
        OnError.Branch => _edges.Any(e => e.Source == step.Id && e.Port == "error"),
        _ => false,
    };

    private bool IsLive((string Source, string Target, string? Port) edge, StepOutcome outcome) => outcome switch
    {
        StepOutcome.Completed => edge.Port is null || _fate[edge.Source].Ports!.Contains(edge.Port),
        StepOutcome.Failed when Graph.Find(edge.Source)!.Definition.OnError == OnError.Continue => edge.Port is null,
        StepOutcome.Failed => edge.Port == "error",
        _ => false,
    };
}

/// <summary>What happened in a simulated run.</summary>
internal sealed class Played
{
    private int _clock;

    public RunVerdict Verdict { get; set; }

    public Dictionary<string, int> StartedAt { get; } = [];

    public Dictionary<string, int> SettledAt { get; } = [];

    public List<RecordedStep> History { get; } = [];

    public Dictionary<string, StepOutcome> Outcomes { get; } = [];

    public void Start(string id) => StartedAt.Add(id, ++_clock);

    // Add throws on the second time, which is the property.
    public void Settle(RecordedStep step)
    {
        SettledAt.Add(step.StepId, ++_clock);
        Outcomes.Add(step.StepId, step.Outcome);
        History.Add(step);
    }
}
