using NextLayer.ControlPlane.Features.Runs.Changes;
using NextLayer.ControlPlane.Platform;

namespace NextLayer.ControlPlane.Features.Runs;

internal static class RunTelemetry
{
    /// <summary>Measures runs whose change has committed and writes the change into each run's own trace.</summary>
    /// <param name="writing">How long the transaction took.</param>
    public static void RunsChanged(this Telemetry telemetry, IReadOnlyList<RunChange> runs, TimeSpan writing)
    {
        foreach (var run in runs)
        {
            telemetry.EventsWritten(run.Events.Count);
            Telemetry.RunReported(run.Id, run.Before.TraceParent, run.Now, run.Now + writing, run.Status);
            if (run.Ended)
                telemetry.RunFinished(run.Status, run.Before.StartedAt, run.Now);
        }
    }
}
