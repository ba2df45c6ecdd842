using System.Diagnostics;
using System.Runtime.CompilerServices;

namespace NextLayer.Tests;

/// <summary>A stranger's first start, on machines that lack this or that: only what a test puts there can be found.</summary>
public sealed class ScriptsTests : IDisposable
{
    private readonly DirectoryInfo bin = Directory.CreateTempSubdirectory("nextlayer-bin-");

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public ScriptsTests()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "The scripts are for Unix.");
        Add("dirname", "printf '%s\\n' \"${1%/*}\"");
    }

    [Fact]
    public async Task EnsureTools_WithoutRootAndSudo_SaysWhatRootIsToInstall()
    {
        Add("id", "echo 1000");
        Add("apt-get", "exit 1");

        var (code, said) = await RunAsync("scripts/ensure-tools.sh", "redis");

        Assert.Equal(1, code);
        Assert.EndsWith("Installing needs root, and there is no sudo. As root: apt-get install redis-server\n", said, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("aspire", 0, "run --project NextLayer.AppHost -- --demo\n")]
    [InlineData("embedded", 1, "Neither apt-get nor brew is here; install these by hand: redis\n")]
    public async Task Start_WhereContainersBringTheServers_NeedsNoneOfThem(string orchestrator, int code, string said)
    {
        Add("dotnet", $"case $1 in msbuild) echo {orchestrator} ;; *) echo \"$@\" ;; esac");
        Add("node", "exit 0");
        Add("npm", "exit 0");
        Add("initdb", "exit 0");
        Add("postgres", "exit 0");

        var outcome = await RunAsync("start.sh", "--demo");

        Assert.Equal(code, outcome.Code);
        Assert.EndsWith(said, outcome.Said, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Start_WithoutDotnet_SaysWhereToGetIt()
    {
        var (code, said) = await RunAsync("start.sh");

        Assert.Equal(1, code);
        Assert.Equal("The .NET 10 SDK is missing: https://dotnet.microsoft.com/download\n", said);
    }

    /// <summary>A program that is nothing but these lines.</summary>
    private void Add(string name, string lines)
    {
        var file = Path.Combine(bin.FullName, name);
        File.WriteAllText(file, $"#!/bin/sh\n{lines}\n");
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserExecute);
    }

    private async Task<(int Code, string Said)> RunAsync(string script, params string[] arguments)
    {
        var start = new ProcessStartInfo("/bin/sh", ["-c", "exec \"$0\" \"$@\" 2>&1", Path.Combine(Root(), script), .. arguments]) { RedirectStandardOutput = true };
        start.Environment["PATH"] = bin.FullName;
        using var process = Process.Start(start)!; // Starts or throws.
        var said = await process.StandardOutput.ReadToEndAsync(Ct);
        await process.WaitForExitAsync(Ct);
        return (process.ExitCode, said);
    }

    private static string Root([CallerFilePath] string test = "") =>
        Path.GetDirectoryName(Path.GetDirectoryName(test))!; // The compiler gives a full path.

    public void Dispose() => bin.Delete(recursive: true);
}
