namespace NextLayer.Worker.Platform;

/// <summary>How long to wait before a call is tried again.</summary>
internal static class Backoff
{
    /// <summary>Doubles from <paramref name="first"/> to <paramref name="max"/>, the upper half of it by chance.</summary>
    /// <param name="failures">Failures in a row, from 1.</param>
    /// <param name="chance">Between 0 and 1: workers that failed together must not come back together.</param>
    public static TimeSpan Compute(int failures, TimeSpan first, TimeSpan max, double chance)
    {
        var full = Math.Min(first.TotalSeconds * Math.Pow(2, Math.Min(failures - 1, 30)), max.TotalSeconds);
        return TimeSpan.FromSeconds(full * (0.5 + (0.5 * chance)));
    }

    public static TimeSpan Next(int failures, TimeSpan first, TimeSpan max) =>
        Compute(failures, first, max, Random.Shared.NextDouble());
}
