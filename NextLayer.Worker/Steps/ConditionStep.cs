using NextLayer.Worker.Execution;
using NextLayer.Workflows.Catalog;
using NextLayer.Workflows.Conditions;

namespace NextLayer.Worker.Steps;

/// <summary><c>condition</c>: chooses the ports to go on from.</summary>
internal sealed class ConditionStep : IStepHandler
{
    public string Type => StepTypes.Condition;
    public bool IsImmediate => true;

    public Task<StepResult> ExecuteAsync(StepContext context, CancellationToken ct)
    {
        var decided = context.Step.Compiled(ConditionProgram.Compile).Evaluate(context.Config, context.Scope);
        return Task.FromResult<StepResult>(decided.Failure is { } problem
            ? StepResult.Failure(problem.Code, problem.Message)
            : new StepResult.Completed(decided.Value.Output) { Ports = decided.Value.Ports });
    }
}
