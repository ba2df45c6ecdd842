using System.Globalization;
using System.Text.Json;
using NextLayer.Contracts.Runs;
using NextLayer.Worker.Execution;
using NextLayer.Worker.Platform;
using NextLayer.Worker.Steps.Http;

namespace NextLayer.Worker.Steps.Providers;

/// <summary>
/// Asks a provider and waits where it is told to: a few tries within the attempt, since a page near the end should not cost
/// all those before it. Longer pauses are the engine's, which holds no worker meanwhile.
/// </summary>
internal sealed class ProviderHttp(GuardedHttp http, TimeProvider time)
{
    private const int MaxTries = 5;
    private const int LargestAnswer = 32 * 1024 * 1024;

    private static readonly TimeSpan OneCall = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(30);

    // What Google answers with 403 although waiting helps.
    private static readonly string[] PassingReasons = ["rateLimitExceeded", "backendError", "jobBackendError"];

    public Task<JsonElement> GetAsync(StepContext context, Uri url, IReadOnlyList<KeyValuePair<string, string>> headers, CancellationToken ct) =>
        SendAsync(context, Request(HttpMethod.Get, url, headers), ct);

    public Task<JsonElement> PostAsync(
        StepContext context, Uri url, IReadOnlyList<KeyValuePair<string, string>> headers, object body, CancellationToken ct) =>
        SendAsync(context, Request(HttpMethod.Post, url, headers) with { BodyType = BodyType.Json, Body = JsonSerializer.SerializeToElement(body) }, ct);

    public Task<JsonElement> PostFormAsync(StepContext context, Uri url, IReadOnlyList<KeyValuePair<string, string>> form, CancellationToken ct) =>
        SendAsync(context, Request(HttpMethod.Post, url, []) with { BodyType = BodyType.Form, Form = form }, ct);

    /// <summary>Another address below a base, as providers' documents write them.</summary>
    public static Uri Address(string baseUrl, string path, IEnumerable<KeyValuePair<string, string>> query) =>
        HttpRequestConfig.WithQuery(HttpRequestConfig.ReadUrl(baseUrl.TrimEnd('/') + path), query);

    private static HttpRequestConfig Request(HttpMethod method, Uri url, IReadOnlyList<KeyValuePair<string, string>> headers) => new()
    {
        Method = method,
        Url = url,
        Headers = headers,
        BodyType = BodyType.None,
        Body = null,
        Form = [],
        Credential = null,
        FollowRedirects = false,
        SuccessCodes = SuccessCodes.Read(null),
        Response = ResponseType.Json,
        MaxBytes = LargestAnswer,
        Paginate = null,
    };

    private async Task<JsonElement> SendAsync(StepContext context, HttpRequestConfig request, CancellationToken ct)
    {
        for (var tries = 1; ; tries++)
        {
            try
            {
                return await SendOnceAsync(context, request, ct);
            }
            catch (StepFailure failed) when (IsPassing(failed.Failure.Error) && tries < MaxTries)
            {
                var pause = failed.Failure.RetryAfter ?? Backoff.Next(tries, FirstPause, LongestPause);
                if (pause > LongestPause)
                    throw;
                context.Log.Warning(string.Create(
                    CultureInfo.InvariantCulture, $"{failed.Message} Try {tries + 1} of {MaxTries} follows in {pause.TotalSeconds:0.#} s."));
                await Task.Delay(pause, time, ct);
            }
        }
    }

    /// <summary>An answer that makes no sense is the engine's to ask for again.</summary>
    private static bool IsPassing(StepError error) => error.Retryable && error.Code != ProviderCodes.Response;

    private async Task<JsonElement> SendOnceAsync(StepContext context, HttpRequestConfig request, CancellationToken ct)
    {
        using var timer = new CancellationTokenSource(OneCall, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(ct, timer.Token);
        try
        {
            var exchange = new HttpExchange(http.Client, request, context.IdempotencyKey, context.Epoch, () => context.Now);
            var reply = await exchange.SendAsync(request.Url, either.Token);
            return request.SuccessCodes.Contains(reply.StatusCode) ? Read(reply) : throw Refused(reply);
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested)
        {
            throw StepFailure.Of(ProviderCodes.Unavailable, $"{HttpFailure.Shown(request.Url)} did not answer within {OneCall.TotalSeconds:0} s.", retryable: true);
        }
    }

    private static JsonElement Read(HttpReply reply)
    {
        try
        {
            return reply.Body(ResponseType.Json) is { ValueKind: JsonValueKind.Object } body ? body : throw new JsonException("It is no JSON object.");
        }
        catch (JsonException ex)
        {
            throw StepFailure.Of(ProviderCodes.Response, $"{HttpFailure.Shown(reply.Url)} answered what cannot be read: {ex.Message}", retryable: true);
        }
    }

    private static StepFailure Refused(HttpReply reply)
    {
        var type = ErrorType(reply);
        var (code, retryable) = reply.StatusCode switch
        {
            429 => (ProviderCodes.RateLimit, true),
            403 when PassingReasons.Contains(type) => (ProviderCodes.RateLimit, true),
            401 or 403 => (ProviderCodes.Auth, false),
            408 or >= 500 => (ProviderCodes.Unavailable, true),
            _ => (type is "invalid_grant" or "invalid_client" ? ProviderCodes.Auth : ProviderCodes.Request, false),
        };
        return HttpFailure.Refusal(reply, code, retryable, type);
    }

    /// <summary>
    /// OpenAI and Anthropic answer <c>{"error": {"message", "type"}}</c>, Google's APIs <c>{"error": {"message", "status",
    /// "errors": [{"reason"}]}}</c> and its token server <c>{"error", "error_description"}</c>.
    /// </summary>
    private static string? ErrorType(HttpReply reply)
    {
        try
        {
            if (HttpPages.Find(reply.Body(ResponseType.Json), "error") is not { } error)
                return null;
            if (error.ValueKind == JsonValueKind.String)
                return error.GetString();
            var read = new StepConfig(error, "error");
            return HttpPages.Find(error, "errors.0.reason")?.ToString() ?? read.Text("type") ?? read.Text("status");
        }
        catch (Exception ex) when (ex is JsonException or StepConfigException)
        {
            return null;
        }
    }
}
