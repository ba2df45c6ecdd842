using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Text.Json;
using NextLayer.Contracts.Runs;
using NextLayer.Contracts.Workers;
using NextLayer.Worker.Execution;
using NextLayer.Workflows.Graphs;

namespace NextLayer.Worker.Platform;

/// <summary>Spans and measurements of the worker. Nothing is computed while nobody listens.</summary>
internal sealed class Telemetry
{
    /// <summary>Name of the activity source and of the meter.</summary>
    public const string Name = "NextLayer.Worker";

    private static readonly ActivitySource Source = new(Name);

    // The SDK's own boundaries are made for milliseconds and would put nearly everything into one bucket.
    private static readonly InstrumentAdvice<double> Durations = new()
    {
        HistogramBucketBoundaries = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 900, 3600],
    };

    private readonly Histogram<double> runDuration;
    private readonly Histogram<double> stepDuration;
    private readonly Counter<long> leaseLosses;
    private readonly Counter<long> claimedRuns;
    private Func<int>? held;

    public Telemetry(IMeterFactory meters)
    {
        var meter = meters.Create(Name);
        runDuration = meter.CreateHistogram("nextlayer.worker.run.duration", "s", "A run in this worker's hands", advice: Durations);
        stepDuration = meter.CreateHistogram("nextlayer.step.duration", "s", "One attempt of a step", advice: Durations);
        leaseLosses = meter.CreateCounter<long>("nextlayer.worker.lease_losses", "{run}", "Runs taken from this worker");
        claimedRuns = meter.CreateCounter<long>("nextlayer.worker.claimed", "{run}", "Runs claimed");
        meter.CreateObservableGauge("nextlayer.worker.slots.used", () => held?.Invoke() ?? 0, "{run}", "Runs held");
    }

    public void ObserveHeld(Func<int> count) => held = count;

    public void Claimed(int runs) => claimedRuns.Add(runs);

    public void LeaseLost(ReportVerdict verdict) => leaseLosses.Add(1, new KeyValuePair<string, object?>("verdict", Word(verdict)));

    public bool MeasuresRuns => runDuration.Enabled;

    public bool MeasuresSteps => stepDuration.Enabled;

    public void RunLeft(TimeSpan duration, RunStatus status) =>
        runDuration.Record(duration.TotalSeconds, new KeyValuePair<string, object?>("outcome", Word(status)));

    public void StepEnded(TimeSpan duration, GraphStep step, StepStatus status) =>
        stepDuration.Record(
            duration.TotalSeconds,
            new KeyValuePair<string, object?>("type", step.Type?.Type ?? "unknown"),
            new KeyValuePair<string, object?>("outcome", Word(status)));

    /// <summary>The run as a continuation of the call that made it.</summary>
    public static Activity? StartRun(Run run)
    {
        if (!Source.HasListeners())
            return null;
        ActivityContext.TryParse(run.TraceParent, null, isRemote: true, out var parent);
        var activity = Source.StartActivity("run.execute", ActivityKind.Consumer, parent);
        activity?.SetTag("nextlayer.run.id", run.Id);
        activity?.SetTag("nextlayer.pipeline_version.id", run.PipelineVersionId);
        activity?.SetTag("nextlayer.run.generation", run.Generation);
        return activity;
    }

    public static Activity? StartStep(Activity? run, StepContext context)
    {
        if (run is null)
            return null;
        var activity = Source.StartActivity("step.execute", ActivityKind.Internal, run.Context);
        activity?.SetTag("nextlayer.step.id", context.StepId);
        activity?.SetTag("nextlayer.step.type", context.StepType);
        activity?.SetTag("nextlayer.step.attempt", context.Attempt);
        return activity;
    }

    /// <param name="result">Null when the attempt was interrupted.</param>
    public static void EndStep(Activity? activity, StepResult? result)
    {
        if (activity is null)
            return;
        activity.SetTag("nextlayer.step.status", Word(result));
        if (result is StepResult.Failed { Error: var error })
        {
            activity.SetTag("error.type", error.Code);
            activity.SetStatus(ActivityStatusCode.Error, error.Message);
        }

        activity.Dispose();
    }

    private static string Word(StepResult? result) => result switch
    {
        null => "interrupted",
        StepResult.Completed => "completed",
        StepResult.Waiting => "waiting",
        _ => "failed",
    };

    /// <summary>A call that a step makes; see <c>Steps/Http/StepTracing</c> for what it does not tell.</summary>
    public static Activity? StartCall(HttpRequestMessage request)
    {
        var activity = Source.StartActivity("step.call", ActivityKind.Client);
        activity?.SetTag("http.request.method", request.Method.Method);
        activity?.SetTag("server.address", request.RequestUri?.Host);
        activity?.SetTag("server.port", request.RequestUri?.Port);
        return activity;
    }

    public static void EndCall(Activity? activity, int status)
    {
        activity?.SetTag("http.response.status_code", status);
        if (status >= 400)
            activity?.SetStatus(ActivityStatusCode.Error);
    }

    public static Activity? StartReport(int runs)
    {
        if (!Source.HasListeners())
            return null;
        var activity = Source.StartActivity("worker.report", ActivityKind.Client, parentContext: default);
        activity?.SetTag("nextlayer.report.runs", runs);
        return activity;
    }

    // Lower case, as the control plane tags its own.
    private static string Word<T>(T value)
        where T : struct, Enum => JsonNamingPolicy.SnakeCaseLower.ConvertName(value.ToString());
}
