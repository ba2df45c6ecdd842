using System.Text.Json;
using NextLayer.Tests.Worker.Support;
using NextLayer.Worker.Execution;

namespace NextLayer.Tests.Worker;

/// <summary>What becomes of a handler's result before it is reported; ExecutionTests has the rest.</summary>
public sealed class AttemptRunnerTests
{
    // An answer of 100 MB would keep a thread for minutes, long after the step's time-out.
    [Fact]
    public async Task Output_TooLarge_IsRefusedWithoutALookForSecrets()
    {
        var step = new LargeStep();
        var bench = new StepBench();
        var before = GC.GetAllocatedBytesForCurrentThread();

        var result = await bench.RunAsync(step, new { }); // Ends before it returns, on this thread.
        var allocated = GC.GetAllocatedBytesForCurrentThread() - before;

        Assert.Equal("OUTPUT_TOO_LARGE", Assert.IsType<StepResult.Failed>(result).Error.Code);
        Assert.InRange(allocated, 0, LargeStep.Characters);
    }

    private sealed class LargeStep : IStepHandler
    {
        public const int Characters = 4 * 1024 * 1024;

        private readonly JsonElement output = JsonSerializer.SerializeToElement(new string('x', Characters));

        public string Type => "large";

        public Task<StepResult> ExecuteAsync(StepContext context, CancellationToken ct)
        {
            context.Secrets.Add("canary-secret");
            return Task.FromResult<StepResult>(new StepResult.Completed(output));
        }
    }
}
