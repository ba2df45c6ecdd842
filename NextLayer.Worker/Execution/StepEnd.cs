using NextLayer.Workflows.Graphs;

namespace NextLayer.Worker.Execution;

/// <summary>An attempt that ended, a timer that fired (<see cref="Timer"/>), or secrets that came (<see cref="Start"/>).</summary>
/// <param name="Result">Null when it was interrupted.</param>
/// <param name="Duration">Of the handler's work alone.</param>
/// <param name="Began">False when it was interrupted before its handler was called.</param>
internal sealed record StepEnd(GraphStep Step, int Attempt, StepResult? Result, TimeSpan Duration, bool Began = true)
{
    public StepTimer? Timer { get; init; }

    /// <summary>Set when the attempt has not ended but can begin: what its templates read as <c>secrets</c> is there.</summary>
    public StepStart? Start { get; init; }
}

/// <summary>An attempt whose secrets have come.</summary>
/// <param name="Resume">As in <see cref="StepTimer"/>.</param>
/// <param name="Secrets">By name; those it reads and that are there.</param>
internal sealed record StepStart(StepResume? Resume, IReadOnlyDictionary<string, string> Secrets)
{
    // A record would print them.
    public override string ToString() => nameof(StepStart);
}

/// <summary>An attempt that is to start later.</summary>
/// <param name="SetAt">Process time from which <paramref name="Wait"/> counts.</param>
/// <param name="Resume">Null for a retry; else what the handler is told when its wait is over.</param>
internal sealed record StepTimer(GraphStep Step, int Attempt, long SetAt, TimeSpan Wait, StepResume? Resume);
