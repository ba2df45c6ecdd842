using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using NextLayer.ControlPlane.Features.Dispatch;
using NextLayer.ControlPlane.Platform;
using NextLayer.Tests.ControlPlane.Runs;
using NextLayer.Tests.Support;

namespace NextLayer.Tests.ControlPlane.Dispatch;

[Collection(ProcessWideListeners.Name)]
public sealed class QueueSamplerTests(Servers servers) : IDisposable
{
    private readonly ServiceProvider services = new ServiceCollection().AddMetrics().AddSingleton<Telemetry>().BuildServiceProvider();

    [Fact]
    public async Task RunOnce_DueAndScheduledRuns_CountsTheDueOnesAndTheAgeOfTheOldest()
    {
        await using var queue = await TestQueue.CreateAsync(servers);
        var runs = await queue.AddRunsAsync(5);
        await queue.Database.ExecuteAsync("UPDATE pipeline_runs SET run_after = now() - interval '90 seconds' WHERE id = $1", runs[1]);
        await queue.Database.ExecuteAsync("UPDATE pipeline_runs SET run_after = now() + interval '1 hour' WHERE id = $1", runs[2]);
        await queue.ClaimAsync(maxRuns: 1); // Takes the oldest.
        await queue.Database.ExecuteAsync("UPDATE pipeline_runs SET run_after = now() - interval '60 seconds' WHERE id = $1", runs[3]);
        using var values = Listen(out var taken);

        await Sampler(queue).RunOnceAsync(TestContext.Current.CancellationToken);

        Assert.Equal(3, taken["nextlayer.queue.depth"]);
        Assert.InRange(taken["nextlayer.queue.oldest_age"], 60, 75);
    }

    [Fact]
    public async Task RunOnce_EmptyQueue_SaysSo()
    {
        await using var queue = await TestQueue.CreateAsync(servers);
        using var values = Listen(out var taken);

        await Sampler(queue).RunOnceAsync(TestContext.Current.CancellationToken);

        Assert.Equal((0.0, 0.0), (taken["nextlayer.queue.depth"], taken["nextlayer.queue.oldest_age"]));
    }

    private QueueSampler Sampler(TestQueue queue) => new(
        queue.Database.Databases, services.GetRequiredService<Telemetry>(), TimeProvider.System, NullLogger<QueueSampler>.Instance);

    private MeterListener Listen(out Dictionary<string, double> taken)
    {
        services.GetRequiredService<Telemetry>();
        var values = taken = [];
        var meters = services.GetRequiredService<IMeterFactory>();
        var listener = new MeterListener
        {
            InstrumentPublished = (instrument, l) =>
            {
                if (ReferenceEquals(instrument.Meter.Scope, meters))
                    l.EnableMeasurementEvents(instrument);
            },
        };
        listener.SetMeasurementEventCallback<double>((i, value, _, _) => values[i.Name] = value);
        listener.SetMeasurementEventCallback<long>((i, value, _, _) => values[i.Name] = value);
        listener.Start();
        return listener;
    }

    public void Dispose() => services.Dispose();
}
