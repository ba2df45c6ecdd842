using System.Text.Json;
using NextLayer.Contracts.Json;
using NextLayer.Worker.Connectors;
using NextLayer.Worker.Execution;
using NextLayer.Worker.Steps.Http;

namespace NextLayer.Worker.Steps.Llm;

/// <summary>What the providers behind HTTP have in common: one POST of JSON, and the same meaning of its statuses.</summary>
internal sealed class LlmHttp(GuardedHttp http)
{
    private const int LargestAnswer = 8 * 1024 * 1024;

    /// <summary>The connector's <c>base_url</c>, else the provider's own.</summary>
    public static string BaseUrl(Connector connector, string otherwise) =>
        (connector.Config.Text("base_url") is { Length: > 0 } address ? address : otherwise).TrimEnd('/');

    /// <summary>The connector's <c>api_key</c>, kept out of all that the attempt leaves.</summary>
    public static string? ApiKey(Connector connector, StepContext context)
    {
        var key = connector.Config.Text("api_key");
        context.Secrets.Add(key);
        return key is not null && key.Any(char.IsControl) ? throw new StepConfigException("connector.config.api_key must be one line.") : key;
    }

    /// <param name="context">The attempt.</param>
    /// <param name="url">Where the provider answers.</param>
    /// <param name="body">The question.</param>
    /// <param name="headers">Who asks.</param>
    /// <param name="read">Reads the answer.</param>
    /// <param name="ct">Ends the waiting.</param>
    public async Task<LlmAnswer> AskAsync(
        StepContext context,
        string url,
        Dictionary<string, object?> body,
        IEnumerable<KeyValuePair<string, string>> headers,
        Func<JsonElement, LlmAnswer> read,
        CancellationToken ct)
    {
        foreach (var absent in body.Where(member => member.Value is null).Select(member => member.Key).ToList())
            body.Remove(absent);
        var request = HttpRequestConfig.Post(
            HttpRequestConfig.ReadUrl(url), JsonSerializer.SerializeToElement(body, NextLayerJson.Options), headers, LargestAnswer);
        var reply = await new HttpExchange(http.Client, request, context.IdempotencyKey, context.Epoch, () => context.Now).SendAsync(request.Url, ct);
        if (!request.SuccessCodes.Contains(reply.StatusCode))
            throw Refused(reply);
        try
        {
            return read(reply.Body(ResponseType.Json) ?? throw new JsonException("The answer is empty."));
        }
        catch (Exception ex) when (ex is JsonException or InvalidOperationException or KeyNotFoundException or FormatException or IndexOutOfRangeException)
        {
            throw StepFailure.Of(LlmCodes.Response, $"{HttpFailure.Shown(reply.Url)} answered what cannot be read: {ex.Message}", retryable: true);
        }
    }

    private static StepFailure Refused(HttpReply reply)
    {
        var type = ErrorType(reply);
        var (code, retryable) = reply.StatusCode switch
        {
            429 when type is "insufficient_quota" or "billing_error" => (LlmCodes.Quota, false),
            429 => (LlmCodes.RateLimit, true),
            401 or 403 => (LlmCodes.Auth, false),
            408 or >= 500 => (LlmCodes.Unavailable, true),
            402 => (LlmCodes.Quota, false),
            _ => (LlmCodes.Request, false),
        };
        return HttpFailure.Refusal(reply, code, retryable, type);
    }

    /// <summary>All of them answer <c>{"error": {"message", "type" or "code" or "status"}}</c>.</summary>
    private static string? ErrorType(HttpReply reply)
    {
        try
        {
            if (HttpPages.Find(reply.Body(ResponseType.Json), "error") is not { ValueKind: JsonValueKind.Object } error)
                return null;
            var read = new StepConfig(error, "error");
            return read.Text("code") is "insufficient_quota" ? "insufficient_quota" : read.Text("type") ?? read.Text("status");
        }
        catch (Exception ex) when (ex is JsonException or StepConfigException)
        {
            return null;
        }
    }
}
