using System.Diagnostics;
using NextLayer.AppHost.Embedded.Processes;

namespace NextLayer.Tests.AppHost;

public sealed class AppHostProcessTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public AppHostProcessTests()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "The AppHost is killed by signals here.");
        Assert.SkipWhen(
            RunningAppHost.AssemblyPath.Contains("/bin/aspire/", StringComparison.Ordinal),
            "The AppHost was built for Aspire; set Orchestrator=embedded.");
    }

    [Fact]
    public async Task Kill_Running_LeavesNoProcess()
    {
        await using var host = RunningAppHost.Start();
        await host.UpAsync();

        host.Signal(ChildSignal.Kill);

        await AllGoneAsync(host);
    }

    [Fact]
    public async Task Kill_OfItsLauncher_EndsTheAppHostAndLeavesNoProcess()
    {
        await using var host = RunningAppHost.StartUnderLauncher();
        await host.UpAsync();

        host.Signal(ChildSignal.Kill);

        await AllGoneAsync(host);
    }

    [Theory]
    [InlineData((int)ChildSignal.Terminate)]
    [InlineData((int)ChildSignal.Interrupt)]
    public async Task Signal_Running_StopsEverythingWithin15SecondsAndDropsTheData(int signal)
    {
        await using var host = RunningAppHost.Start();
        await host.UpAsync();

        host.Signal((ChildSignal)signal);
        var stopped = await host.Exited.CompletesWithinAsync(TimeSpan.FromSeconds(15), Ct);

        Assert.True(stopped, $"It still ran after 15 s, and had said:\n{host.Said}");
        Assert.DoesNotContain(host.SeenProcesses, Unix.IsAlive);
        Assert.False(Directory.Exists(Path.Combine(host.Folder, "postgres")));
    }

    [Theory]
    [InlineData("--worker", "3")]
    [InlineData("demo", "--ephemeral")]
    [InlineData("-demo", "--workers=1")]
    [InlineData("3", "--demo")]
    public async Task Options_Mistyped_AreRefused(string mistyped, string beside)
    {
        using var process = Process.Start(new ProcessStartInfo("dotnet", [RunningAppHost.AssemblyPath, mistyped, beside]) { RedirectStandardError = true })!;

        var said = await process.StandardError.ReadToEndAsync(Ct);
        await process.WaitForExitAsync(Ct);

        Assert.Equal(2, process.ExitCode);
        Assert.Contains($"There is no option {mistyped}.", said, StringComparison.Ordinal);
    }

    private static Task AllGoneAsync(RunningAppHost host) => Eventually.TrueAsync(
        () => !host.SeenProcesses.Any(Unix.IsAlive),
        "every process of the AppHost ended with it");
}
