using System.Diagnostics;
using OpenTelemetry;

namespace NextLayer.ServiceDefaults.Telemetry;

/// <summary>
/// Leaves out database commands that belong to no trace: those of the loops that look for due work every few seconds.
/// Under a request or a step they stay.
/// </summary>
internal sealed class RootlessDatabaseSpans : BaseProcessor<Activity>
{
    public override void OnStart(Activity data)
    {
        if (data.Source.Name != "Npgsql" || data.ParentSpanId != default)
            return;
        data.IsAllDataRequested = false;
        data.ActivityTraceFlags &= ~ActivityTraceFlags.Recorded;
    }
}
