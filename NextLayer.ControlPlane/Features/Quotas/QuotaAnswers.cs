using System.Globalization;
using Microsoft.AspNetCore.Http.HttpResults;
using NextLayer.ControlPlane.Platform.Errors;

namespace NextLayer.ControlPlane.Features.Quotas;

/// <summary>How a quota is told: the refusal, and the headers of every answer to a call that makes runs under a limit.</summary>
internal static class QuotaAnswers
{
    public const string Code = "quota_exceeded";

    /// <summary>429. Its <c>Retry-After</c> comes with <see cref="WriteTo"/>.</summary>
    /// <param name="asked">Runs the call wanted to make, all or none.</param>
    public static ProblemHttpResult Refuse(TenantQuota quota, int asked = 1) =>
        Problems.Make(StatusCodes.Status429TooManyRequests, Code, Sentence(quota, asked));

    public static string Sentence(TenantQuota quota, int asked = 1)
    {
        var wanted = asked > 1 ? $" {asked} runs were asked for at once and {quota.Remaining} are left." : "";
        return string.Create(
            CultureInfo.InvariantCulture,
            $"Daily quota exceeded. The limit is {quota.Limit} {(quota.Limit == 1 ? "run" : "runs")} a day (UTC); it resets at {quota.ResetsAt:yyyy-MM-dd'T'HH:mm:sszzz}.{wanted}");
    }

    /// <summary>The same answer, with the headers; as it is where the tenant has no limit.</summary>
    public static IResult With(this IResult answer, TenantQuota? quota) => quota is null ? answer : new Metered(answer, quota);

    /// <summary>As draft-ietf-httpapi-ratelimit-headers has them since its 8th version: structured fields, seconds until the reset.</summary>
    public static void WriteTo(this TenantQuota quota, HttpResponse response)
    {
        response.Headers["RateLimit-Policy"] = string.Create(CultureInfo.InvariantCulture, $"\"daily\";q={quota.Limit};w=86400");
        response.Headers["RateLimit"] = string.Create(CultureInfo.InvariantCulture, $"\"daily\";r={quota.Remaining};t={quota.SecondsLeft}");
    }

    /// <summary>The headers of a refusal.</summary>
    public static void WriteRefusalTo(this TenantQuota quota, HttpResponse response)
    {
        quota.WriteTo(response);
        response.Headers.RetryAfter = quota.SecondsLeft.ToString(CultureInfo.InvariantCulture);
    }

    private sealed class Metered(IResult answer, TenantQuota quota) : IResult
    {
        public Task ExecuteAsync(HttpContext httpContext)
        {
            if (answer is IStatusCodeHttpResult { StatusCode: StatusCodes.Status429TooManyRequests })
                quota.WriteRefusalTo(httpContext.Response);
            else
                quota.WriteTo(httpContext.Response);
            return answer.ExecuteAsync(httpContext);
        }
    }
}
