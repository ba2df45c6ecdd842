using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using NextLayer.Contracts.Runs;
using NextLayer.ControlPlane.Platform;
using NextLayer.Tests.Support;

namespace NextLayer.Tests.ControlPlane.Platform;

[Collection(ProcessWideListeners.Name)]
public sealed class TelemetryTests : IDisposable
{
    private static readonly DateTimeOffset Created = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);

    private readonly ServiceProvider services = new ServiceCollection().AddMetrics().AddSingleton<Telemetry>().BuildServiceProvider();

    [Fact]
    public void RunClaimed_RunOfATracedCall_WritesTheWaitIntoThatTrace()
    {
        var spans = new List<Activity>();
        using var listener = Listen(spans);
        using var caller = new Activity("caller").Start();
        caller.ActivityTraceFlags = ActivityTraceFlags.Recorded;
        var run = Run(caller.Id!) with { RunAfter = Created.AddSeconds(1) };

        services.GetRequiredService<Telemetry>().RunClaimed(run);

        var wait = Assert.Single(spans, s => s.TraceId == caller.TraceId);
        Assert.Equal("queue.wait", wait.OperationName);
        Assert.Equal(caller.SpanId, wait.ParentSpanId);
        Assert.Equal(Created.AddSeconds(1).UtcDateTime, wait.StartTimeUtc);
        Assert.Equal(TimeSpan.FromSeconds(2), wait.Duration);
        Assert.Equal(run.Id.ToString(), wait.GetTagItem("nextlayer.run.id"));
        Assert.Same(caller, Activity.Current);
    }

    [Fact]
    public void RunReported_InsideAnotherTrace_LinksToIt()
    {
        var spans = new List<Activity>();
        using var listener = Listen(spans);
        var made = new ActivityContext(ActivityTraceId.CreateRandom(), ActivitySpanId.CreateRandom(), ActivityTraceFlags.Recorded);
        using var call = new Activity("worker's call").Start();

        Telemetry.RunReported(
            Guid.NewGuid(), $"00-{made.TraceId}-{made.SpanId}-01", Created, Created.AddMilliseconds(4), RunStatus.Succeeded);

        var report = Assert.Single(spans, s => s.TraceId == made.TraceId);
        Assert.Equal("run.report", report.OperationName);
        Assert.Equal("succeeded", report.GetTagItem("nextlayer.run.status"));
        Assert.Equal(call.SpanId, Assert.Single(report.Links).Context.SpanId);
    }

    [Fact]
    public void RunClaimed_RunWithoutTrace_MeasuresAndMakesNoSpan()
    {
        var spans = new List<Activity>();
        using var listener = Listen(spans);
        using var values = new Measurements(services.GetRequiredService<IMeterFactory>());

        services.GetRequiredService<Telemetry>().RunClaimed(Run(traceParent: null));

        Assert.Equal(("nextlayer.claim.latency", 3.0, ""), Assert.Single(values.Taken));
        Assert.DoesNotContain(spans, s => s.OperationName == "queue.wait" && s.ParentSpanId == default);
    }

    [Fact]
    public void RunFinished_EachOutcome_CarriesItInLowerCase()
    {
        var telemetry = services.GetRequiredService<Telemetry>();
        using var values = new Measurements(services.GetRequiredService<IMeterFactory>());

        telemetry.RunFinished(RunStatus.Succeeded, Created, Created.AddSeconds(2));
        telemetry.RunFinished(RunStatus.Cancelled, startedAt: null, Created);

        Assert.Equal(
            [("nextlayer.run.duration", 2.0, "outcome=succeeded"), ("nextlayer.run.duration", 0.0, "outcome=cancelled")], values.Taken);
    }

    [Fact]
    public void MeasuresQueue_FollowsTheListener()
    {
        var telemetry = services.GetRequiredService<Telemetry>();
        var alone = telemetry.MeasuresQueue;
        using var values = new Measurements(services.GetRequiredService<IMeterFactory>());
        var observed = telemetry.MeasuresQueue;

        telemetry.QueueSampled(12, TimeSpan.FromSeconds(34));

        Assert.Equal((false, true), (alone, observed));
        Assert.Equal([("nextlayer.queue.depth", 12.0, ""), ("nextlayer.queue.oldest_age", 34.0, "")], values.Taken);
    }

    private static ActivityListener Listen(List<Activity> spans)
    {
        var listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == Telemetry.Name,
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = span =>
            {
                lock (spans)
                    spans.Add(span);
            },
        };
        ActivitySource.AddActivityListener(listener);
        return listener;
    }

    private static Run Run(string? traceParent) => new()
    {
        Id = Guid.CreateVersion7(Created),
        TenantId = Guid.NewGuid(),
        PipelineId = Guid.NewGuid(),
        PipelineVersionId = Guid.NewGuid(),
        Status = RunStatus.Running,
        TriggerType = "manual",
        Parameters = JsonDocument.Parse("{}").RootElement,
        CreatedAt = Created,
        UpdatedAt = Created.AddSeconds(3),
        RunAfter = Created,
        ClaimedAt = Created.AddSeconds(3),
        ClaimedBy = "w1",
        Generation = 1,
        Priority = 0,
        CancelRequested = false,
        LeaseLosses = 0,
        LastEventSeq = 2,
        TraceParent = traceParent,
    };

    public void Dispose() => services.Dispose();

    /// <summary>What one service's meter recorded, as name, value and tags.</summary>
    private sealed class Measurements : IDisposable
    {
        private readonly MeterListener listener = new();

        public Measurements(IMeterFactory meters)
        {
            listener.InstrumentPublished = (instrument, l) =>
            {
                // Other tests have meters of the same name; the factory is this one's.
                if (ReferenceEquals(instrument.Meter.Scope, meters))
                    l.EnableMeasurementEvents(instrument);
            };
            listener.SetMeasurementEventCallback<double>((i, value, tags, _) => Add(i, value, tags));
            listener.SetMeasurementEventCallback<long>((i, value, tags, _) => Add(i, value, tags));
            listener.Start();
        }

        public List<(string Name, double Value, string Tags)> Taken { get; } = [];

        private void Add(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags) =>
            Taken.Add((instrument.Name, value, string.Join(',', tags.ToArray().Select(t => $"{t.Key}={t.Value}"))));

        public void Dispose() => listener.Dispose();
    }
}
