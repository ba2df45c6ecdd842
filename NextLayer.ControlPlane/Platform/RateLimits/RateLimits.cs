using System.Globalization;
using System.Threading.RateLimiting;
using Microsoft.Extensions.Options;
using NextLayer.ControlPlane.Platform.Errors;

namespace NextLayer.ControlPlane.Platform.RateLimits;

/// <summary>
/// Bounds the calls of each caller. Workers' claims, heartbeats and reports are exempt
/// (<c>DisableRateLimiting</c> on their endpoints): to hold them up would lose leases.
/// </summary>
internal static class RateLimits
{
    public static void AddRateLimits(this IServiceCollection services)
    {
        services.AddOptions<RateLimitOptions>().BindConfiguration("RateLimit").ValidateDataAnnotations().ValidateOnStart();
        services.AddRateLimiter(_ => { });
        services.AddOptions<Microsoft.AspNetCore.RateLimiting.RateLimiterOptions>().Configure<IOptions<RateLimitOptions>>((limiter, limits) =>
        {
            limiter.RejectionStatusCode = StatusCodes.Status429TooManyRequests;
            limiter.GlobalLimiter = PartitionedRateLimiter.Create<HttpContext, string>(context => Bucket(context, limits.Value));
            limiter.OnRejected = RefuseAsync;
        });
    }

    private static RateLimitPartition<string> Bucket(HttpContext context, RateLimitOptions limits) =>
        limits.PerSecond == 0
            ? RateLimitPartition.GetNoLimiter("")
            : RateLimitPartition.GetTokenBucketLimiter(RateLimitCaller.Of(context), _ => new TokenBucketRateLimiterOptions
            {
                TokenLimit = limits.Burst,
                TokensPerPeriod = Math.Max(1, limits.PerSecond / 10),
                ReplenishmentPeriod = limits.PerSecond < 10 ? TimeSpan.FromSeconds(1.0 / limits.PerSecond) : TimeSpan.FromMilliseconds(100),
                AutoReplenishment = true,
                QueueLimit = 0,
            });

    private static async ValueTask RefuseAsync(Microsoft.AspNetCore.RateLimiting.OnRejectedContext rejected, CancellationToken ct)
    {
        var wait = rejected.Lease.TryGetMetadata(MetadataName.RetryAfter, out var after) ? (int)Math.Ceiling(after.TotalSeconds) : 1;
        rejected.HttpContext.Response.Headers.RetryAfter = Math.Max(1, wait).ToString(CultureInfo.InvariantCulture);
        await Problems.Make(
            StatusCodes.Status429TooManyRequests, "rate_limited", "Too many calls in a short time. Wait as long as Retry-After says, then go on more slowly.")
            .ExecuteAsync(rejected.HttpContext);
    }
}
