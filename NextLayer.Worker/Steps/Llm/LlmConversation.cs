using System.Text.Json;
using NextLayer.Contracts.Json;
using NextLayer.Worker.Execution;

namespace NextLayer.Worker.Steps.Llm;

/// <summary>One attempt: the question, and the repairs it takes.</summary>
internal sealed class LlmConversation(LlmConfig config, ILlmProvider.Ask ask, StepLog log)
{
    private long inputTokens;
    private long outputTokens;

    public async Task<StepResult> ToResultAsync(CancellationToken ct)
    {
        var request = config.Request;
        for (var repairs = 0; ; repairs++)
        {
            var answer = await AskAsync(request, ct);
            if (config.Mode == LlmMode.Prompt)
                return Completed(answer, [], new() { ["content"] = answer.Content });
            var (result, problem) = config.Mode == LlmMode.Extract ? Extract(answer) : Classify(answer);
            if (result is not null)
                return result;
            if (repairs == config.MaxRepairs)
                throw StepFailure.Of(LlmCodes.Schema, $"The answer cannot be used: {problem}", detail: Detail(answer));
            log.Info($"The answer cannot be used and is sent back: {problem}");
            request = request.With(new LlmMessage("assistant", answer.Content.Length > 0 ? answer.Content : "(nothing)"), new LlmMessage("user", LlmInstructions.Repair(problem)));
        }
    }

    private async Task<LlmAnswer> AskAsync(LlmRequest request, CancellationToken ct)
    {
        var answer = await ask(request, ct);
        inputTokens += answer.InputTokens;
        outputTokens += answer.OutputTokens;
        log.Info($"{config.Provider} {answer.Model}: {answer.InputTokens} tokens in, {answer.OutputTokens} out");
        return answer.Finish switch
        {
            LlmFinish.Length => throw StepFailure.Of(LlmCodes.Length, "The answer was cut off at its longest allowed length (max_tokens).", detail: Detail(answer)),
            LlmFinish.Refusal => throw StepFailure.Of(LlmCodes.Refused, "The model would not answer.", detail: Detail(answer)),
            _ => answer,
        };
    }

    private (StepResult? Result, string Problem) Extract(LlmAnswer answer)
    {
        if (LlmJson.Find(answer.Content) is not { } data)
            return (null, "it is not JSON.");
        var errors = config.Schema!.Validate(data); // There is one in this mode.
        return errors.Count == 0
            ? (Completed(answer, [], new() { ["data"] = data }), "")
            : (null, string.Join(" ", errors.Take(5).Select(e => e.Path.Length == 0 ? $"It {e.Message}" : $"'{e.Path}' {e.Message}")));
    }

    private (StepResult? Result, string Problem) Classify(LlmAnswer answer)
    {
        if (LlmJson.Find(answer.Content) is not { ValueKind: JsonValueKind.Object } json || Names(json) is not { } said)
            return (null, "it is not of the form {\"categories\": [\"name\"]}.");
        var unknown = said.Where(n => n != LlmInstructions.OtherCategory && config.Categories.All(c => c.Name != n)).ToList();
        if (unknown.Count > 0)
            return (null, $"there is no class '{unknown[0]}'.");
        // The step's own order, and its own names only: "other" beside a class says nothing.
        var chosen = said.Where(n => config.Categories.Any(c => c.Name == n)).Distinct().ToList();
        if (!config.IsMulti)
            chosen = [.. chosen.Take(1)];
        if (chosen.Count == 0 && config.FailsWithoutCategory)
            throw StepFailure.Of(LlmCodes.NoCategory, "None of the classes fits.", detail: Detail(answer));
        List<string> ports = chosen.Count > 0 ? chosen : [LlmInstructions.OtherCategory];
        var output = new Dictionary<string, object?> { ["category"] = ports[0], ["categories"] = ports };
        if (json.TryGetProperty("confidence", out var confidence) && confidence.ValueKind == JsonValueKind.Number)
            output["confidence"] = confidence;
        return (Completed(answer, ports, output), "");
    }

    private static List<string>? Names(JsonElement json)
    {
        if (LlmJson.Text(json, "category") is { } one)
            return [one];
        return json.TryGetProperty("categories", out var list) && list.ValueKind == JsonValueKind.Array
            && list.EnumerateArray().All(n => n.ValueKind == JsonValueKind.String)
                ? [.. list.EnumerateArray().Select(n => n.GetString()!)] // A string is never null.
                : null;
    }

    private StepResult.Completed Completed(LlmAnswer answer, IReadOnlyList<string> ports, Dictionary<string, object?> output)
    {
        output["model"] = answer.Model.Length > 0 ? answer.Model : config.Request.Model;
        output["provider"] = config.Provider;
        output["usage"] = new { input = inputTokens, output = outputTokens };
        output["finish_reason"] = "stop";
        return new(JsonSerializer.SerializeToElement(output, NextLayerJson.Options)) { Ports = ports };
    }

    private JsonElement Detail(LlmAnswer answer) => JsonSerializer.SerializeToElement(
        new { content = StorableText.Sanitize(answer.Content, 2000), usage = new { input = inputTokens, output = outputTokens } }, NextLayerJson.Options);
}
