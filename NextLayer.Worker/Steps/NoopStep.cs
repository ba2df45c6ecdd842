using NextLayer.Worker.Execution;
using NextLayer.Workflows.Catalog;

namespace NextLayer.Worker.Steps;

/// <summary><c>noop</c>: a bare name of the short form. Succeeds without output.</summary>
internal sealed class NoopStep : IStepHandler
{
    private static readonly Task<StepResult> Done = Task.FromResult<StepResult>(new StepResult.Completed(null));

    public string Type => StepTypes.Noop;
    public bool IsImmediate => true;

    public Task<StepResult> ExecuteAsync(StepContext context, CancellationToken ct) => Done;
}
