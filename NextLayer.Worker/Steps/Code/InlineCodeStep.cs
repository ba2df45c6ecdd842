using System.Text.Json;
using NextLayer.Worker.Execution;
using NextLayer.Worker.Sandbox;
using NextLayer.Workflows.Expressions;
using NextLayer.Workflows.Templates;

namespace NextLayer.Worker.Steps.Code;

/// <summary>
/// <c>inline_code</c>: in language <c>expression</c> one expression over the run's values, and over <c>input</c> as the step
/// itself names it, computed on the spot; in <c>javascript</c> a script in a process of its own.
/// </summary>
internal sealed class InlineCodeStep(SandboxPool sandboxes) : IStepHandler
{
    private readonly ScriptCode script = new(sandboxes);

    public string Type => "inline_code";

    public bool IsImmediateFor(StepContext context) => IsExpression(context);

    public Task<StepResult> ExecuteAsync(StepContext context, CancellationToken ct) =>
        IsExpression(context) ? Task.FromResult(Evaluate(context)) : script.ExecuteAsync(context, ct);

    private static bool IsExpression(StepContext context) =>
        new StepConfig(context.Config).Find("language") is { ValueKind: JsonValueKind.String } language && language.ValueEquals("expression");

    private static StepResult Evaluate(StepContext context)
    {
        var config = new StepConfig(context.Config);
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

    // As the validator reads it: braces may stand round all of it.
    private static CelProgram Compile(JsonElement config) => ScopeCapture.CompileExpression(new StepConfig(config).RequiredText("code"));

    private static string CodeOf(CelException ex) => ex.Code switch
    {
        CelErrorCode.CostExceeded => CodeCodes.Limit,
        _ when ex.IsUnresolved => StepCodes.TemplateUnresolved,
        _ => StepCodes.Expression,
    };

    private static StepResult.Completed Completed(JsonElement result) =>
        new(JsonSerializer.SerializeToElement(new Dictionary<string, object> { ["result"] = result, ["logs"] = Array.Empty<string>() }));
}
