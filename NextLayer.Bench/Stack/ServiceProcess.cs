using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using NextLayer.AppHost.Embedded.Processes;
using NextLayer.Bench.Reporting;

namespace NextLayer.Bench.Stack;

/// <summary>One of our services as a process of its own, on a free loopback port.</summary>
internal sealed class ServiceProcess : IAsyncDisposable
{
    private readonly ChildProcess process;
    private readonly int port;

    private ServiceProcess(string name, ChildProcess process, int port)
    {
        Name = name;
        this.process = process;
        this.port = port;
        Address = new Uri(string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{port}"));
    }

    public string Name { get; }

    public Uri Address { get; }

    public int Id => process.Id;

    /// <summary>Starts the service and returns when its <c>/health</c> is good.</summary>
    public static async Task<ServiceProcess> StartAsync(
        string name, string project, IReadOnlyDictionary<string, string?> environment, bool verbose, CancellationToken ct)
    {
        var lines = new ConcurrentQueue<string>();
        var port = Ports.Allocate();
        var command = new ChildCommand
        {
            FileName = Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet",
            Arguments = [BuildOutput.Find(project)],
            Environment = new Dictionary<string, string?>(environment)
            {
                ["ASPNETCORE_URLS"] = string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{port}"),
                ["Logging__LogLevel__Default"] = "Warning",
                // Exporting would be measured too.
                ["OTEL_SDK_DISABLED"] = "true",
            },
        };
        var process = await ChildProcess.StartAsync(command, line =>
        {
            lines.Enqueue(line);
            if (lines.Count > 40)
                lines.TryDequeue(out _);
            if (verbose)
                Report.Say($"{name} | {line}");
        });
        var service = new ServiceProcess(name, process, port);
        try
        {
            await service.UntilHealthyAsync(lines, ct);
            return service;
        }
        catch
        {
            await service.DisposeAsync();
            throw;
        }
    }

    public Memory MeasureMemory(string after)
    {
        using var system = Process.GetProcessById(process.Id);
        return new Memory(Name, after, system.WorkingSet64 / 1e6, system.PeakWorkingSet64 / 1e6);
    }

    public async ValueTask DisposeAsync()
    {
        await process.StopAsync(ChildSignal.Terminate, TimeSpan.FromSeconds(10));
        await process.DisposeAsync();
        Ports.Release(port);
    }

    private async Task UntilHealthyAsync(ConcurrentQueue<string> lines, CancellationToken ct)
    {
        using var client = new HttpClient { BaseAddress = Address, Timeout = TimeSpan.FromSeconds(5) };
        var started = Stopwatch.GetTimestamp();
        while (!await IsHealthyAsync(client, ct))
        {
            if (process.HasExited || Stopwatch.GetElapsedTime(started) > TimeSpan.FromSeconds(60))
                throw new InvalidOperationException(
                    $"{Name} did not become healthy. Its last lines:{Environment.NewLine}{string.Join(Environment.NewLine, lines)}");
            await Task.Delay(50, ct);
        }
    }

    private static async Task<bool> IsHealthyAsync(HttpClient client, CancellationToken ct)
    {
        try
        {
            using var answer = await client.GetAsync("/health", ct);
            return answer.IsSuccessStatusCode;
        }
        catch (Exception ex) when (ex is HttpRequestException || (ex is TaskCanceledException && !ct.IsCancellationRequested))
        {
            return false;
        }
    }
}
