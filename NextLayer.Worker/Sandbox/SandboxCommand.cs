using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;

namespace NextLayer.Worker.Sandbox;

/// <summary>How a sandbox is started: the worker's own assembly by the runtime that runs us, wherever that is.</summary>
internal static class SandboxCommand
{
    /// <summary>What the runtime and the interpreter take beside the script's own memory.</summary>
    private const int OverheadMb = 24;

    private static readonly string[] Inherited = ["DOTNET_ROOT", "DOTNET_ROOT_X64", "DOTNET_ROOT_ARM64", "SYSTEMROOT", "TMPDIR", "TEMP", "TMP", "HOME"];

    public static ProcessStartInfo For(int memoryMb)
    {
        var start = new ProcessStartInfo
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
            CreateNoWindow = true,
        };
        SetExecutable(start);
        start.ArgumentList.Add(SandboxHost.Argument);
        SetEnvironment(start.Environment, memoryMb);
        return start;
    }

    private static void SetExecutable(ProcessStartInfo start)
    {
        var assembly = Path.Combine(AppContext.BaseDirectory, typeof(SandboxCommand).Assembly.GetName().Name + ".dll");
        var name = OperatingSystem.IsWindows() ? "dotnet.exe" : "dotnet";
        // …/dotnet/shared/Microsoft.NETCore.App/10.0.x/ holds the runtime we run on.
        var dotnet = Path.GetFullPath(Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "..", "..", "..", name));
        if (File.Exists(dotnet) && File.Exists(assembly))
        {
            start.FileName = dotnet;
            start.ArgumentList.Add(assembly);
        }
        else
        {
            start.FileName = Environment.ProcessPath ?? throw new InvalidOperationException("The worker's own executable cannot be found.");
        }
    }

    /// <summary>None of the worker's: keys and addresses are none of a script's business, should it ever get out.</summary>
    private static void SetEnvironment(IDictionary<string, string?> environment, int memoryMb)
    {
        var kept = Inherited.Where(environment.ContainsKey).ToDictionary(name => name, name => environment[name]);
        environment.Clear();
        foreach (var (name, value) in kept)
            environment[name] = value;
        var bytes = (long)(memoryMb + OverheadMb) * 1024 * 1024;
        environment["DOTNET_GCHeapHardLimit"] = bytes.ToString("x", CultureInfo.InvariantCulture); // Hexadecimal, as the runtime reads it.
        environment["DOTNET_gcServer"] = "0";
        environment["DOTNET_gcConcurrent"] = "0";
        environment["DOTNET_EnableDiagnostics"] = "0";
        environment["DOTNET_DbgEnableMiniDump"] = "0";
        environment["DOTNET_TieredPGO"] = "0";
        environment["DOTNET_NOLOGO"] = "1";
    }
}
