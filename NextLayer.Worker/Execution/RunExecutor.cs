using NextLayer.Contracts.Runs;
using NextLayer.Contracts.Workers;

namespace NextLayer.Worker.Execution;

/// <summary>Executes claimed runs. Never throws: a run ends with a completion, or silently when it was lost.</summary>
internal sealed partial class RunExecutor(ExecutionServices services, WorkflowCache workflows, ILogger<RunExecutor> log)
{
    public async Task ExecuteAsync(ActiveRun run)
    {
        try
        {
            var workflow = workflows.Get(run.Claim.PipelineVersion);
            if (workflow.Graph is { } graph)
                await new RunExecution(run, graph, services).ExecuteAsync();
            else
                Fail(run, workflow.Problem!); // One of the two is always there.
        }
        catch (Exception ex)
        {
            LogBroken(ex, run.Id);
            Fail(run, $"{StepCodes.Internal}: the worker failed: {ex.GetType().Name}: {ex.Message}");
        }
    }

    private void Fail(ActiveRun run, string message)
    {
        if (run.Stop == StopRequest.Lost)
            return;
        run.Outbox.Complete(new RunCompletion
        {
            Status = RunStatus.Failed,
            ErrorMessage = StorableText.Sanitize(message, StepLimits.MaxMessage),
        });
        services.Reporter.Send(run);
    }

    [LoggerMessage(42, LogLevel.Error, "Run {RunId}: its execution failed unexpectedly")]
    private partial void LogBroken(Exception exception, Guid runId);
}
