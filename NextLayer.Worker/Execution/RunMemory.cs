using System.Collections.Concurrent;
using System.Text.Json;
using NextLayer.Contracts.Json;
using NextLayer.Contracts.Runs;
using NextLayer.Workflows.Graphs;
using NextLayer.Workflows.Templates;

namespace NextLayer.Worker.Execution;

/// <summary>What a run's later steps may know of its earlier ones, and how often each was tried.</summary>
internal sealed class RunMemory(ActiveRun run, WorkflowGraph graph)
{
    private static readonly ConcurrentDictionary<string, StepOutput> Nothing = new();

    // Concurrent, because steps that run read it while others end. A single step has nobody to tell.
    private readonly ConcurrentDictionary<string, StepOutput> outputs =
        graph.Steps.Count > 1 ? new(concurrencyLevel: 1, capacity: graph.Steps.Count) : Nothing;

    private Dictionary<int, (int Attempts, int Failures)>? tries;
    private JsonElement? runValue;

    /// <summary>Names for one step's templates and expressions.</summary>
    public TemplateScope Scope() => new(run.Claim.Run.Parameters, runValue ??= RunValue(), outputs, NoSecrets);

    /// <summary>Connectors will give them; until then every name is unknown.</summary>
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
                Now = row.StartedAt ?? row.CreatedAt,
            },
            NextLayerJson.Options);
    }
}
