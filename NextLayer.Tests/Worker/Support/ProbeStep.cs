using System.Collections.Concurrent;
using System.Text.Json;
using NextLayer.Worker.Execution;

namespace NextLayer.Tests.Worker.Support;

/// <summary>A step type whose attempts a test watches and decides: it runs until the test says how it ends.</summary>
internal sealed class ProbeStep(string type = "probe") : IStepHandler
{
    private readonly ConcurrentDictionary<(string StepId, int Number), TaskCompletionSource<StepResult>> decisions = new();
    private readonly ConcurrentDictionary<string, int> counts = new();
    private readonly ConcurrentDictionary<(string StepId, int Number), TaskCompletionSource<StepContext>> starts = new();

    public string Type => type;

    /// <summary>Attempts that ignore their cancellation.</summary>
    public bool IsDeaf { get; init; }

    /// <summary>Calls so far, in order.</summary>
    public ConcurrentQueue<StepContext> Calls { get; } = new();

    public int CancelledCalls => cancelledCalls;

    private int cancelledCalls;

    public async Task<StepResult> ExecuteAsync(StepContext context, CancellationToken ct)
    {
        var number = counts.AddOrUpdate(context.StepId, 1, (_, n) => n + 1);
        Calls.Enqueue(context);
        Start(context.StepId, number).TrySetResult(context);
        var decision = Decision(context.StepId, number).Task;
        try
        {
            return await (IsDeaf ? decision : decision.WaitAsync(ct));
        }
        catch (OperationCanceledException)
        {
            Interlocked.Increment(ref cancelledCalls);
            throw;
        }
    }

    /// <summary>Waits for the n-th call of a step.</summary>
    public Task<StepContext> StartedAsync(string stepId, int number = 1) =>
        Start(stepId, number).Task.WaitAsync(TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken);

    public void End(string stepId, StepResult result, int number = 1) => Decision(stepId, number).TrySetResult(result);

    public void Complete(string stepId, string output = "{}", int number = 1) =>
        End(stepId, new StepResult.Completed(JsonDocument.Parse(output).RootElement), number);

    public void Fail(string stepId, string code = "BROKEN", bool retryable = false, int number = 1) =>
        End(stepId, StepResult.Failure(code, "It broke.", retryable), number);

    private TaskCompletionSource<StepResult> Decision(string stepId, int number) =>
        decisions.GetOrAdd((stepId, number), _ => new(TaskCreationOptions.RunContinuationsAsynchronously));

    private TaskCompletionSource<StepContext> Start(string stepId, int number) =>
        starts.GetOrAdd((stepId, number), _ => new(TaskCreationOptions.RunContinuationsAsynchronously));
}
