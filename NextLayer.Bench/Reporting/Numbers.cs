namespace NextLayer.Bench.Reporting;

/// <summary>The few statistics that are reported.</summary>
internal static class Numbers
{
    public static double Median(IReadOnlyList<double> samples) => Percentile(samples, 50);

    /// <summary>Nearest rank: always a value that was really measured, but for the median of an even number.</summary>
    public static double Percentile(IReadOnlyList<double> samples, double percent)
    {
        if (samples.Count == 0)
            throw new ArgumentException("Nothing was measured.", nameof(samples));
        var sorted = samples.Order().ToArray();
        if (percent == 50 && sorted.Length % 2 == 0)
            return (sorted[(sorted.Length / 2) - 1] + sorted[sorted.Length / 2]) / 2;
        return sorted[Math.Max(0, (int)Math.Ceiling(sorted.Length * percent / 100) - 1)];
    }
}
