using System.Threading.Channels;
using NextLayer.Contracts.Runs;
using NextLayer.Contracts.Workers;
using NextLayer.Workflows.Graphs;
using NextLayer.Workflows.Scheduling;

namespace NextLayer.Worker.Execution;

/// <summary>What happens when an attempt ends, and how the run is left.</summary>
internal sealed partial class RunExecution
{
    private Channel<StepEnd?> OpenEnds()
    {
        var channel = Channel.CreateUnbounded<StepEnd?>(new UnboundedChannelOptions { SingleReader = true });
        run.OnStop(() => channel.Writer.TryWrite(null)); // Nothing ended, but there is something to look at.
        return channel;
    }

    private async Task NextEndAsync()
    {
        ends ??= OpenEnds();
        if (!ends.Reader.TryRead(out var end))
        {
            services.Reporter.Send(run); // What is known so far must not wait for what comes.
            end = await ends.Reader.ReadAsync();
        }

        if (end is null)
        {
            TakeSettled();
            return;
        }

        if (end.Timer is { } timer)
        {
            Due(timer);
            return;
        }

        running--;
        if (end.Start is { } start)
            SecretsCame(end, start);
        else
            Ended(end);
    }

    private void Ended(StepEnd end)
    {
        switch (end.Result)
        {
            case null:
                Interrupted(end);
                break;
            case StepResult.Completed completed:
                Completed(end, completed);
                break;
            case StepResult.Failed failed:
                Failed(end, failed);
                break;
            case StepResult.Waiting waiting:
                Waits(end, waiting);
                break;
        }
    }

    private void Completed(StepEnd end, StepResult.Completed completed)
    {
        Report(end.Step, end.Attempt, StepStatus.Completed, end.Duration, completed: completed);
        memory.Settled(end.Step, StepStatus.Completed, completed.Output);
        Follow(plan.Complete(end.Step, completed.Ports));
    }

    private void Failed(StepEnd end, StepResult.Failed failed)
    {
        var error = failed.Error with
        {
            Attempt = end.Attempt,
            Message = StorableText.Sanitize(failed.Error.Message, StepLimits.MaxMessage),
        };
        var failures = memory.CountFailure(end.Step);
        var policy = RetryRules.PolicyOf(end.Step);
        // A run that is handed back keeps its retries; they are made elsewhere.
        var goesOn = failure is null && run.Stop < StopRequest.Cancel;
        if (goesOn && policy.AllowsAnother(failures, error.Code, error.Retryable))
        {
            var wait = policy.DelayBefore(failures + 1, Random.Shared.NextDouble());
            if (failed.RetryAfter is { } asked && asked > wait)
                wait = asked;
            Report(end.Step, end.Attempt, StepStatus.Failed, end.Duration, error: error, retryIn: wait);
            AddTimer(new StepTimer(end.Step, end.Attempt + 1, services.Time.GetTimestamp(), wait, Resume: null));
            return;
        }

        Report(end.Step, end.Attempt, StepStatus.Failed, end.Duration, error: error);
        memory.Failed(end.Step, error);
        if (!end.Step.SurvivesFailure)
            failure ??= FailureMessage(end.Step, error);
        Follow(plan.Fail(end.Step));
    }

    private static string FailureMessage(GraphStep step, StepError error) => $"step {step.Id} failed: {error.Code}: {error.Message}";

    private void Waits(StepEnd end, StepResult.Waiting waiting)
    {
        Report(end.Step, end.Attempt, StepStatus.Waiting, waiting: waiting);
        if (waiting.Reason != WaitReason.Timer)
        {
            waits[end.Step.Index] = end.Attempt;
            return; // The control plane alone ends it.
        }

        if ((waiting.WakeIn ?? (waiting.WakeAt - run.Now)) is not { } wait)
            return;
        var resume = new StepResume(run.Now - end.Duration, waiting.WakeAt ?? run.Now + wait);
        AddTimer(new StepTimer(end.Step, end.Attempt, services.Time.GetTimestamp(), wait, resume));
    }

    private void Interrupted(StepEnd end)
    {
        interrupted = true;
        if (!end.Began || run.Stop == StopRequest.Lost)
            return;
        // Interrupted by a shutdown, its effects are as unknown as those of a worker that died: abandoned, not failed.
        var status = run.Stop == StopRequest.Cancel ? StepStatus.Cancelled : StepStatus.Abandoned;
        Report(end.Step, end.Attempt, status, end.Duration);
        if (status == StepStatus.Abandoned)
            services.LogOf(run, end.Step.Id, end.Attempt).Warning("Interrupted because its worker stops; it will be carried out again.");
    }

    private void Report(
        GraphStep step,
        int attempt,
        StepStatus status,
        TimeSpan? duration = null,
        StepResult.Completed? completed = null,
        StepError? error = null,
        TimeSpan? retryIn = null,
        StepResult.Waiting? waiting = null)
    {
        if (run.Stop == StopRequest.Lost)
            return;
        if (duration is { } length && services.Telemetry.MeasuresSteps)
            services.Telemetry.StepEnded(length, step, status);
        run.Outbox.Add(new StepReport
        {
            StepId = step.Id,
            StepType = step.Definition.Type,
            Attempt = attempt,
            Status = status,
            Output = completed?.Output,
            Port = completed is { Ports.Count: > 0 } ? string.Join(StepResult.PortSeparator, completed.Ports) : null,
            Error = error,
            DurationMs = duration is { } d ? Math.Round(d.TotalMilliseconds, 3) : null,
            RetryInMs = retryIn?.TotalMilliseconds,
            WaitReason = waiting?.Reason,
            WakeAt = waiting?.WakeAt,
            WakeInMs = waiting?.WakeIn?.TotalMilliseconds,
            Wait = waiting?.Wait,
        });
    }

    /// <summary>How the run is left, once nothing of it runs here any more.</summary>
    private void Finish()
    {
        if (run.Stop == StopRequest.Lost)
            return;
        var completion = Completion();
        if (services.Telemetry.MeasuresRuns)
            services.Telemetry.RunLeft(services.Time.GetElapsedTime(run.ClaimedAt), completion.Status);
        if (completion.Status == RunStatus.Failed)
            activity?.SetStatus(System.Diagnostics.ActivityStatusCode.Error, completion.ErrorMessage);
        run.Outbox.Complete(completion);
        services.Reporter.Send(run);
    }

    private RunCompletion Completion()
    {
        if (run.Stop == StopRequest.Cancel)
            return new RunCompletion { Status = RunStatus.Cancelled };
        if (failure is not null)
            return new RunCompletion { Status = RunStatus.Failed, ErrorMessage = failure };
        if (plan.Verdict == RunVerdict.Succeeded)
            return Succeeded();
        // Interrupted or not yet started steps can go on at once elsewhere; a run that only waits is parked.
        if (interrupted || ready.Count > 0)
            return new RunCompletion { Status = RunStatus.Queued };
        return new RunCompletion { Status = RunStatus.Paused, WakeInMs = NextRetryMs(), SettledSeen = settledSeen };
    }

    /// <summary>A child run tells its parent what came of the item.</summary>
    private RunCompletion Succeeded()
    {
        if (run.Claim.Child is null)
            return new RunCompletion { Status = RunStatus.Succeeded };
        var result = memory.ChildResult();
        return result.Failure is { } problem
            ? new RunCompletion { Status = RunStatus.Failed, ErrorMessage = StorableText.Sanitize($"{problem.Code}: {problem.Message}", StepLimits.MaxMessage) }
            : new RunCompletion { Status = RunStatus.Succeeded, Result = result.Value };
    }
}
