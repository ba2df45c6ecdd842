using System.Diagnostics;
using System.Diagnostics.Metrics;
using NextLayer.Contracts.Runs;

namespace NextLayer.ControlPlane.Platform;

/// <summary>
/// Spans and measurements of the control plane, listed in <c>docs/telemetry.md</c>. While nobody listens a call costs a
/// few instructions. Times that are passed in are the database's.
/// </summary>
internal sealed class Telemetry
{
    /// <summary>Name of the activity source and of the meter.</summary>
    public const string Name = "NextLayer.ControlPlane";

    private static readonly ActivitySource Source = new(Name);

    // Milliseconds where the target is, hours where runs wait for people.
    private static readonly InstrumentAdvice<double> Waits = Buckets(
        0.001, 0.0025, 0.005, 0.01, 0.015, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 900, 3600, 14400, 86400);

    private static readonly InstrumentAdvice<double> Statements = Buckets(0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5);

    private static readonly InstrumentAdvice<double> Sizes = Buckets(1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024);

    private readonly Gauge<long> queueDepth;
    private readonly Gauge<double> queueOldestAge;
    private readonly Histogram<double> claimLatency;
    private readonly Histogram<double> runDuration;
    private readonly Counter<long> leaseLosses;
    private readonly Histogram<double> batchSize;
    private readonly Histogram<double> batchDuration;
    private readonly Counter<long> eventsWritten;
    private readonly UpDownCounter<long> socketsOpen;
    private readonly Counter<long> socketsClosed;

    public Telemetry(IMeterFactory meters)
    {
        var meter = meters.Create(Name);
        queueDepth = meter.CreateGauge<long>("nextlayer.queue.depth", "{run}", "Runs that are due and not claimed");
        queueOldestAge = meter.CreateGauge<double>("nextlayer.queue.oldest_age", "s", "Time since the oldest of them was due");
        claimLatency = meter.CreateHistogram("nextlayer.claim.latency", "s", "Time between due and claimed", advice: Waits);
        runDuration = meter.CreateHistogram("nextlayer.run.duration", "s", "Time between first claim and end", advice: Waits);
        leaseLosses = meter.CreateCounter<long>("nextlayer.lease.losses", "{lease}", "Leases taken back from silent workers");
        batchSize = meter.CreateHistogram("nextlayer.batch.size", "{item}", "Items written by one transaction", advice: Sizes);
        batchDuration = meter.CreateHistogram("nextlayer.batch.duration", "s", "Length of that transaction", advice: Statements);
        eventsWritten = meter.CreateCounter<long>("nextlayer.events.written", "{event}", "Events appended to runs");
        socketsOpen = meter.CreateUpDownCounter<long>("nextlayer.sockets.open", "{socket}", "WebSockets open here");
        socketsClosed = meter.CreateCounter<long>("nextlayer.sockets.closed", "{socket}", "WebSockets that have ended");
    }

    /// <summary>False while nobody listens: the queue need not be counted then.</summary>
    public bool MeasuresQueue => queueDepth.Enabled || queueOldestAge.Enabled;

    /// <summary>Says how the queue was found. Every replica tells the same number: take the highest, never the sum.</summary>
    public void QueueSampled(long depth, TimeSpan oldestAge)
    {
        queueDepth.Record(depth);
        queueOldestAge.Record(oldestAge.TotalSeconds);
    }

    /// <summary>
    /// A run was given to a worker: measures how long it had been due, and writes that time into the trace of the call
    /// that made the run.
    /// </summary>
    public void RunClaimed(Run run)
    {
        if (run.ClaimedAt is not { } claimedAt)
            return;
        var dueAt = run.RunAfter > run.CreatedAt ? run.RunAfter : run.CreatedAt;
        claimLatency.Record(Math.Max(0, (claimedAt - dueAt).TotalSeconds));
        Past("queue.wait", run.TraceParent, dueAt, claimedAt, run.Id)?.SetTag("nextlayer.worker.id", run.ClaimedBy).Dispose();
    }

    /// <summary>A run ended. One that was cancelled before any worker had it counts with no length.</summary>
    /// <param name="outcome">SUCCEEDED, FAILED or CANCELLED.</param>
    /// <param name="startedAt">First claim of the generation.</param>
    public void RunFinished(RunStatus outcome, DateTimeOffset? startedAt, DateTimeOffset finishedAt)
    {
        if (runDuration.Enabled)
            runDuration.Record(
                startedAt is null ? 0 : Math.Max(0, (finishedAt - startedAt.Value).TotalSeconds),
                new KeyValuePair<string, object?>("outcome", Outcome(outcome)));
    }

    /// <summary>
    /// News of a run was recorded: writes the time it took into the run's trace, linked to the worker's call that
    /// brought it together with other runs' news.
    /// </summary>
    /// <param name="startedAt">When the batch was begun.</param>
    /// <param name="recordedAt">When it had committed.</param>
    /// <param name="status">State of the run after the report.</param>
    public static void RunReported(
        Guid runId, string? traceParent, DateTimeOffset startedAt, DateTimeOffset recordedAt, RunStatus status) =>
        Past("run.report", traceParent, startedAt, recordedAt, runId)?.SetTag("nextlayer.run.status", Outcome(status)).Dispose();

    /// <summary>Leases were taken back from workers that fell silent.</summary>
    public void LeasesLost(int leases) => leaseLosses.Add(leases);

    /// <summary>Events were appended.</summary>
    public void EventsWritten(int events) => eventsWritten.Add(events);

    /// <summary>A transaction wrote what several callers had asked for.</summary>
    /// <param name="operation">One of a few fixed words: <c>create</c>, <c>claim</c>, <c>report</c>, <c>heartbeat</c>, <c>reap</c>.</param>
    public void BatchWritten(string operation, int items, TimeSpan duration)
    {
        var tag = new KeyValuePair<string, object?>("operation", operation);
        batchSize.Record(items, tag);
        batchDuration.Record(duration.TotalSeconds, tag);
    }

    /// <summary>Somebody began to watch.</summary>
    /// <param name="stream"><c>run</c> or <c>runs</c>.</param>
    public void SocketOpened(string stream) => socketsOpen.Add(1, new KeyValuePair<string, object?>("stream", stream));

    /// <summary>Somebody no longer watches.</summary>
    /// <param name="reason">One of a few fixed words, as <c>docs/streams.md</c> lists them.</param>
    public void SocketClosed(string stream, string reason)
    {
        var tag = new KeyValuePair<string, object?>("stream", stream);
        socketsOpen.Add(-1, tag);
        socketsClosed.Add(1, tag, new KeyValuePair<string, object?>("reason", reason));
    }

    // A span of the past under a parent that may be another process's. The caller's own span, if any, is linked.
    private static Activity? Past(string name, string? traceParent, DateTimeOffset from, DateTimeOffset to, Guid runId)
    {
        if (!Source.HasListeners() || !ActivityContext.TryParse(traceParent, null, isRemote: true, out var parent))
            return null;
        var links = Activity.Current is { } current && current.TraceId != parent.TraceId
            ? new[] { new ActivityLink(current.Context) }
            : null;
        var span = Source.StartActivity(name, ActivityKind.Internal, parent, links: links, startTime: from);
        return span?.SetEndTime(to.UtcDateTime).SetTag("nextlayer.run.id", runId.ToString());
    }

    private static string Outcome(RunStatus status) => status switch
    {
        RunStatus.Queued => "queued",
        RunStatus.Running => "running",
        RunStatus.Paused => "paused",
        RunStatus.Succeeded => "succeeded",
        RunStatus.Failed => "failed",
        RunStatus.Cancelled => "cancelled",
        _ => throw new ArgumentOutOfRangeException(nameof(status), status, "Unknown status."),
    };

    private static InstrumentAdvice<double> Buckets(params double[] boundaries) => new() { HistogramBucketBoundaries = boundaries };
}
