using System.Text.Json;
using NextLayer.Worker.Connectors;
using NextLayer.Worker.Execution;

namespace NextLayer.Worker.Steps.Llm;

/// <summary>
/// <c>POST {base_url}/chat/completions</c>, which OpenAI and many others speak. Only what all of them know is sent: JSON
/// is asked for in words, since <c>response_format</c> is refused by some.
/// </summary>
internal sealed class OpenAiProvider(LlmHttp http, ConnectorSource connectors) : ILlmProvider
{
    private static readonly string[] Types = ["openai_compatible", "openai"];

    public string Name => "openai_compatible";

    public async Task<ILlmProvider.Ask> OpenAsync(StepContext context, CancellationToken ct)
    {
        var connector = await connectors.GetAsync(context, Types, ct);
        var url = LlmHttp.BaseUrl(connector, "https://api.openai.com/v1") + "/chat/completions";
        var headers = Headers(connector, context).ToList();
        // OpenAI itself has renamed it for its newer models; the others know the old name only.
        var limit = connector.Config.Text("max_tokens_field") ?? (connector.Config.Find("base_url") is null ? "max_completion_tokens" : "max_tokens");
        return (request, token) => http.AskAsync(context, url, Body(request, limit), headers, Read, token);
    }

    private static IEnumerable<KeyValuePair<string, string>> Headers(Connector connector, StepContext context)
    {
        if (LlmHttp.ApiKey(connector, context) is { Length: > 0 } key)
            yield return new("Authorization", $"Bearer {key}");
        if (connector.Config.Text("organization") is { Length: > 0 } organization)
            yield return new("OpenAI-Organization", organization);
    }

    private static Dictionary<string, object?> Body(LlmRequest request, string limit)
    {
        var messages = request.Messages.Select(m => new { role = m.Role, content = m.Content });
        return new()
        {
            ["model"] = request.Model,
            ["messages"] = request.System is { } system ? [new { role = "system", content = system }, .. messages] : messages.ToArray(),
            ["temperature"] = request.Temperature,
            [limit] = request.MaxTokens,
        };
    }

    private static LlmAnswer Read(JsonElement reply)
    {
        var choice = reply.GetProperty("choices")[0];
        var message = choice.GetProperty("message");
        var refusal = LlmJson.Text(message, "refusal");
        var finish = refusal is not null ? LlmFinish.Refusal : LlmJson.Text(choice, "finish_reason") switch
        {
            "length" => LlmFinish.Length,
            "content_filter" => LlmFinish.Refusal,
            _ => LlmFinish.Stop,
        };
        return new LlmAnswer(
            refusal ?? LlmJson.Text(message, "content") ?? "",
            finish,
            LlmJson.Text(reply, "model") ?? "",
            LlmJson.Count(reply, "usage", "prompt_tokens"),
            LlmJson.Count(reply, "usage", "completion_tokens"));
    }
}
