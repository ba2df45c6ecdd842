using System.Globalization;
using System.Text.Json;
using NextLayer.Contracts.Json;
using NextLayer.Contracts.Runs;
using NextLayer.Worker.Execution;

namespace NextLayer.Worker.Steps.Http;

/// <summary>What steps report of an exchange that led to no usable answer.</summary>
internal static class HttpFailure
{
    private static readonly TimeSpan LongestRetryAfter = TimeSpan.FromHours(1);

    /// <summary>The answer's status does not count as success.</summary>
    public static StepFailure Status(HttpReply reply)
    {
        var retryable = reply.StatusCode is 408 or 429 or >= 500;
        var detail = JsonSerializer.SerializeToElement(new Dictionary<string, object?>
        {
            ["http_status"] = reply.StatusCode,
            ["url"] = Shown(reply.Url),
            ["body"] = Excerpt(reply),
        });
        var error = new StepError
        {
            Code = "HTTP_STATUS",
            Message = Answered(reply) + (HttpReason.Of(reply) is { } reason ? $": {reason}" : "."),
            Retryable = retryable,
            Detail = detail,
        };
        return new StepFailure(new StepResult.Failed(error, retryable ? reply.RetryAfter : null));
    }

    /// <summary>The other side refused, and its API has a way to say why.</summary>
    /// <param name="type">What it calls the reason, for programs.</param>
    public static StepFailure Refusal(HttpReply reply, string code, bool retryable, string? type)
    {
        var error = new StepError
        {
            Code = code,
            Message = $"{Answered(reply)}: {HttpReason.Of(reply) ?? "no reason given"}",
            Retryable = retryable,
            Detail = JsonSerializer.SerializeToElement(new { http_status = reply.StatusCode, type }, NextLayerJson.Options),
        };
        return new StepFailure(new StepResult.Failed(error, retryable ? reply.RetryAfter : null));
    }

    public static StepFailure From(Uri url, Exception ex) => NetworkFailure.From(url.Host, Shown(url), ex);

    /// <summary>How long the other side asks to be left alone, within reason.</summary>
    public static TimeSpan? RetryAfter(HttpResponseMessage response, DateTimeOffset now)
    {
        var asked = response.Headers.RetryAfter switch
        {
            { Delta: { } delta } => delta,
            { Date: { } date } => date - (response.Headers.Date ?? now), // Both by the other side's clock.
            _ => (TimeSpan?)null,
        };
        return asked is null ? null : asked < TimeSpan.Zero ? TimeSpan.Zero : asked > LongestRetryAfter ? LongestRetryAfter : asked;
    }

    /// <summary>An address without its query, which may hold secrets.</summary>
    public static string Shown(Uri url) => url.GetLeftPart(UriPartial.Path);

    private static string Answered(HttpReply reply) =>
        string.Create(CultureInfo.InvariantCulture, $"{Shown(reply.Url)} answered {reply.StatusCode}");

    private static string? Excerpt(HttpReply reply)
    {
        var text = reply.Bytes.Length == 0 ? null : System.Text.Encoding.UTF8.GetString(reply.Bytes.AsSpan(0, Math.Min(reply.Bytes.Length, 1000)));
        return text is null ? null : StorableText.Sanitize(text, 1000);
    }
}
