using System.Text.Json;
using NextLayer.Worker.Execution;
using NextLayer.Workflows.Expressions;

namespace NextLayer.Worker.Steps;

/// <summary>
/// <c>inline_code</c> in language <c>expression</c>: one expression over the run's values, and over <c>input</c> as the
/// step itself names it. JavaScript needs a process of its own and is not carried out here.
/// </summary>
internal sealed class InlineCodeStep : IStepHandler
{
    public const string LimitCode = "CODE_LIMIT";

    public string Type => "inline_code";
    public bool IsImmediate => true;

    public Task<StepResult> ExecuteAsync(StepContext context, CancellationToken ct) => Task.FromResult(Execute(context));

    private static StepResult Execute(StepContext context)
    {
        var config = new StepConfig(context.Config);
        if ((config.Text("language") ?? "javascript") != "expression")
            return StepResult.Failure(StepCodes.UnsupportedStep, "This worker carries out inline_code in language 'expression' only.");
        try
        {
            var program = context.Step.Compiled(Compile);
            var scope = config.Find("input") is { } input ? context.Scope.With("input", input) : context.Scope;
            return Completed(program.Evaluate(scope));
        }
        catch (CelException ex)
        {
            return StepResult.Failure(CodeOf(ex), $"The expression failed at {ex.Position}: {ex.Message}");
        }
    }

    private static CelProgram Compile(JsonElement config) => CelProgram.Compile(new StepConfig(config).RequiredText("code"));

    private static string CodeOf(CelException ex) => ex.Code switch
    {
        CelErrorCode.CostExceeded => LimitCode,
        _ when ex.IsUnresolved => StepCodes.TemplateUnresolved,
        _ => StepCodes.Expression,
    };

    private static StepResult.Completed Completed(JsonElement result) =>
        new(JsonSerializer.SerializeToElement(new Dictionary<string, object> { ["result"] = result, ["logs"] = Array.Empty<string>() }));
}
