using System.Text.Json;
using NextLayer.Bench.Stack;
using NextLayer.Contracts.Json;
using Spectre.Console;

namespace NextLayer.Bench.Reporting;

/// <summary>Collects what the measurements find and shows it, for people as tables and for programs as JSON.</summary>
internal sealed class Report
{
    private static readonly JsonSerializerOptions Readable = new(NextLayerJson.Options) { WriteIndented = true };

    private readonly List<Rate> rates = [];
    private readonly List<Latency> latencies = [];
    private readonly List<Cpu> cpus = [];
    private readonly List<Memory> memories = [];

    public Machine? Machine { get; private set; }

    public async Task DescribeMachineAsync(BenchServers servers, CancellationToken ct)
    {
        Machine = await Machine.DescribeAsync(servers, ct);
        Say(Machine.ToString());
    }

    public void Add(Rate rate)
    {
        rates.Add(rate);
        Say($"{rate.Name}: {rate.Median:N0} {rate.Unit}");
    }

    public void Add(Latency latency)
    {
        latencies.Add(latency);
        Say($"{latency.Name}: p50 {latency.At(50):N2} ms, p95 {latency.At(95):N2} ms, p99 {latency.At(99):N2} ms");
    }

    public void Add(Cpu cpu) => cpus.Add(cpu);

    public void Add(Memory memory) => memories.Add(memory);

    public static void Say(string line) => AnsiConsole.MarkupLineInterpolated($"[grey]{line}[/]");

    /// <summary>How much of a ceiling was reached, where both were measured in this run.</summary>
    public void AddShare(string name, string part, string whole, Target? target = null)
    {
        if (rates.Find(r => r.Name == part) is { } measured && rates.Find(r => r.Name == whole) is { } ceiling)
            Add(new Rate(name, "%", [100 * measured.Median / ceiling.Median], target));
    }

    public void Print()
    {
        AnsiConsole.WriteLine();
        AnsiConsole.WriteLine(Machine?.ToString() ?? "");
        if (rates.Count > 0)
            AnsiConsole.Write(RateTable());
        if (latencies.Count > 0)
            AnsiConsole.Write(LatencyTable());
        if (cpus.Count > 0)
            AnsiConsole.Write(CpuTable());
        if (memories.Count > 0)
            AnsiConsole.Write(MemoryTable());
    }

    public async Task WriteJsonAsync(FileInfo file, BenchOptions options, CancellationToken ct)
    {
        var document = new
        {
            Machine,
            Quick = options.Quick,
            Repeat = options.Repeat,
            Rates = rates.Select(r => new { r.Name, r.Unit, r.Median, r.Samples, Target = r.Target?.Text, r.Passed }),
            Latencies = latencies.Select(l => new
            {
                l.Name,
                Count = l.Milliseconds.Count,
                P50Ms = l.At(50),
                P95Ms = l.At(95),
                P99Ms = l.At(99),
                MaxMs = l.Milliseconds.Max(),
                Target = l.Target?.Text,
                l.Passed,
            }),
            Cpu = cpus,
            Memory = memories,
        };
        file.Directory?.Create();
        await using var stream = file.Create();
        await JsonSerializer.SerializeAsync(stream, document, Readable, ct);
    }

    private Table RateTable()
    {
        var table = NewTable("Rates", "measured", "median", "min", "max", "unit", "target", "");
        foreach (var rate in rates)
            table.AddRow(
                Markup.Escape(rate.Name), $"[bold]{rate.Median:N0}[/]", $"{rate.Samples.Min():N0}", $"{rate.Samples.Max():N0}",
                rate.Unit, rate.Target?.Text ?? "", Mark(rate.Passed));
        return table;
    }

    private Table LatencyTable()
    {
        var table = NewTable("Latencies (ms)", "measured", "p50", "p95", "p99", "max", "samples", "target", "");
        foreach (var latency in latencies)
            table.AddRow(
                Markup.Escape(latency.Name), $"[bold]{latency.At(50):N2}[/]", $"{latency.At(95):N2}", $"{latency.At(99):N2}",
                $"{latency.Milliseconds.Max():N2}", $"{latency.Milliseconds.Count}",
                latency.Target is { } target ? $"p{latency.TargetPercentile:N0} {target.Text}" : "", Mark(latency.Passed));
        return table;
    }

    private Table CpuTable()
    {
        var table = NewTable("Processor time (µs a run)", "measured", "process", "time");
        foreach (var during in cpus.GroupBy(c => c.During))
        {
            foreach (var cpu in during)
                table.AddRow(Markup.Escape(cpu.During), Markup.Escape(cpu.Process), $"{cpu.MicrosecondsPerRun:N0}");
            if (during.Count() > 1)
                table.AddRow(Markup.Escape(during.Key), "together", $"[bold]{during.Sum(c => c.MicrosecondsPerRun):N0}[/]");
        }

        return table;
    }

    private Table MemoryTable()
    {
        var table = NewTable("Memory (MB resident)", "process", "after", "now", "peak");
        foreach (var memory in memories)
            table.AddRow(Markup.Escape(memory.Process), Markup.Escape(memory.After), $"{memory.MegabytesNow:N0}", $"{memory.MegabytesPeak:N0}");
        return table;
    }

    private static Table NewTable(string title, params string[] columns)
    {
        var table = new Table().Title(title).Border(TableBorder.Rounded);
        foreach (var column in columns)
        {
            var aligned = new TableColumn(column);
            table.AddColumn(column is "measured" or "process" or "after" or "unit" or "target" or "" ? aligned : aligned.RightAligned());
        }

        return table;
    }

    private static string Mark(bool? passed) => passed switch
    {
        true => "[green]✓[/]",
        false => "[red]✗[/]",
        null => "",
    };
}
