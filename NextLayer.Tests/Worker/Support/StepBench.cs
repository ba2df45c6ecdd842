using System.Text.Json;
using Microsoft.Extensions.Logging.Abstractions;
using NextLayer.Contracts.Json;
using NextLayer.Contracts.Runs;
using NextLayer.Worker.Execution;
using NextLayer.Worker.Reporting;
using NextLayer.Workflows.Definitions;
using NextLayer.Workflows.Graphs;
using NextLayer.Workflows.Templates;

namespace NextLayer.Tests.Worker.Support;

/// <summary>Calls one handler as the engine would, without an engine.</summary>
internal sealed class StepBench
{
    public static readonly Guid RunId = Guid.Parse("01920000-0000-7000-8000-000000000001");

    /// <summary>Lines the step wrote into the run's log.</summary>
    public IReadOnlyList<RunLogLine> Lines => [.. run.Outbox.Take(Outbox.MaxBytes, out _).Logs.Select(l => l.Item)];

    private readonly ActiveRun run = new(Claim(), 0, TimeProvider.System);

    /// <summary>One attempt; a bad configuration comes back as the failure the engine makes of it.</summary>
    /// <exception cref="OperationCanceledException">It was interrupted.</exception>
    public async Task<StepResult> RunAsync(
        IStepHandler handler,
        object config,
        object? input = null,
        StepResume? resume = null,
        int attempt = 1,
        double timeoutSeconds = 120,
        CancellationToken? interruption = null)
    {
        var json = config is string text ? JsonDocument.Parse(text).RootElement : JsonSerializer.SerializeToElement(config);
        var dag = JsonSerializer.SerializeToElement(new { steps = new[] { new { id = "s", type = handler.Type, config = json, timeout_seconds = timeoutSeconds } } });
        var graph = WorkflowGraph.TryCreate(WorkflowDefinition.Parse(dag), out var errors);
        Assert.Empty(errors);
        var step = graph!.Find("s")!; // No errors: both are there.
        var parameters = JsonSerializer.SerializeToElement(input ?? new { });
        var scope = new TemplateScope(parameters, JsonSerializer.SerializeToElement(new { id = RunId }), new Dictionary<string, StepOutput>());
        var resolved = step.Config.Resolve(scope);
        Assert.Null(resolved.Failure);
        var context = new StepContext(run, step, attempt, () => scope, new StepLog(run, _ => { }, "s", attempt))
        {
            Config = resolved.Value,
            Resume = resume,
        };
        // What it did not expect is a test's failure, told as such.
        var result = await new AttemptRunner(TimeProvider.System, NullLogger<AttemptRunner>.Instance).RunAsync(
            handler, context, TimeSpan.FromSeconds(timeoutSeconds), interruption ?? TestContext.Current.CancellationToken);
        if (result is StepResult.Failed { Error: { Code: StepCodes.Internal, Message: var message } })
            Assert.Fail(message);
        return result ?? throw new OperationCanceledException("The attempt was interrupted.");
    }

    public async Task<JsonElement> OutputAsync(IStepHandler handler, object config, object? input = null)
    {
        var result = await RunAsync(handler, config, input);
        return Assert.IsType<StepResult.Completed>(result) is { Output: { } output }
            ? output
            : throw new InvalidOperationException("No output.");
    }

    public async Task<StepResult.Failed> FailureAsync(IStepHandler handler, object config, object? input = null) =>
        Assert.IsType<StepResult.Failed>(await RunAsync(handler, config, input));

    private static ClaimedRun Claim()
    {
        var now = new DateTimeOffset(2030, 1, 1, 0, 0, 0, TimeSpan.Zero);
        return new ClaimedRun
        {
            Run = new Run
            {
                Id = RunId,
                TenantId = Guid.Empty,
                PipelineId = Guid.Empty,
                PipelineVersionId = Guid.Empty,
                Status = RunStatus.Running,
                TriggerType = "manual",
                Parameters = JsonSerializer.SerializeToElement(new { }, NextLayerJson.Options),
                ClaimedAt = now,
                StartedAt = now,
                CreatedAt = now,
                UpdatedAt = now,
                Generation = 2,
                Priority = 0,
                RunAfter = now,
                CancelRequested = false,
                LeaseLosses = 0,
                LastEventSeq = 1,
            },
            PipelineVersion = new ClaimedVersion { Id = Guid.Empty, Status = "APPROVED", DagSpec = default },
            Lease = new Lease { Epoch = 7, Token = Guid.NewGuid(), Seconds = 30 },
        };
    }
}
