using System.Text.Json;
using NextLayer.Worker.Connectors;
using NextLayer.Worker.Execution;

namespace NextLayer.Worker.Steps.Llm;

/// <summary><c>POST {base_url}/v1beta/models/{model}:generateContent</c> of Google's Gemini API.</summary>
internal sealed class GoogleProvider(LlmHttp http, ConnectorSource connectors) : ILlmProvider
{
    private static readonly string[] Types = ["google"];

    public string Name => "google";

    public async Task<ILlmProvider.Ask> OpenAsync(StepContext context, CancellationToken ct)
    {
        var connector = await connectors.GetAsync(context, Types, ct);
        var models = LlmHttp.BaseUrl(connector, "https://generativelanguage.googleapis.com") + "/v1beta/models/";
        KeyValuePair<string, string>[] headers =
            [new("x-goog-api-key", LlmHttp.ApiKey(connector, context) ?? throw new StepConfigException("connector.config.api_key is required."))];
        return (request, token) => http.AskAsync(
            context, $"{models}{Uri.EscapeDataString(request.Model)}:generateContent", Body(request), headers, reply => Read(reply, request.Model), token);
    }

    private static Dictionary<string, object?> Body(LlmRequest request)
    {
        var generation = new Dictionary<string, object?>();
        if (request.Temperature is { } temperature)
            generation["temperature"] = temperature;
        if (request.MaxTokens is { } limit)
            generation["maxOutputTokens"] = limit;
        if (request.WantsJson)
            generation["responseMimeType"] = "application/json";
        return new()
        {
            ["contents"] = request.Messages.Select(m => new { role = m.Role == "assistant" ? "model" : "user", parts = new[] { new { text = m.Content } } }),
            ["systemInstruction"] = request.System is { } system ? new { parts = new[] { new { text = system } } } : null,
            ["generationConfig"] = generation.Count > 0 ? generation : null,
        };
    }

    private static LlmAnswer Read(JsonElement reply, string model)
    {
        var version = LlmJson.Text(reply, "modelVersion") ?? model;
        var (input, output) = (LlmJson.Count(reply, "usageMetadata", "promptTokenCount"), LlmJson.Count(reply, "usageMetadata", "candidatesTokenCount"));
        // A question that is blocked has no candidates.
        if (!reply.TryGetProperty("candidates", out var candidates) || candidates.GetArrayLength() == 0)
            return reply.TryGetProperty("promptFeedback", out var feedback) && LlmJson.Text(feedback, "blockReason") is { } reason
                ? new LlmAnswer($"The question was blocked: {reason}.", LlmFinish.Refusal, version, input, output)
                : throw new JsonException("There are no candidates.");
        var candidate = candidates[0];
        var finish = LlmJson.Text(candidate, "finishReason") switch
        {
            "MAX_TOKENS" => LlmFinish.Length,
            "SAFETY" or "RECITATION" or "BLOCKLIST" or "PROHIBITED_CONTENT" or "SPII" => LlmFinish.Refusal,
            _ => LlmFinish.Stop,
        };
        return new LlmAnswer(Text(candidate), finish, version, input, output);
    }

    private static string Text(JsonElement candidate) =>
        candidate.TryGetProperty("content", out var content) && content.TryGetProperty("parts", out var parts)
            ? string.Concat(parts.EnumerateArray().Select(part => LlmJson.Text(part, "text")))
            : "";
}
