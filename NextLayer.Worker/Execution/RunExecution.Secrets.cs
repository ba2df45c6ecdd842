using NextLayer.Workflows.Graphs;

namespace NextLayer.Worker.Execution;

/// <summary>Steps whose templates read <c>secrets</c>: these are fetched, under the run's lease, just before each attempt.</summary>
internal sealed partial class RunExecution
{
    private void FetchSecrets(GraphStep step, int attempt, StepResume? resume)
    {
        ends ??= OpenEnds();
        running++;
        _ = FetchSecretsAsync(step, attempt, resume, ends.Writer); // Never throws; its end comes through the channel.
    }

    private async Task FetchSecretsAsync(GraphStep step, int attempt, StepResume? resume, System.Threading.Channels.ChannelWriter<StepEnd?> ended)
    {
        var end = new StepEnd(step, attempt, null, TimeSpan.Zero, Began: false);
        using var timer = new CancellationTokenSource(TimeSpan.FromSeconds(step.Definition.TimeoutSeconds), services.Time);
        try
        {
            using var either = CancellationTokenSource.CreateLinkedTokenSource(run.Interruption, timer.Token);
            var all = await services.Connectors.SecretsAsync(run.Id, run.Lease, attempt, either.Token);
            var named = all.Where(secret => step.Secrets.Contains(secret.Key)).ToDictionary();
            end = end with { Start = new StepStart(resume, named) };
        }
        catch (StepFailure failure)
        {
            end = end with { Result = failure.Failure };
        }
        catch (OperationCanceledException) when (timer.IsCancellationRequested && !run.Interruption.IsCancellationRequested)
        {
            end = end with { Result = StepResult.Failure(StepCodes.Timeout, "Its secrets did not come in time.", retryable: true) };
        }
        catch (OperationCanceledException)
        {
            // Interrupted while it waited for them.
        }
        catch (Exception ex)
        {
            end = end with { Result = StepResult.Failure(StepCodes.Internal, $"Its secrets cannot be had: {ex.GetType().Name}", retryable: true) };
        }

        ended.TryWrite(end);
    }

    private void SecretsCame(StepEnd end, StepStart start)
    {
        if (Stopping)
            interrupted = true; // Not begun: whoever takes the run up begins it.
        else
            Start(end.Step, end.Attempt, start.Resume, start.Secrets);
    }
}
