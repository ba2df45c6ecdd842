using System.ComponentModel.DataAnnotations;

namespace NextLayer.ControlPlane.Platform.RateLimits;

/// <summary>
/// How many calls one caller may make of one replica. It keeps a runaway client from taking the place of all others; it is
/// no quota. Bound from <c>RateLimit</c>.
/// </summary>
internal sealed class RateLimitOptions
{
    /// <summary>Calls a second in the long run; 0 sets no limit. Default 1,000.</summary>
    [Range(0, 1_000_000)]
    public int PerSecond { get; set; } = 1000;

    /// <summary>Calls that may come at once after a quiet time. Default 10,000.</summary>
    [Range(1, 10_000_000)]
    public int Burst { get; set; } = 10_000;
}
