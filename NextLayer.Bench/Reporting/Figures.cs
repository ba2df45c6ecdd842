namespace NextLayer.Bench.Reporting;

/// <summary>A number that a target is set for.</summary>
/// <param name="Text">As people read it: <c>at least 25 %</c>.</param>
internal sealed record Target(string Text, Func<double, bool> Reached)
{
    public static Target AtLeast(double value, string unit) => new($"≥ {value:N0} {unit}", measured => measured >= value);

    public static Target Below(double value, string unit) => new($"< {value:N0} {unit}", measured => measured < value);
}

/// <summary>Something measured once per repeat; its median counts.</summary>
internal sealed record Rate(string Name, string Unit, IReadOnlyList<double> Samples, Target? Target = null)
{
    public double Median => Numbers.Median(Samples);

    public bool? Passed => Target?.Reached(Median);
}

/// <summary>Many timings of one thing, in milliseconds; the target is set for one of the percentiles.</summary>
internal sealed record Latency(string Name, IReadOnlyList<double> Milliseconds, Target? Target = null, double TargetPercentile = 50)
{
    public double At(double percentile) => Numbers.Percentile(Milliseconds, percentile);

    public bool? Passed => Target?.Reached(At(TargetPercentile));
}

/// <summary>Processor time one process spent on each run, in microseconds.</summary>
internal sealed record Cpu(string Process, string During, double MicrosecondsPerRun);

/// <summary>Memory of one process after its measurement.</summary>
internal sealed record Memory(string Process, string After, double MegabytesNow, double MegabytesPeak);
