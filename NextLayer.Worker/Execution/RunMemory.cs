using System.Collections.Concurrent;
using System.Text.Json;
using NextLayer.Contracts.Json;
using NextLayer.Contracts.Runs;
using NextLayer.Workflows;
using NextLayer.Workflows.Graphs;
using NextLayer.Workflows.Templates;

namespace NextLayer.Worker.Execution;

/// <summary>What a run's later steps may know of its earlier ones, and how often each was tried.</summary>
internal sealed class RunMemory(ActiveRun run, WorkflowGraph graph)
{
    private static readonly ConcurrentDictionary<string, StepOutput> Nothing = new();
    private static readonly JsonElement Null = JsonElement.Parse("null");

    // Concurrent, because steps that run read it while others end. A single step has nobody to tell.
    private readonly ConcurrentDictionary<string, StepOutput> outputs =
        run.Claim.Child is { } child ? OfParent(child)
        : graph.Steps.Count > 1 ? new(concurrencyLevel: 1, capacity: graph.Steps.Count)
        : Nothing;

    private Dictionary<int, (int Attempts, int Failures)>? tries;
    private JsonElement? runValue;

    /// <summary>Names for one step's templates and expressions.</summary>
    /// <param name="secrets">Those fetched for the step; null where it reads none.</param>
    public TemplateScope Scope(IReadOnlyDictionary<string, string>? secrets = null)
    {
        var scope = new TemplateScope(Input, runValue ??= RunValue(), outputs, secrets is null ? NoSecrets : name => secrets.GetValueOrDefault(name));
        return run.Claim.Child is { } child ? scope.WithItem(child.Item, child.Index) : scope;
    }

    /// <summary><c>input</c> in templates: the parent's within a for-each body, else the run's own.</summary>
    private JsonElement Input => run.Claim.Child?.Scope is { } scope ? ScopeCapture.InputOf(scope) : run.Claim.Run.Parameters;

    /// <summary>
    /// What a child run gives its parent: the output of the step nothing follows, or all of these by their ids where there
    /// are several; then the for-each's <c>output</c> made of it.
    /// </summary>
    public Evaluated<JsonElement> ChildResult()
    {
        var ends = graph.Steps.Where(s => s.Outgoing.Count == 0).ToList();
        var result = ends.Count == 1
            ? OutputOf(ends[0]) ?? Null
            : JsonSerializer.SerializeToElement(
                ends.Where(s => OutputOf(s) is not null).ToDictionary(s => s.Id, s => OutputOf(s)), NextLayerJson.Options);
        if (run.Claim.Child?.Output is { } template)
        {
            var shaped = ConfigTemplate.Compile(template).Resolve(Scope().With("result", result));
            if (shaped.Failure is not null)
                return shaped;
            result = shaped.Value;
        }

        var size = System.Runtime.InteropServices.JsonMarshal.GetRawUtf8Value(result).Length;
        return size <= StepLimits.MaxOutputBytes
            ? result
            : new EvaluationFailure(StepCodes.OutputTooLarge, $"The result has {size} bytes of JSON; at most {StepLimits.MaxOutputBytes} are kept.");
    }

    private JsonElement? OutputOf(GraphStep step) => outputs.GetValueOrDefault(step.Id).Output;

    private static ConcurrentDictionary<string, StepOutput> OfParent(ClaimedChild child) =>
        child.Scope is { } scope ? new(ScopeCapture.StepsOf(scope)) : new();

    /// <summary>A step that names none was not given any.</summary>
    private static string? NoSecrets(string name) => null;

    public void Settled(GraphStep step, StepStatus status, JsonElement? output)
    {
        if (outputs != Nothing)
            outputs[step.Id] = new StepOutput(JsonNamingPolicy.SnakeCaseLower.ConvertName(status.ToString()), output);
    }

    /// <summary>A step whose failure does not fail the run gives the error as its output.</summary>
    public void Failed(GraphStep step, StepError error) =>
        Settled(step, StepStatus.Failed, JsonSerializer.SerializeToElement(new { error }, NextLayerJson.Options));

    public int NextAttempt(GraphStep step) => Tries(step).Attempts + 1;

    public int CountFailure(GraphStep step)
    {
        var (attempts, failures) = Tries(step);
        Know(step, attempts, failures + 1);
        return failures + 1;
    }

    /// <summary>Attempts of this generation that earlier workers made.</summary>
    public void Know(GraphStep step, int attempts, int failures) => (tries ??= [])[step.Index] = (attempts, failures);

    private (int Attempts, int Failures) Tries(GraphStep step) => tries?.GetValueOrDefault(step.Index) ?? default;

    /// <summary><c>run</c> in templates. Its <c>now</c> is the run's start, so that a step tried again computes the same.</summary>
    private JsonElement RunValue()
    {
        var row = run.Claim.Run;
        return JsonSerializer.SerializeToElement(
            new
            {
                row.Id,
                row.TenantId,
                row.PipelineId,
                row.PipelineVersionId,
                row.TriggerType,
                row.Generation,
                row.CreatedAt,
                row.PlannedAt,
                Now = row.StartedAt ?? row.CreatedAt,
            },
            NextLayerJson.Options);
    }
}
