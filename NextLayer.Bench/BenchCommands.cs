using System.CommandLine;
using NextLayer.Bench.Measurements;
using NextLayer.Bench.Reporting;
using NextLayer.Bench.Stack;
using Spectre.Console;

namespace NextLayer.Bench;

/// <summary>The command line: one subcommand a measurement, and <c>all</c>.</summary>
internal static class BenchCommands
{
    private static readonly Option<FileInfo?> Json = new("--json") { Description = "Also write the results to this file.", Recursive = true };
    private static readonly Option<bool> Quick = new("--quick") { Description = "A fraction of the work: shows that everything runs, not how fast.", Recursive = true };
    private static readonly Option<bool> Verbose = new("--verbose") { Description = "Show what Postgres and the services log.", Recursive = true };
    private static readonly Option<int?> Slots = new("--slots") { Description = "Runs each worker executes at once; the worker's own default when absent.", Recursive = true };

    private static readonly Option<int?> Listed = new("--listed")
    {
        Description = "Runs in the list that 'list' and 'pages' read: a million, or 100,000 with --quick, when absent. Ten million take ten minutes and 10 GB.",
        Recursive = true,
    };

    private static readonly Option<int> Repeat = new("--repeat")
    {
        Description = "How often each rate is measured after a warm-up; the median counts.",
        DefaultValueFactory = _ => 3,
        Recursive = true,
    };

    public static RootCommand Create()
    {
        Repeat.Validators.Add(result =>
        {
            if (result.GetValue(Repeat) is < 1 or > 50)
                result.AddError("--repeat must be between 1 and 50.");
        });
        Listed.Validators.Add(result =>
        {
            if (result.GetValue(Listed) is < 1_000 or > 100_000_000)
                result.AddError("--listed must be between 1,000 and 100,000,000.");
        });
        return new RootCommand("Measures NextLayer on this machine: starts its own Postgres, Redis, control plane and workers, on loopback.")
        {
            Json, Quick, Listed, Repeat, Slots, Verbose,
            Measurement("raw", "The ceiling: the same rows written by set-based SQL from one session.", RawCeiling.MeasureAsync),
            Measurement("enqueue", "Runs made a second, one by one and in batches.", EnqueueRate.MeasureAsync),
            Measurement("wire", "Claims and reports a second over HTTP, with nothing executed.", WireRate.MeasureAsync),
            Measurement("drain", "One-step runs brought to SUCCEEDED a second, with one and two workers.", DrainAsync),
            Measurement("steps", "Three-step runs a second.", DrainRate.MeasureThreeStepsAsync),
            Measurement("latency", "Time from creating a run on an idle system to its first step.", IdleLatency.MeasureAsync),
            Measurement("stream", "Events over WebSockets to many who watch one run.", StreamFanOut.MeasureAsync),
            Measurement("foreach", "A for-each step over 1,000 items, with two workers.", ForEachRate.MeasureAsync),
            Measurement("list", "Pages of GET /api/runs over a million runs.", ListLatency.MeasureAsync),
            Measurement("pages", "The dashboard's pages in Chromium, over a million runs.", PageLatency.MeasureAsync),
            Measurement(
                "all", "Everything, with shares of the ceiling.",
                RawCeiling.MeasureAsync, EnqueueRate.MeasureAsync, WireRate.MeasureAsync, DrainAsync, DrainRate.MeasureThreeStepsAsync,
                IdleLatency.MeasureAsync, StreamFanOut.MeasureAsync, ForEachRate.MeasureAsync, ListLatency.MeasureAsync),
        };
    }

    private static async Task DrainAsync(BenchContext bench, CancellationToken ct)
    {
        await DrainRate.MeasureOneStepAsync(bench, workers: 1, ct);
        await DrainRate.MeasureOneStepAsync(bench, workers: 2, ct);
    }

    private static Command Measurement(string name, string description, params Func<BenchContext, CancellationToken, Task>[] measurements)
    {
        var command = new Command(name, description);
        command.SetAction((parsed, ct) => RunAsync(parsed, measurements, ct));
        return command;
    }

    private static async Task<int> RunAsync(
        ParseResult parsed, Func<BenchContext, CancellationToken, Task>[] measurements, CancellationToken ct)
    {
        var options = new BenchOptions
        {
            Quick = parsed.GetValue(Quick),
            Listed = parsed.GetValue(Listed),
            Repeat = parsed.GetValue(Repeat),
            Slots = parsed.GetValue(Slots),
            Verbose = parsed.GetValue(Verbose),
        };
        if (BuildOutput.Configuration != "Release")
            AnsiConsole.MarkupLine("[yellow]This is a Debug build; its numbers mean little. Use 'dotnet run -c Release'.[/]");
        var report = new Report();
        var failures = await MeasureAsync(report, options, measurements, ct);
        AddShares(report);
        report.Print();
        if (parsed.GetValue(Json) is { } file)
            await report.WriteJsonAsync(file, options, ct);
        return failures;
    }

    // A measurement that fails is told at once and does not take the others with it.
    private static async Task<int> MeasureAsync(
        Report report, BenchOptions options, Func<BenchContext, CancellationToken, Task>[] measurements, CancellationToken ct)
    {
        await using var servers = await BenchServers.StartAsync(options.Verbose, ct);
        await report.DescribeMachineAsync(servers, ct);
        var failures = 0;
        foreach (var measure in measurements)
        {
            try
            {
                await measure(new BenchContext(servers, report, options), ct);
            }
            catch (Exception ex) when (!ct.IsCancellationRequested)
            {
                failures++;
                AnsiConsole.MarkupLineInterpolated($"[red]{measure.Method.DeclaringType?.Name} failed: {ex.Message}[/]");
            }
        }

        return failures;
    }

    private static void AddShares(Report report)
    {
        var quarter = Target.AtLeast(25, "%");
        report.AddShare("share: wire / raw", WireRate.Name, RawCeiling.DrainRate);
        report.AddShare("share: drain with 1 worker / raw", DrainRate.OneStep(1), RawCeiling.DrainRate, quarter);
        report.AddShare("share: drain with 2 workers / raw", DrainRate.OneStep(2), RawCeiling.DrainRate, quarter);
        report.AddShare("share: single creates / raw", EnqueueRate.Single, RawCeiling.EnqueueRate);
        report.AddShare("share: batch creates / raw", EnqueueRate.Batch, RawCeiling.EnqueueRate);
    }
}
