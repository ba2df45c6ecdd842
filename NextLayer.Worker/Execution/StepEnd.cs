using NextLayer.Workflows.Graphs;

namespace NextLayer.Worker.Execution;

/// <summary>An attempt that ended, or a timer that fired (<see cref="Timer"/>).</summary>
/// <param name="Result">Null when it was interrupted.</param>
/// <param name="Duration">Of the handler's work alone.</param>
/// <param name="Began">False when it was interrupted before its handler was called.</param>
internal sealed record StepEnd(GraphStep Step, int Attempt, StepResult? Result, TimeSpan Duration, bool Began = true)
{
    public StepTimer? Timer { get; init; }
}

/// <summary>An attempt that is to start later.</summary>
/// <param name="SetAt">Process time from which <paramref name="Wait"/> counts.</param>
/// <param name="Resume">Null for a retry; else what the handler is told when its wait is over.</param>
internal sealed record StepTimer(GraphStep Step, int Attempt, long SetAt, TimeSpan Wait, StepResume? Resume);
