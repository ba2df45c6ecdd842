namespace NextLayer.Workflows.Retries;

/// <summary>How the wait grows from one attempt to the next.</summary>
public enum RetryBackoff
{
    /// <summary>Always the initial wait.</summary>
    Fixed,

    /// <summary>The initial wait times the factor for every attempt already made after the first.</summary>
    Exponential,
}

/// <summary>Whether and when a failed step is tried again. Written by the author of a definition, or a step type's default.</summary>
public sealed record RetryPolicy
{
    /// <summary>The most attempts a policy may allow.</summary>
    public const int MostAttempts = 20;

    /// <summary>The longest wait a policy may name, in seconds: one day.</summary>
    public const double LongestSeconds = 86_400;

    /// <summary>One attempt, no retry.</summary>
    public static RetryPolicy None { get; } = new();

    /// <summary>Attempts in all, the first included; 1 to <see cref="MostAttempts"/>.</summary>
    public int MaxAttempts { get; init; } = 1;

    /// <summary>Exponential unless told otherwise.</summary>
    public RetryBackoff Backoff { get; init; } = RetryBackoff.Exponential;

    /// <summary>Wait before the second attempt, in seconds.</summary>
    public double InitialSeconds { get; init; } = 1;

    /// <summary>Growth of the exponential wait; 1 to 100.</summary>
    public double Factor { get; init; } = 2;

    /// <summary>No wait is longer than this many seconds, jitter included.</summary>
    public double MaxSeconds { get; init; } = 300;

    /// <summary>Share of the wait that chance may add or take away, 0 to 1, so that many runs that failed together do not return together.</summary>
    public double Jitter { get; init; } = 0.2;

    /// <summary>Error codes to retry, and no others; empty retries whatever the step calls retryable.</summary>
    public IReadOnlyList<string> On { get; init; } = [];

    /// <summary>Whether attempt <paramref name="attempt"/>, counted from 1, may be followed by another.</summary>
    /// <param name="attempt">The attempt that failed.</param>
    /// <param name="code">Its error code.</param>
    /// <param name="retryable">What the step said of the failure; an explicit <see cref="On"/> overrules it.</param>
    public bool AllowsAnother(int attempt, string code, bool retryable) =>
        attempt < MaxAttempts && (On.Count == 0 ? retryable : On.Contains(code));

    /// <summary>The wait before an attempt.</summary>
    /// <param name="attempt">The attempt about to start, counted from 1; the first waits for nothing.</param>
    /// <param name="random">A number from 0 up to 1, which places the wait within the jitter.</param>
    public TimeSpan DelayBefore(int attempt, double random)
    {
        if (attempt <= 1)
            return TimeSpan.Zero;
        var growth = Backoff == RetryBackoff.Fixed ? 1 : Math.Pow(Factor, attempt - 2);
        var planned = Math.Min(InitialSeconds * growth, MaxSeconds);
        var spread = planned * Jitter * ((2 * random) - 1);
        return TimeSpan.FromSeconds(Math.Clamp(planned + spread, 0, MaxSeconds));
    }

    /// <summary>What is wrong with the values: the wire name of each bad field and a sentence. Empty for a good policy.</summary>
    public IEnumerable<(string Field, string Message)> FindProblems()
    {
        if (MaxAttempts is < 1 or > MostAttempts)
            yield return ("max_attempts", $"must be from 1 to {MostAttempts}");
        if (InitialSeconds is not (>= 0 and <= LongestSeconds))
            yield return ("initial_seconds", $"must be from 0 to {LongestSeconds}");
        if (MaxSeconds is not (>= 0 and <= LongestSeconds))
            yield return ("max_seconds", $"must be from 0 to {LongestSeconds}");
        if (Factor is not (>= 1 and <= 100))
            yield return ("factor", "must be from 1 to 100");
        if (Jitter is not (>= 0 and <= 1))
            yield return ("jitter", "must be from 0 to 1");
    }
}
