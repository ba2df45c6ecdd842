using System.Text.Json;
using NextLayer.Contracts.Runs;
using NextLayer.Workflows.Graphs;
using NextLayer.Workflows.Templates;

namespace NextLayer.Worker.Execution;

/// <summary>Set when a step that waited is due: when it began and what it was due for, by the database's clock.</summary>
/// <param name="StartedAt">Start of the attempt.</param>
/// <param name="DueAt">When it was to go on.</param>
internal sealed record StepResume(DateTimeOffset StartedAt, DateTimeOffset DueAt);

/// <summary>All that a handler may know of the attempt it carries out.</summary>
internal sealed class StepContext(ActiveRun run, GraphStep step, int attempt, Func<TemplateScope> scope, StepLog log)
{
    private string? idempotencyKey;
    private TemplateScope? names;

    /// <summary>The step in its graph, which keeps what a handler compiles of it.</summary>
    public GraphStep Step => step;

    public Guid RunId => run.Id;
    public Guid TenantId => run.Claim.Run.TenantId;
    public Guid PipelineVersionId => run.Claim.Run.PipelineVersionId;
    public int Generation => run.Claim.Run.Generation;
    public string StepId => step.Id;
    public string StepType => step.Definition.Type;

    /// <summary>1, 2, 3 … per step and generation.</summary>
    public int Attempt => attempt;

    /// <summary>The right under which the attempt is made; asking the control plane anything takes it.</summary>
    public Lease Lease => run.Lease;

    /// <summary>Epoch of the lease: lets a receiver tell an older worker's late call from a newer one's.</summary>
    public int Epoch => run.Lease.Epoch;

    /// <summary>The same for every attempt of the step in this generation, so that a receiver can tell repeats.</summary>
    public string IdempotencyKey => idempotencyKey ??= $"{RunId}/{Generation}/{StepId}";

    /// <summary>The step's configuration with its templates filled in.</summary>
    public required JsonElement Config { get; init; }

    /// <summary>The run's parameters.</summary>
    public JsonElement Input => run.Claim.Run.Parameters;

    /// <summary>Names for the expressions that a step evaluates by itself.</summary>
    public TemplateScope Scope => names ??= scope();

    /// <summary>The database's clock as far as this process can tell; its own wall clock decides nothing.</summary>
    public DateTimeOffset Now => run.Now;

    /// <summary>The run's start, which is <c>run.now</c>: the same for every attempt of the run.</summary>
    public DateTimeOffset RunNow => run.Claim.Run.StartedAt ?? run.Claim.Run.CreatedAt;

    /// <summary>Null on a first call; set when the step waited and is due.</summary>
    public StepResume? Resume { get; init; }

    /// <summary>What must not be read in anything the attempt leaves behind.</summary>
    public SecretValues Secrets => log.Secrets;

    /// <summary>The run's own log.</summary>
    public StepLog Log => log;
}
