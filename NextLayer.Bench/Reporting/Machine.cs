using System.Runtime.InteropServices;
using NextLayer.Bench.Stack;
using Npgsql;

namespace NextLayer.Bench.Reporting;

/// <summary>What the numbers were taken on. A number without this line says nothing.</summary>
internal sealed record Machine(int Cores, double MemoryGigabytes, string System, string Runtime, string Postgres, string Build, double? LoadBefore)
{
    public static async Task<Machine> DescribeAsync(BenchServers servers, CancellationToken ct)
    {
        await using var source = NpgsqlDataSource.Create(servers.ConnectionString("postgres"));
        await using var command = source.CreateCommand("""
            SELECT 'PostgreSQL ' || current_setting('server_version') || ', ' || string_agg(name || '=' || setting, ' ' ORDER BY name)
            FROM pg_settings WHERE name IN ('fsync', 'synchronous_commit', 'full_page_writes')
            """);
        return new Machine(
            Environment.ProcessorCount,
            GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / 1e9,
            RuntimeInformation.OSDescription,
            RuntimeInformation.FrameworkDescription,
            (string)(await command.ExecuteScalarAsync(ct))!, // An aggregate always gives a row.
            BuildOutput.Configuration,
            await LoadAsync(ct));
    }

    public override string ToString() =>
        $"{Cores} cores, {MemoryGigabytes:N0} GB, {System}, {Runtime}, {Build} build, {Postgres}; database, services and load share the machine"
        + (LoadBefore is { } load ? $", whose load average was {load:N1} before" : "");

    // Numbers taken while others use the machine are no good; this tells. Only Linux says it in a file.
    private static async Task<double?> LoadAsync(CancellationToken ct)
    {
        const string file = "/proc/loadavg";
        return File.Exists(file) && double.TryParse((await File.ReadAllTextAsync(file, ct)).Split(' ')[0], out var load) ? load : null;
    }
}
