using System.Text;
using System.Text.Json;
using NextLayer.Contracts.Json;
using NextLayer.Worker.Connectors;
using NextLayer.Worker.Execution;
using NextLayer.Worker.Steps.Http;

namespace NextLayer.Worker.Steps;

/// <summary>
/// <c>webhook</c>: one signed POST of <c>{type, timestamp, data}</c>. Id and body are the same on every attempt, so that a
/// receiver can tell a repeat; only the time of the attempt and with it the signature differ. A connector brings the address
/// and the signing secret; while that is rotated, deliveries are signed with both.
/// </summary>
internal sealed class WebhookStep(GuardedHttp http, ConnectorSource connectors) : IStepHandler
{
    public const string GoneCode = "WEBHOOK_GONE";

    /// <summary>Of the answer, in characters.</summary>
    private const int KeptBody = 1024;

    private const string SigningSecret = "signing_secret";

    private static readonly string[] Types = ["webhook"];

    private static readonly string[] Reserved =
        ["webhook-id", "webhook-timestamp", "webhook-signature", WebhookSignature.StripeStyleHeader, "x-nextlayer-event"];

    public string Type => "webhook";

    public async Task<StepResult> ExecuteAsync(StepContext context, CancellationToken ct)
    {
        var config = new StepConfig(context.Config);
        var delivery = DeliveryId(context);
        var connector = string.IsNullOrEmpty(config.Text("connector")) ? null : await connectors.GetAsync(context, Types, ct);
        var request = Request(config, connector, context, delivery);
        var exchange = new HttpExchange(http.Client, request, context.IdempotencyKey, context.Epoch, () => context.Now);
        var reply = await exchange.SendAsync(request.Url, ct);
        context.Log.Info($"Delivery {delivery} to {HttpFailure.Shown(request.Url)} -> {reply.StatusCode}");
        if (!request.SuccessCodes.Contains(reply.StatusCode))
            throw reply.StatusCode == 410
                ? StepFailure.Of(GoneCode, $"{HttpFailure.Shown(request.Url)} is gone: its owner wants no more deliveries.")
                : HttpFailure.Status(reply);
        return Delivered(reply, delivery);
    }

    /// <summary>Without a full stop, which parts the pieces of what is signed.</summary>
    private static string DeliveryId(StepContext context) => $"msg_{context.RunId:n}_{context.Generation}_{context.StepId}";

    private static HttpRequestConfig Request(StepConfig config, Connector? connector, StepContext context, string delivery)
    {
        var url = HttpRequestConfig.ReadUrl(Address(config, connector));
        var (name, body) = Body(config, context);
        var headers = HttpRequestConfig.ReadHeaders(config).Select(RefuseReserved).ToList();
        headers.Add(new("X-NextLayer-Event", name));
        headers.AddRange(WebhookSignature.Headers(Keys(config, connector, context), delivery, context.Now, body.GetRawText()));
        return HttpRequestConfig.Post(url, body, headers) with
        {
            SuccessCodes = SuccessCodes.Read(config.Find("success_codes")),
            Response = ResponseType.Text,
            MaxBytes = KeptBody * 4, // A character takes up to four bytes.
            CutsBody = true,
        };
    }

    private static (string Name, JsonElement Body) Body(StepConfig config, StepContext context)
    {
        var name = config.Text("event") is { Length: > 0 } named ? named : "workflow.event";
        if (name.Length > 200 || !name.All(c => c is > ' ' and < (char)127))
            throw config.Wrong("event", "a name of at most 200 printable characters without spaces, such as order.shipped");
        var body = JsonSerializer.SerializeToElement(
            new { type = name, timestamp = context.RunNow, data = config.Find("payload") ?? JsonElement.Parse("{}") }, NextLayerJson.Options);
        return (name, body);
    }

    private static KeyValuePair<string, string> RefuseReserved(KeyValuePair<string, string> header) =>
        Reserved.Contains(header.Key, StringComparer.OrdinalIgnoreCase)
            ? throw new StepConfigException($"config.headers must not hold '{header.Key}', which the delivery itself sets.")
            : header;

    // A connector's secret signs for the receiver it belongs to, and for nobody a step's author may name.
    private static string Address(StepConfig config, Connector? connector) => connector?.Config.Text("url") switch
    {
        { Length: > 0 } url when config.Text("url") is null or "" => url,
        { Length: > 0 } => throw new StepConfigException("config.url must be left out: the connector has the address."),
        _ when connector is { Secrets.Count: > 0 } => throw new StepConfigException("connector.config.url is required: its signing secret is for one receiver."),
        _ => config.RequiredText("url"),
    };

    private static IReadOnlyList<byte[]> Keys(StepConfig config, Connector? connector, StepContext context)
    {
        string?[] secrets = config.Text("secret") is { Length: > 0 } own
            ? [own]
            : [connector?.Secrets.GetValueOrDefault(SigningSecret), connector?.PreviousSecrets.GetValueOrDefault(SigningSecret)];
        foreach (var secret in secrets)
            context.Secrets.Add(secret);
        return [.. secrets.OfType<string>().Select(WebhookSignature.Key)];
    }

    private static StepResult.Completed Delivered(HttpReply reply, string delivery)
    {
        var text = Encoding.UTF8.GetString(reply.Bytes);
        return new StepResult.Completed(JsonSerializer.SerializeToElement(
            new { reply.StatusCode, Body = StorableText.Sanitize(text, KeptBody), DeliveryId = delivery }, NextLayerJson.Options));
    }
}
