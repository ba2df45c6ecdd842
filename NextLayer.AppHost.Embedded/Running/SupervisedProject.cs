using System.Diagnostics;
using System.Globalization;
using NextLayer.AppHost.Embedded.Output;
using NextLayer.AppHost.Embedded.Processes;

namespace NextLayer.AppHost.Embedded.Running;

/// <summary>One replica of a project.</summary>
internal sealed class SupervisedProject(ProjectResource project, string label, IReadOnlyList<int> ports, ResourceLog log) : ISupervised
{
    private static readonly HttpClient Http = new() { Timeout = TimeSpan.FromSeconds(5) };
    private static readonly TimeSpan CheckInterval = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan RemindInterval = TimeSpan.FromSeconds(30);

    private ChildProcess? process;

    public string Label => label;

    public async Task<(int ProcessId, Task<int> Exited)> StartAsync(CancellationToken ct)
    {
        if (!File.Exists(project.Metadata.AssemblyPath))
            throw new ServerException($"{project.Metadata.AssemblyPath} is not there; build the solution first.");

        await KillLeftoverAsync();
        process = await ChildProcess.StartAsync(
            new ChildCommand
            {
                FileName = DotnetHost.Path,
                Arguments = [project.Metadata.AssemblyPath],
                Environment = await ProjectEnvironment.BuildAsync(project, ports, ct),
                WorkingDirectory = Path.GetDirectoryName(project.Metadata.ProjectPath),
            },
            log.Write);
        return (process.Id, process.Exited);
    }

    public async Task WaitUntilHealthyAsync(CancellationToken ct)
    {
        if (project.HealthPath is null)
            return;

        var url = string.Create(CultureInfo.InvariantCulture, $"http://localhost:{ports[0]}{project.HealthPath}");
        var since = Stopwatch.GetTimestamp();
        while (await CheckAsync(url, ct) is { } problem)
        {
            if (Stopwatch.GetElapsedTime(since) > RemindInterval)
            {
                log.Write($"[not healthy yet: GET {url} {problem}]");
                since = Stopwatch.GetTimestamp();
            }

            await Task.Delay(CheckInterval, ct);
        }
    }

    public async Task StopAsync(TimeSpan grace)
    {
        if (process is not null && !await process.StopAsync(ChildSignal.Terminate, grace))
            log.Write(string.Create(CultureInfo.InvariantCulture, $"[did not stop within {grace.TotalSeconds:0.#} s and was killed]"));
        await KillLeftoverAsync();
    }

    private async Task KillLeftoverAsync()
    {
        if (process is not null)
            await process.DisposeAsync();
        process = null;
    }

    /// <returns>Null when healthy, otherwise what was answered.</returns>
    private static async Task<string?> CheckAsync(string url, CancellationToken ct)
    {
        try
        {
            using var answer = await Http.GetAsync(new Uri(url), ct);
            return answer.IsSuccessStatusCode ? null : $"answered {(int)answer.StatusCode}";
        }
        catch (HttpRequestException ex)
        {
            return $"failed: {ex.Message}";
        }
        catch (TaskCanceledException) when (!ct.IsCancellationRequested)
        {
            return "timed out";
        }
    }
}
