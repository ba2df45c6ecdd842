using NextLayer.Contracts.Runs;
using NextLayer.Contracts.Workers;

namespace NextLayer.Worker.Reporting;

/// <summary>A transition or a log line with the process time at which it happened; its age is known when it is sent.</summary>
internal readonly record struct Stamped<T>(T Item, long At);

/// <summary>What one report will carry. It stays as it is until the control plane has answered it.</summary>
internal sealed record PendingReport(
    int Seq, IReadOnlyList<Stamped<StepReport>> Steps, IReadOnlyList<Stamped<RunLogLine>> Logs, RunCompletion? Completion)
{
    /// <summary>
    /// The report as it goes out now. A repeat differs in the ages alone, so that a transition keeps its time however
    /// long the control plane could not be reached.
    /// </summary>
    public RunReport Build(Guid runId, Lease lease, TimeProvider time) => new()
    {
        RunId = runId,
        Lease = lease,
        Seq = Seq,
        Steps = Steps.Count == 0 ? [] : [.. Steps.Select(s => s.Item with { AgeMs = Age(s.At, time) })],
        Logs = Logs.Count == 0 ? [] : [.. Logs.Select(l => l.Item with { AgeMs = Math.Min(Age(l.At, time), 86_400_000) })],
        Completion = Completion,
    };

    private static double Age(long at, TimeProvider time) => Math.Round(time.GetElapsedTime(at).TotalMilliseconds, 3);
}
