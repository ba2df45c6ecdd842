using System.Diagnostics;
using System.Text.Json;
using System.Threading.Channels;
using NextLayer.Contracts.Runs;
using NextLayer.Contracts.Workers;
using NextLayer.Worker.Platform;
using NextLayer.Workflows.Graphs;
using NextLayer.Workflows.Scheduling;

namespace NextLayer.Worker.Execution;

/// <summary>
/// One run from claim to completion, on one logical thread: it starts what is ready, waits for the first thing to
/// happen, records it, and starts what that made ready. Steps that only compute are done on the way.
/// </summary>
/// <remarks>
/// After a failure that fails the run nothing new starts; steps that run are let finish and are reported. A request to
/// stop is heeded at the same place: between steps.
/// </remarks>
internal sealed partial class RunExecution(ActiveRun run, WorkflowGraph graph, ExecutionServices services)
{
    private readonly RunPlan plan = new(graph);
    private readonly RunMemory memory = new(run, graph);
    private readonly Queue<GraphStep> ready = new(1);
    private readonly List<StepTimer> timers = [];
    private readonly Dictionary<int, int> waits = []; // Attempts that the control plane will end, by the step's index.
    private Channel<StepEnd?>? ends;
    private CancellationTokenSource? timersOff;
    private int running;
    private int settledSeen;
    private bool interrupted;
    private string? failure;
    private Activity? activity;

    public async Task ExecuteAsync()
    {
        activity = Telemetry.StartRun(run.Claim.Run);
        try
        {
            Follow(plan.Begin(Restore()));
            Advance();
            while (running > 0 || HoldsForTimer() || run.HasSettled)
            {
                await NextEndAsync();
                Advance();
            }

            Finish();
        }
        finally
        {
            timersOff?.Cancel();
            timersOff?.Dispose();
            activity?.Dispose();
        }
    }

    private bool Stopping => failure is not null || run.Stop != StopRequest.None;

    /// <summary>Starts what is ready until nothing more is, or no more may run at once.</summary>
    private void Advance()
    {
        while (!Stopping && running < services.Options.StepsPerRun && ready.TryDequeue(out var step))
            Start(step, memory.NextAttempt(step), resume: null);
    }

    private void Follow(PlanMove move)
    {
        foreach (var step in move.Skipped)
        {
            Report(step, memory.NextAttempt(step), StepStatus.Skipped);
            memory.Settled(step, StepStatus.Skipped, output: null);
        }

        foreach (var step in move.Ready)
            ready.Enqueue(step);
    }

    private void Start(GraphStep step, int attempt, StepResume? resume)
    {
        if (step.Secrets.Count > 0)
            FetchSecrets(step, attempt, resume);
        else
            Start(step, attempt, resume, secrets: null);
    }

    private void Start(GraphStep step, int attempt, StepResume? resume, IReadOnlyDictionary<string, string>? secrets)
    {
        var log = services.LogOf(run, step.Id, attempt);
        foreach (var secret in secrets?.Values ?? [])
            log.Secrets.Add(secret);
        // A step that waited has had its say about `when` before it waited.
        if (resume is null && IsSkipped(step, attempt, secrets, log.Secrets))
            return;
        if (Resolve(step, attempt, secrets, log.Secrets) is not { } config)
            return;
        if (services.Handlers.Find(step.Definition.Type) is not { } handler)
        {
            FailUnstarted(step, attempt, StepCodes.UnsupportedStep, $"This worker cannot carry out steps of type '{step.Definition.Type}'.");
            return;
        }

        var context = new StepContext(run, step, attempt, () => memory.Scope(secrets), log)
        {
            Config = config,
            Resume = resume,
        };
        if (handler.IsImmediateFor(context))
            RunImmediate(handler, context);
        else
            RunInParallel(handler, context);
    }

    /// <summary>Evaluates <c>when</c>; the step is settled when it says no, or fails.</summary>
    private bool IsSkipped(GraphStep step, int attempt, IReadOnlyDictionary<string, string>? secrets, SecretValues hidden)
    {
        if (step.Definition.When is null)
            return false;
        var wanted = step.ShouldRun(memory.Scope(secrets));
        if (wanted is { IsSuccess: true, Value: true })
            return false;
        if (wanted.Failure is { } problem)
        {
            FailUnstarted(step, attempt, problem.Code, hidden.Redact(problem.Message));
            return true;
        }

        Report(step, attempt, StepStatus.Skipped);
        memory.Settled(step, StepStatus.Skipped, output: null);
        Follow(plan.Skip(step));
        return true;
    }

    /// <summary>Fills in the templates just before the attempt; the step has failed when that gives null.</summary>
    private JsonElement? Resolve(GraphStep step, int attempt, IReadOnlyDictionary<string, string>? secrets, SecretValues hidden)
    {
        if (step.Config.IsConstant)
            return step.Definition.Config;
        var resolved = step.Config.Resolve(memory.Scope(secrets));
        if (resolved.Failure is not { } problem)
            return resolved.Value;
        FailUnstarted(step, attempt, problem.Code, hidden.Redact(problem.Message));
        return null;
    }

    private void FailUnstarted(GraphStep step, int attempt, string code, string message) =>
        Ended(new StepEnd(step, attempt, StepResult.Failure(code, message), TimeSpan.Zero));

    private void RunImmediate(IStepHandler handler, StepContext context)
    {
        var startedAt = services.Time.GetTimestamp();
        var span = Telemetry.StartStep(activity, context);
        var result = services.Attempts.RunImmediate(handler, context);
        Telemetry.EndStep(span, result);
        Ended(new StepEnd(context.Step, context.Attempt, result, services.Time.GetElapsedTime(startedAt)));
    }

    private void RunInParallel(IStepHandler handler, StepContext context)
    {
        ends ??= OpenEnds();
        running++;
        _ = RunOneAsync(handler, context, ends.Writer); // Never throws; its end comes through the channel.
    }

    private async Task RunOneAsync(IStepHandler handler, StepContext context, ChannelWriter<StepEnd?> ended)
    {
        var startedAt = services.Time.GetTimestamp();
        StepResult? result = null;
        var began = false;
        try
        {
            using var place = await services.Places.TakeAsync(run.Interruption);
            if (await MayStartAsync())
            {
                began = true;
                startedAt = services.Time.GetTimestamp();
                result = await AttemptAsync(handler, context);
            }
        }
        catch (OperationCanceledException)
        {
            // Interrupted while it waited for its place.
        }

        ended.TryWrite(new StepEnd(context.Step, context.Attempt, result, services.Time.GetElapsedTime(startedAt), began));
    }

    private async Task<StepResult?> AttemptAsync(IStepHandler handler, StepContext context)
    {
        var span = Telemetry.StartStep(activity, context);
        var timeout = TimeSpan.FromSeconds(context.Step.Definition.TimeoutSeconds);
        var work = services.Attempts.RunAsync(handler, context, timeout, run.Interruption);
        if (!work.IsCompleted)
            ReportRunning(context); // One that ended at once tells both together.
        var result = await work;
        Telemetry.EndStep(span, result);
        return result;
    }

    private void ReportRunning(StepContext context)
    {
        run.Outbox.Add(new StepReport
        {
            StepId = context.StepId,
            StepType = context.StepType,
            Attempt = context.Attempt,
            Status = StepStatus.Running,
        });
        services.Reporter.Send(run);
    }

    /// <summary>A worker that may have lost the run begins no side effect; it waits for a heartbeat to tell.</summary>
    private async Task<bool> MayStartAsync()
    {
        while (!run.MayStartSideEffects && run.Stop == StopRequest.None)
            await run.RenewalAsync();
        return run.Stop == StopRequest.None;
    }
}
