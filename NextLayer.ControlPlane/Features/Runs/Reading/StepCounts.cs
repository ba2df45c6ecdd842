using NextLayer.Contracts.Workflows;

namespace NextLayer.ControlPlane.Features.Runs.Reading;

/// <summary>Steps of a run that something is known of, by what is known.</summary>
/// <param name="Seen">All of them.</param>
/// <param name="BodyPath">Of a child run: the body it executes; null for a whole definition.</param>
internal readonly record struct StepCounts(
    int Seen, int Running, int Waiting, int Completed, int Failed, int Skipped, int Cancelled, string? BodyPath = null)
{
    /// <param name="defined">Steps of the definition; a worker that reports others makes the whole larger.</param>
    public RunProgress Of(int defined)
    {
        var total = Math.Max(defined, Seen);
        return new RunProgress
        {
            Total = total,
            Pending = total - Running - Waiting - Completed - Failed - Skipped - Cancelled,
            Running = Running,
            Waiting = Waiting,
            Completed = Completed,
            Failed = Failed,
            Skipped = Skipped,
            Cancelled = Cancelled,
        };
    }
}
