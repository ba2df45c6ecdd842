using System.Runtime.InteropServices;
using NextLayer.Worker.Platform;
using NextLayer.Worker.Steps;

namespace NextLayer.Worker.Execution;

/// <summary>Calls a handler under its time-out and turns whatever comes of it into a result.</summary>
internal sealed partial class AttemptRunner(TimeProvider time, ILogger<AttemptRunner> log)
{
    /// <summary>A handler that does not heed its cancellation is left behind after so long.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    /// <summary>For handlers that only compute: no timer, no token, no task switch.</summary>
    public StepResult RunImmediate(IStepHandler handler, StepContext context)
    {
        try
        {
            // They end before they return, so nothing is waited for here.
            return Check(context, handler.ExecuteAsync(context, CancellationToken.None).GetAwaiter().GetResult());
        }
        catch (Exception ex)
        {
            return Failure(context, ex);
        }
    }

    /// <returns>The result, or null when <paramref name="interruption"/> came first.</returns>
    public async Task<StepResult?> RunAsync(
        IStepHandler handler, StepContext context, TimeSpan timeout, CancellationToken interruption)
    {
        using var timer = new CancellationTokenSource(timeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(interruption, timer.Token);
        try
        {
            var work = handler.ExecuteAsync(context, either.Token);
            if (!work.IsCompleted && !await EndsAsync(work, either.Token))
                LeaveBehind(context, work);
            else
                return Check(context, await work);
        }
        catch (OperationCanceledException) when (either.IsCancellationRequested)
        {
            // Told apart below.
        }
        catch (Exception ex)
        {
            // What breaks while it is being interrupted tells nothing about the step.
            return interruption.IsCancellationRequested ? null : Failure(context, ex);
        }

        return interruption.IsCancellationRequested
            ? null
            : StepResult.Failure(StepCodes.Timeout, $"The step took longer than {timeout.TotalSeconds:0.###} s.", retryable: true);
    }

    private async Task<bool> EndsAsync(Task work, CancellationToken cancellation)
    {
        var cancelled = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var registration = cancellation.Register(cancelled.SetResult);
        return await Task.WhenAny(work, cancelled.Task) == work
            || await Task.WhenAny(work, Task.Delay(Patience, time, CancellationToken.None)) == work;
    }

    private void LeaveBehind(StepContext context, Task work)
    {
        LogLeftBehind(context.RunId, context.StepId, context.StepType);
        _ = work.ContinueWith(
            static t => _ = t.Exception, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
    }

    private StepResult Failure(StepContext context, Exception ex)
    {
        if (ex is StepConfigException)
            return context.Secrets.Redact(StepResult.Failure(StepCodes.Config, ex.Message));
        if (ex is StepFailure foreseen)
            return context.Secrets.Redact(foreseen.Failure);
        LogUnexpected(context.Secrets.Redact(ex), context.RunId, context.StepId, context.StepType);
        return context.Secrets.Redact(StepResult.Failure(StepCodes.Internal, $"{ex.GetType().Name}: {ex.Message}", retryable: true));
    }

    /// <summary>What cannot be stored is a failure of the step, whoever made it.</summary>
    private static StepResult Check(StepContext context, StepResult result)
    {
        // First of all: to look for secrets in what is not kept would take its time, and nothing bounds that any more.
        if (TooLarge(result) is { } refused)
            return refused;
        result = context.Secrets.Redact(result);
        if (TooLarge(result) is { } grown)
            return grown;
        return result is not StepResult.Completed { Output: { } output } || StorableText.IsStorable(output)
            ? result
            : StepResult.Failure(StepCodes.OutputInvalid, "The output holds a NUL character or half a surrogate pair, which cannot be stored.");
    }

    private static StepResult.Failed? TooLarge(StepResult result) =>
        result is StepResult.Completed { Output: { } output } && JsonMarshal.GetRawUtf8Value(output).Length is > StepLimits.MaxOutputBytes and var size
            ? StepResult.Failure(StepCodes.OutputTooLarge, $"The output has {size} bytes of JSON; at most {StepLimits.MaxOutputBytes} are kept.")
            : null;

    [LoggerMessage(40, LogLevel.Warning, "Run {RunId}, step {StepId}: a {StepType} handler did not stop when told and was left behind")]
    private partial void LogLeftBehind(Guid runId, string stepId, string stepType);

    [LoggerMessage(41, LogLevel.Error, "Run {RunId}, step {StepId}: the {StepType} handler failed unexpectedly")]
    private partial void LogUnexpected(Exception exception, Guid runId, string stepId, string stepType);
}
