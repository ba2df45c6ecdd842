using System.Globalization;
using NextLayer.Bench.Reporting;

namespace NextLayer.Bench.Stack;

/// <summary>A control plane and its workers on a database of their own, as separate processes like in production.</summary>
internal sealed class BenchStack : IAsyncDisposable
{
    private readonly List<ServiceProcess> services = [];
    private readonly BenchServers servers;

    private BenchStack(BenchServers servers, BenchDatabase database)
    {
        this.servers = servers;
        Database = database;
    }

    public BenchDatabase Database { get; }

    public ApiClient Api { get; private set; } = null!; // Set by StartAsync, the only way to get an instance.

    public static async Task<BenchStack> StartAsync(BenchContext bench, int workers, CancellationToken ct)
    {
        var stack = new BenchStack(bench.Servers, await bench.Servers.CreateDatabaseAsync(ct));
        try
        {
            var controlPlane = await stack.StartServiceAsync(bench, "control plane", "NextLayer.ControlPlane", new()
            {
                ["ConnectionStrings__nextlayer"] = stack.Database.ConnectionString,
                ["ConnectionStrings__redis"] = bench.Servers.Redis,
                ["RateLimit__PerSecond"] = "0", // All that is measured comes from one address.
                ["Auth__Required"] = "false",
            }, ct);
            stack.Api = new ApiClient(controlPlane.Address);
            for (var i = 1; i <= workers; i++)
            {
                await stack.StartServiceAsync(bench, $"worker {i}", "NextLayer.Worker", new()
                {
                    ["CP_BASE"] = controlPlane.Address.ToString(),
                    ["WORKER_ID"] = $"bench-{i}",
                    ["SLOTS"] = bench.Options.Slots?.ToString(CultureInfo.InvariantCulture),
                }, ct);
            }

            return stack;
        }
        catch
        {
            await stack.DisposeAsync();
            throw;
        }
    }

    /// <summary>Adds a dashboard and answers its address.</summary>
    public async Task<Uri> StartDashboardAsync(BenchContext bench, CancellationToken ct) =>
        (await StartServiceAsync(bench, "dashboard", "NextLayer.Dashboard", new()
        {
            ["services__control-plane__http__0"] = Api.Address.ToString(),
            ["ASPNETCORE_CONTENTROOT"] = BuildOutput.FolderOf("NextLayer.Dashboard"),
        }, ct)).Address;

    public CpuMeter StartCpuMeter() => CpuMeter.Start(
        servers.Processes.Concat(services.Select(s => KeyValuePair.Create(s.Name, s.Id))).ToDictionary());

    public void MeasureMemory(Report report, string after)
    {
        foreach (var service in services)
            report.Add(service.MeasureMemory(after));
    }

    private async Task<ServiceProcess> StartServiceAsync(
        BenchContext bench, string name, string project, Dictionary<string, string?> environment, CancellationToken ct)
    {
        var service = await ServiceProcess.StartAsync(name, project, environment, bench.Options.Verbose, ct);
        services.Add(service);
        return service;
    }

    public async ValueTask DisposeAsync()
    {
        Api?.Dispose();
        foreach (var service in Enumerable.Reverse(services))
            await service.DisposeAsync();
        await Database.DisposeAsync();
    }
}
