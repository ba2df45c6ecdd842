using System.Diagnostics;
using NextLayer.Bench.Reporting;

namespace NextLayer.Bench.Stack;

/// <summary>
/// Processor time that Postgres and our services spend on each run. Unlike a rate it hardly changes when others use the
/// machine at the same time.
/// </summary>
internal sealed class CpuMeter
{
    private readonly IReadOnlyDictionary<string, int> processes;
    private readonly Dictionary<string, TimeSpan> before;

    private CpuMeter(IReadOnlyDictionary<string, int> processes)
    {
        this.processes = processes;
        before = Read();
    }

    /// <summary>Begins to count, with Postgres under its postmaster's id.</summary>
    public static CpuMeter Start(IReadOnlyDictionary<string, int> processes) => new(processes);

    /// <summary>What was spent since, on each of so many runs.</summary>
    public Dictionary<string, double> MicrosecondsPer(int runs) =>
        Read().ToDictionary(p => p.Key, p => (p.Value - before[p.Key]).TotalMicroseconds / runs);

    public static void Add(Report report, string during, IReadOnlyList<Dictionary<string, double>> passes)
    {
        foreach (var process in passes[0].Keys)
            report.Add(new Cpu(process, during, Numbers.Median([.. passes.Select(p => p[process])])));
    }

    private Dictionary<string, TimeSpan> Read() => processes.ToDictionary(p => p.Key, p => WithChildren(p.Value));

    private static TimeSpan WithChildren(int id)
    {
        if (!OperatingSystem.IsLinux())
            return TimeOf(id); // Elsewhere a process does not tell of its children: Postgres's part is missing.
        var children = Process.GetProcesses().Select(p =>
        {
            using (p)
                return p.Id;
        }).Select(Stat).Where(s => s.Parent == id);
        var own = Stat(id);
        return own.Used + own.OfChildrenThatEnded + TimeSpan.FromTicks(children.Sum(c => c.Used.Ticks));
    }

    private static TimeSpan TimeOf(int id)
    {
        using var process = Process.GetProcessById(id);
        return process.TotalProcessorTime;
    }

    // Fields 4, 14 and 15, 16 and 17 of proc(5)'s stat, counted behind the name, which may hold spaces and parentheses.
    private static (int Parent, TimeSpan Used, TimeSpan OfChildrenThatEnded) Stat(int id)
    {
        try
        {
            var text = File.ReadAllText($"/proc/{id}/stat");
            var fields = text[(text.LastIndexOf(')') + 2)..].Split(' ');
            return (int.Parse(fields[1]), Ticks(fields[11], fields[12]), Ticks(fields[13], fields[14]));
        }
        catch (IOException)
        {
            return default; // It has ended meanwhile.
        }
    }

    // The kernel tells times in hundredths of a second, on every machine .NET runs on.
    private static TimeSpan Ticks(string user, string system) => TimeSpan.FromMilliseconds(10 * (long.Parse(user) + long.Parse(system)));
}
