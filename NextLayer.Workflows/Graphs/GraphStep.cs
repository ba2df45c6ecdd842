using System.Text.Json;
using NextLayer.Workflows.Catalog;
using NextLayer.Workflows.Definitions;
using NextLayer.Workflows.Expressions;
using NextLayer.Workflows.Retries;
using NextLayer.Workflows.Templates;

namespace NextLayer.Workflows.Graphs;

/// <summary>An edge seen from its source.</summary>
/// <param name="Target">Index of the step it leads to.</param>
/// <param name="Port">The port that must be chosen for it to be followed; null follows it whatever was chosen.</param>
public readonly record struct GraphEdge(int Target, string? Port);

/// <summary>One step of a graph, with what is compiled of it kept for all runs.</summary>
public sealed class GraphStep
{
    private ConfigTemplate? _config;
    private WhenCondition? _when;
    private object? _compiled;
    private IReadOnlySet<string>? _secrets;

    internal GraphStep(int index, StepDefinition definition, StepType? type, IReadOnlyList<GraphEdge> outgoing, int incomingCount)
    {
        Index = index;
        Definition = definition;
        Type = type;
        Outgoing = outgoing;
        IncomingCount = incomingCount;
        SurvivesFailure = definition.OnError switch
        {
            OnError.Continue => true,
            OnError.Branch => HasEdgeFrom(StepPorts.Error),
            _ => false,
        };
    }

    /// <summary>Place in the graph's list of steps.</summary>
    public int Index { get; }

    /// <summary>Same as in the definition.</summary>
    public string Id => Definition.Id;

    /// <summary>The step as its author wrote it.</summary>
    public StepDefinition Definition { get; }

    /// <summary>Its type; null when the catalog has no such type, and the step can only fail.</summary>
    public StepType? Type { get; }

    /// <summary>Edges that leave it.</summary>
    public IReadOnlyList<GraphEdge> Outgoing { get; }

    /// <summary>Number of edges that enter it.</summary>
    public int IncomingCount { get; }

    /// <summary>True when the run goes on after this step failed for good.</summary>
    public bool SurvivesFailure { get; }

    /// <summary>The author's retry policy, or the type's.</summary>
    public RetryPolicy Retry => Definition.Retry ?? Type?.DefaultRetry ?? RetryPolicy.None;

    /// <summary>The config with its templates compiled, on first use.</summary>
    public ConfigTemplate Config => _config ??= ConfigTemplate.Compile(Definition.Config, Type?.ConfigSchema);

    /// <summary>Names of the secrets that its config and <c>when</c> read; found on first use.</summary>
    public IReadOnlySet<string> Secrets => _secrets ??= FindSecrets();

    // Text that is no Unicode fails the step when its config is resolved, as any other flaw of it.
    private IReadOnlySet<string> FindSecrets()
    {
        try
        {
            return TemplateReferences.Find(Definition, Type).Secrets;
        }
        catch (InvalidOperationException ex) when (JsonOut.IsBrokenText(ex))
        {
            return new HashSet<string>();
        }
    }

    /// <summary>True when an edge leaves from that very port.</summary>
    public bool HasEdgeFrom(string port) => Outgoing.Any(e => e.Port == port);

    /// <summary>Evaluates <c>when</c>.</summary>
    /// <returns>False to skip the step; a failure, code <c>EXPRESSION</c>, when the expression has no answer.</returns>
    public Evaluated<bool> ShouldRun(TemplateScope scope)
    {
        if (Definition.When is null)
            return true;
        var when = _when ??= WhenCondition.Compile(Definition.When);
        if (when.Malformed is { } malformed)
            return malformed;
        try
        {
            return when.Program!.EvaluateBool(scope);
        }
        catch (CelException failure)
        {
            return EvaluationFailure.Of(failure, Definition.When, "when", isTemplate: false);
        }
    }

    /// <summary>
    /// Keeps what a handler compiles from the config as written, such as a condition or transform. One slot: a step has
    /// one handler.
    /// </summary>
    public T Compiled<T>(Func<JsonElement, T> compile)
        where T : class => (T)(_compiled ??= compile(Definition.Config));

    // A class, so that threads that compile side by side exchange one reference.
    private sealed record WhenCondition(CelProgram? Program, EvaluationFailure? Malformed)
    {
        public static WhenCondition Compile(string when)
        {
            try
            {
                return new WhenCondition(TextTemplate.ParseExpression(when), null);
            }
            catch (CelException failure)
            {
                return new WhenCondition(null, EvaluationFailure.Of(failure, when, "when", isTemplate: false));
            }
        }
    }
}
