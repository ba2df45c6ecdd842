using NextLayer.Worker.Execution;
using NextLayer.Workflows.Catalog;
using NextLayer.Workflows.Transforms;

namespace NextLayer.Worker.Steps;

/// <summary><c>transform</c>: shapes data without leaving the process; its budget of evaluation steps bounds it.</summary>
internal sealed class TransformStep : IStepHandler
{
    public string Type => StepTypes.Transform;
    public bool IsImmediate => true;

    public Task<StepResult> ExecuteAsync(StepContext context, CancellationToken ct)
    {
        var shaped = context.Step.Compiled(TransformProgram.Compile).Evaluate(context.Config, context.Scope);
        return Task.FromResult<StepResult>(shaped.Failure is { } problem
            ? StepResult.Failure(problem.Code, problem.Message)
            : new StepResult.Completed(shaped.Value));
    }
}
