using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text.Json;
using NextLayer.AppHost.Embedded.Processes;

namespace NextLayer.Tests.AppHost;

/// <summary>The real AppHost in a process of its own, on throw-away data and free ports.</summary>
internal sealed class RunningAppHost : IAsyncDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("nextlayer-test-").FullName;
    private readonly Process process;
    private readonly HashSet<int> seen = [];
    private readonly ConcurrentQueue<string?> said = new();

    private RunningAppHost(Func<IReadOnlyList<string>, ProcessStartInfo> launch)
    {
        Unix.LetOthersIn(folder);
        process = Process.Start(launch([.. Heeding, "dotnet", AssemblyPath, "--ephemeral", "--data", folder, "--DcpPublisher:RandomizePorts=true"]))!;
        process.OutputDataReceived += (_, line) => said.Enqueue(line.Data);
        process.BeginOutputReadLine();
    }

    // A shell that starts the tests in the background has them, and all they start, ignore Ctrl+C's signal.
    private static string[] Heeding => OperatingSystem.IsLinux() ? ["env", "--default-signal=INT"] : [];

    public static string AssemblyPath => new Projects.NextLayer_AppHost().AssemblyPath;

    /// <summary>Of what was started: the AppHost or its launcher.</summary>
    public int ProcessId => process.Id;

    /// <summary>The AppHost and every child it ever told of.</summary>
    public IReadOnlySet<int> SeenProcesses => seen;

    /// <summary>Its output so far.</summary>
    public string Said => string.Join('\n', said);

    public Task Exited => process.WaitForExitAsync();

    public string Folder => folder;

    public static RunningAppHost Start() => new(line => new ProcessStartInfo(line[0], line.Skip(1)) { RedirectStandardOutput = true });

    /// <summary>As <c>dotnet run</c> does: a parent that waits, and the variable that says so.</summary>
    public static RunningAppHost StartUnderLauncher() =>
        new(line => new ProcessStartInfo("sh", ["-c", "\"$@\" & wait", "launcher", .. line])
        {
            RedirectStandardOutput = true,
            Environment = { ["DOTNET_LAUNCH_PROFILE"] = "http" },
        });

    /// <summary>As a user starts it, with settings that the services inherit.</summary>
    public static RunningAppHost Start(IReadOnlyDictionary<string, string> environment) => new(line =>
    {
        var start = new ProcessStartInfo(line[0], line.Skip(1)) { RedirectStandardOutput = true };
        foreach (var (name, value) in environment)
            start.Environment[name] = value;
        return start;
    });

    /// <summary>Where a resource's processes are reached together, once all of them run and are healthy.</summary>
    public Task<Uri> HealthyAsync(string resource) => Eventually.GetAsync(
        () => Resources(resource) is { Count: > 0 } all && all.All(r => r.GetProperty("state").GetString() == "healthy")
            ? new Uri(all[0].GetProperty("endpoint").GetString()!)
            : null,
        $"{resource} became healthy");

    /// <summary>Process ids of a resource's replicas.</summary>
    public IReadOnlyList<int> ProcessesOf(string resource) => [.. Resources(resource).Select(r => r.GetProperty("pid").GetInt32())];

    private List<JsonElement> Resources(string resource)
    {
        var file = Path.Combine(folder, "state.json");
        return !File.Exists(file) ? [] :
        [
            .. JsonElement.Parse(File.ReadAllBytes(file)).GetProperty("resources").EnumerateArray()
                .Where(r => r.GetProperty("resource").GetString() == resource),
        ];
    }

    /// <summary>Both servers and the first project run.</summary>
    public Task UpAsync() => Eventually.TrueAsync(
        () =>
        {
            var running = ReadState();
            seen.UnionWith(running.Values);
            return running.ContainsKey("postgres") && running.ContainsKey("control-plane");
        },
        "the AppHost started Postgres and the control plane");

    public void Signal(ChildSignal signal) => NativeSignals.Send(process.Id, signal);

    public async ValueTask DisposeAsync()
    {
        process.Kill(entireProcessTree: true);
        await process.WaitForExitAsync();
        process.Dispose();
        await Eventually.TrueAsync(TryDeleteFolder, $"the servers let go of {folder}");
    }

    private bool TryDeleteFolder()
    {
        try
        {
            if (Directory.Exists(folder))
                Directory.Delete(folder, recursive: true);
            return true;
        }
        catch (IOException)
        {
            return false;
        }
    }

    private Dictionary<string, int> ReadState()
    {
        var file = Path.Combine(folder, "state.json");
        if (!File.Exists(file))
            return [];
        using var state = JsonDocument.Parse(File.ReadAllText(file));
        seen.Add(state.RootElement.GetProperty("app_host_pid").GetInt32());
        return state.RootElement.GetProperty("resources").EnumerateArray()
            .Where(resource => resource.GetProperty("pid").ValueKind == JsonValueKind.Number)
            .ToDictionary(resource => resource.GetProperty("label").GetString()!, resource => resource.GetProperty("pid").GetInt32());
    }
}
