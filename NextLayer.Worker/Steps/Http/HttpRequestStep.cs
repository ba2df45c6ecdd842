using System.Runtime.InteropServices;
using System.Text.Json;
using NextLayer.Worker.Connectors;
using NextLayer.Worker.Execution;

namespace NextLayer.Worker.Steps.Http;

/// <summary><c>http_request</c>: one call, or one for each page.</summary>
internal sealed class HttpRequestStep(GuardedHttp http, ConnectorSource connectors, TimeProvider time) : IStepHandler
{
    public string Type => "http_request";

    public async Task<StepResult> ExecuteAsync(StepContext context, CancellationToken ct)
    {
        var connector = await HttpConnector.FindAsync(context, connectors, ct);
        var config = HttpRequestConfig.Read(context.Config, connector, context.Secrets);
        var started = time.GetTimestamp();
        var exchange = new HttpExchange(http.Client, config, context.IdempotencyKey, context.Epoch, () => context.Now);
        return config.Paginate is { } paginate
            ? await PagesAsync(exchange, config, paginate, started, context, ct)
            : await OneAsync(exchange, config, started, context, ct);
    }

    private async Task<StepResult> OneAsync(
        HttpExchange exchange, HttpRequestConfig config, long started, StepContext context, CancellationToken ct)
    {
        var reply = await GetAsync(exchange, config, config.Url, context, ct);
        return new StepResult.Completed(Output(reply, Body(reply, config), started, pages: null));
    }

    private async Task<StepResult> PagesAsync(
        HttpExchange exchange, HttpRequestConfig config, PaginateConfig paginate, long started, StepContext context, CancellationToken ct)
    {
        var items = new List<JsonElement>();
        var bytes = 0;
        var first = paginate.Param is { } param ? HttpPages.PageUrl(config.Url, param, paginate.Start) : config.Url;
        var (next, reply, pages) = ((Uri?)first, (HttpReply?)null, 0);
        while (next is not null && pages < paginate.MaxPages)
        {
            reply = await GetAsync(exchange, config, next, context, ct);
            var body = Body(reply, config);
            if (HttpPages.Find(body, paginate.ItemsPath) is not { ValueKind: JsonValueKind.Array } page)
                throw StepFailure.Of("RESPONSE_INVALID", $"Page {pages + 1} has no list at items_path '{paginate.ItemsPath}'.");
            foreach (var item in page.EnumerateArray())
            {
                var raw = JsonMarshal.GetRawUtf8Value(item);
                if ((bytes += raw.Length) > StepLimits.MaxOutputBytes)
                    throw StepFailure.Of(
                        StepCodes.OutputTooLarge, $"The items have more than {StepLimits.MaxOutputBytes} bytes of JSON by page {pages + 1}; at most that many are kept.");
                items.Add(JsonElement.Parse(raw)); // A copy: the item itself would keep all of its page.
            }

            next = HttpPages.Next(paginate, config.Url, reply, body, ++pages, page.GetArrayLength());
        }

        return new StepResult.Completed(Output(reply!, JsonSerializer.SerializeToElement(items), started, pages)); // max_pages is at least 1.
    }

    private static async Task<HttpReply> GetAsync(
        HttpExchange exchange, HttpRequestConfig config, Uri url, StepContext context, CancellationToken ct)
    {
        var reply = await exchange.SendAsync(url, ct);
        context.Log.Info($"{config.Method} {HttpFailure.Shown(url)} -> {reply.StatusCode}, {reply.Bytes.Length} bytes");
        return config.SuccessCodes.Contains(reply.StatusCode) ? reply : throw HttpFailure.Status(reply);
    }

    private static JsonElement? Body(HttpReply reply, HttpRequestConfig config)
    {
        try
        {
            return reply.Body(config.Response);
        }
        catch (JsonException ex)
        {
            throw StepFailure.Of("RESPONSE_INVALID", $"{HttpFailure.Shown(reply.Url)} did not answer JSON: {ex.Message}");
        }
    }

    private JsonElement Output(HttpReply reply, JsonElement? body, long started, int? pages)
    {
        var output = new Dictionary<string, object?>
        {
            ["status_code"] = reply.StatusCode,
            ["headers"] = reply.Headers,
            ["body"] = body,
            ["duration_ms"] = (long)time.GetElapsedTime(started).TotalMilliseconds,
            ["url"] = reply.Url.ToString(),
        };
        if (pages is not null)
            output["pages"] = pages;
        return JsonSerializer.SerializeToElement(output, Contracts.Json.NextLayerJson.Options);
    }
}
