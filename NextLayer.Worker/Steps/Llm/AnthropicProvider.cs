using System.Text.Json;
using NextLayer.Worker.Connectors;
using NextLayer.Worker.Execution;

namespace NextLayer.Worker.Steps.Llm;

/// <summary><c>POST {base_url}/v1/messages</c> of Anthropic.</summary>
internal sealed class AnthropicProvider(LlmHttp http, ConnectorSource connectors) : ILlmProvider
{
    private const string ApiVersion = "2023-06-01";

    /// <summary>The API wants a limit; this is for steps that name none.</summary>
    private const int DefaultMaxTokens = 4096;

    private static readonly string[] Types = ["anthropic"];

    public string Name => "anthropic";

    public async Task<ILlmProvider.Ask> OpenAsync(StepContext context, CancellationToken ct)
    {
        var connector = await connectors.GetAsync(context, Types, ct);
        var url = LlmHttp.BaseUrl(connector, "https://api.anthropic.com") + "/v1/messages";
        KeyValuePair<string, string>[] headers =
        [
            new("x-api-key", LlmHttp.ApiKey(connector, context) ?? throw new StepConfigException("connector.config.api_key is required.")),
            new("anthropic-version", connector.Config.Text("version") ?? ApiVersion),
        ];
        return (request, token) => http.AskAsync(context, url, Body(request), headers, Read, token);
    }

    private static Dictionary<string, object?> Body(LlmRequest request) => new()
    {
        ["model"] = request.Model,
        ["max_tokens"] = request.MaxTokens ?? DefaultMaxTokens,
        ["system"] = request.System,
        ["messages"] = request.Messages.Select(m => new { role = m.Role, content = m.Content }),
        ["temperature"] = request.Temperature is { } temperature ? Math.Min(temperature, 1) : null, // Its scale ends at 1.
    };

    private static LlmAnswer Read(JsonElement reply)
    {
        var texts = reply.GetProperty("content").EnumerateArray()
            .Where(block => LlmJson.Text(block, "type") == "text").Select(block => LlmJson.Text(block, "text"));
        var finish = LlmJson.Text(reply, "stop_reason") switch
        {
            "max_tokens" or "model_context_window_exceeded" => LlmFinish.Length,
            "refusal" => LlmFinish.Refusal,
            _ => LlmFinish.Stop,
        };
        return new LlmAnswer(
            string.Concat(texts),
            finish,
            LlmJson.Text(reply, "model") ?? "",
            LlmJson.Count(reply, "usage", "input_tokens"),
            LlmJson.Count(reply, "usage", "output_tokens"));
    }
}
