using System.Globalization;
using System.Threading.RateLimiting;
using Microsoft.AspNetCore.RateLimiting;
using Microsoft.Extensions.Options;

namespace NextLayer.Dashboard.Session;

/// <summary>How often one address may try to sign in: <see cref="SessionOptions.SignInsPerMinute"/>.</summary>
internal static class SignInLimit
{
    public const string Policy = "sign-in";

    private static readonly TimeSpan Window = TimeSpan.FromMinutes(1);

    public static void AddSignInLimit(this IServiceCollection services)
    {
        services.AddRateLimiter(_ => { });
        services.AddOptions<RateLimiterOptions>().Configure<IOptions<SessionOptions>>((limiter, session) =>
        {
            limiter.AddPolicy(Policy, context => RateLimitPartition.GetFixedWindowLimiter(
                context.Connection.RemoteIpAddress,
                _ => new FixedWindowRateLimiterOptions { PermitLimit = session.Value.SignInsPerMinute, Window = Window }));
            limiter.OnRejected = RefuseAsync;
        });
    }

    private static async ValueTask RefuseAsync(OnRejectedContext rejected, CancellationToken ct)
    {
        var wait = rejected.Lease.TryGetMetadata(MetadataName.RetryAfter, out var told) ? told : Window;
        var seconds = Math.Max((int)Math.Ceiling(wait.TotalSeconds), 1);
        rejected.HttpContext.Response.Headers.RetryAfter = seconds.ToString(CultureInfo.InvariantCulture);
        await HostProblem.Of(
            StatusCodes.Status429TooManyRequests, "too_many_sign_ins", "Too many tries", $"Too many tries to sign in from this address. Try again in {seconds} s.")
            .ExecuteAsync(rejected.HttpContext);
    }
}
