using System.Diagnostics;
using System.Text.Json;
using NextLayer.Bench.Reporting;
using NextLayer.Bench.Stack;
using NextLayer.Contracts.Runs;
using NextLayer.Contracts.Workers;

namespace NextLayer.Bench.Measurements;

/// <summary>How quickly the events of one run come to many who watch it.</summary>
internal static class StreamFanOut
{
    private const int EventsPerReport = 20;

    public static async Task MeasureAsync(BenchContext bench, CancellationToken ct)
    {
        await using var stack = await BenchStack.StartAsync(bench, workers: 0, ct);
        var (_, versionId) = await stack.Database.AddVersionAsync(Definitions.OneStep, ct);
        await stack.Database.ExecuteAsync("UPDATE pipeline_state SET state = 'running'", ct); // Claims read it; nobody else is here.
        var rates = new List<double>();
        var times = new List<double>();
        for (var pass = 0; pass <= bench.Options.Repeat; pass++)
        {
            await using var audience = await WatchedRun.StartAsync(stack, versionId, bench.Options.StreamReaders, ct);
            var rate = await RateAsync(audience, bench.Options.StreamEvents, ct);
            var taken = await TimesAsync(audience, bench.Options.TimedEvents, ct);
            if (pass == 0)
                continue; // Warms up: the service has compiled its hot paths now.
            rates.Add(rate);
            times.AddRange(taken);
        }

        bench.Report.Add(new Rate($"stream: events to {bench.Options.StreamReaders} readers of one run", "events/s", rates));
        bench.Report.Add(new Latency($"stream: event written → each of {bench.Options.StreamReaders} readers", times));
        stack.MeasureMemory(bench.Report, "stream");
    }

    /// <summary>Events that arrive in a second, at all readers together, when they are written as quickly as can be.</summary>
    private static async Task<double> RateAsync(WatchedRun audience, int events, CancellationToken ct)
    {
        var started = Stopwatch.GetTimestamp();
        var arriving = audience.ReadAsync(events, onMessage: null, ct);
        for (var written = 0; written < events; written += EventsPerReport)
            await audience.ReportAsync(EventsPerReport, ct);
        await arriving;
        return events * (double)audience.Readers / Stopwatch.GetElapsedTime(started).TotalSeconds;
    }

    /// <summary>Milliseconds from each event's own time, the database's, to each reader: two clocks, but the same machine's.</summary>
    private static async Task<IReadOnlyList<double>> TimesAsync(WatchedRun audience, int events, CancellationToken ct)
    {
        var times = new List<double>[audience.Readers];
        var arriving = audience.ReadAsync(
            events,
            (reader, message) =>
            {
                using var document = JsonDocument.Parse(message);
                var written = document.RootElement.GetProperty("timestamp").GetDateTimeOffset();
                (times[reader] ??= []).Add((TimeProvider.System.GetUtcNow() - written).TotalMilliseconds);
            },
            ct);
        for (var i = 0; i < events; i += 2)
        {
            await audience.ReportAsync(2, ct);
            await Task.Delay(Random.Shared.Next(30, 60), ct); // Uneven, so that no timer marches in step.
        }

        await arriving;
        return [.. times.SelectMany(t => t)];
    }
}
