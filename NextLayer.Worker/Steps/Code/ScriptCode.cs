using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using NextLayer.Contracts.Json;
using NextLayer.Worker.Execution;
using NextLayer.Worker.Sandbox;

namespace NextLayer.Worker.Steps.Code;

/// <summary>An <c>inline_code</c> step in JavaScript: what goes to the sandbox, and what its answer means.</summary>
internal sealed class ScriptCode(SandboxPool sandboxes)
{
    public async Task<StepResult> ExecuteAsync(StepContext context, CancellationToken ct)
    {
        var config = ScriptConfig.Read(context.Config);
        var (answer, death) = await sandboxes.RunAsync(Request(config, context), config.MemoryMb, ct);
        foreach (var line in answer?.Logs ?? [])
            context.Log.Info(line);
        return answer?.End switch
        {
            SandboxEnd.Completed => Completed(answer),
            SandboxEnd.NoResult => StepResult.Failure(CodeCodes.NoResult, "The code returned nothing; end it with return and a value."),
            SandboxEnd.Error => Error(answer),
            SandboxEnd.TooLarge => StepResult.Failure(StepCodes.OutputTooLarge, $"The result has more than {StepLimits.MaxOutputBytes} bytes of JSON."),
            SandboxEnd.Limit => StepResult.Failure(CodeCodes.Limit, answer.Message ?? "The code reached a limit."),
            _ => StepResult.Failure(CodeCodes.Limit, death == SandboxDeath.Time
                ? $"It took longer than {config.Timeout.TotalMilliseconds:0} ms."
                : $"It needed more than {config.MemoryMb} MB of memory, or nested too deep."),
        };
    }

    private static SandboxRequest Request(ScriptConfig config, StepContext context) => new()
    {
        Code = config.Code,
        Input = config.Input ?? context.Input,
        Run = JsonSerializer.SerializeToElement(
            new { id = context.RunId, tenant_id = context.TenantId, generation = context.Generation, now = context.RunNow }, NextLayerJson.Options),
        NowMs = context.RunNow.ToUnixTimeMilliseconds(),
        Seed = BitConverter.ToInt32(SHA256.HashData(Encoding.UTF8.GetBytes(context.IdempotencyKey))),
        Statements = config.Statements,
        TimeoutMs = (int)Math.Ceiling(config.Timeout.TotalMilliseconds),
        MaxResultBytes = StepLimits.MaxOutputBytes,
    };

    private static StepResult Completed(SandboxAnswer answer)
    {
        try
        {
            var result = JsonElement.Parse(answer.Result!, new JsonDocumentOptions { AllowDuplicateProperties = false, MaxDepth = 56 }); // Completed: there is one.
            return new StepResult.Completed(JsonSerializer.SerializeToElement(new { result, logs = answer.Logs }, NextLayerJson.Options));
        }
        catch (JsonException)
        {
            return StepResult.Failure(CodeCodes.Error, "The result nests deeper than JSON may here.");
        }
    }

    private static StepResult.Failed Error(SandboxAnswer answer)
    {
        var place = answer.Line is { } line ? $" (line {line})" : "";
        var detail = JsonSerializer.SerializeToElement(new { line = answer.Line, column = answer.Column, logs = answer.Logs }, NextLayerJson.Options);
        return StepResult.Failure(CodeCodes.Error, $"{answer.Message}{place}", detail: detail);
    }
}
