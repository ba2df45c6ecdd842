using System.Globalization;
using NextLayer.AppHost.Embedded.Processes;

namespace NextLayer.Tests.AppHost;

public sealed class ChildProcessTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    // A child leads no group until `setsid` has run, so a signal to its group could find nobody. Many, for it is a race.
    [Fact]
    public async Task KillAsync_AtOnceAfterTheStart_EndsTheChildEveryTime()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "There are no process groups.");

        for (var i = 0; i < 40; i++)
        {
            await using var child = await ChildProcess.StartAsync(new ChildCommand { FileName = "sleep", Arguments = ["600"] });

            await child.KillAsync().WaitAsync(TimeSpan.FromSeconds(60), Ct);

            Assert.False(Unix.IsAlive(child.Id));
        }
    }

    [Fact]
    public async Task KillAsync_ChildWithAChild_EndsBoth()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "There are no process groups.");
        var started = new TaskCompletionSource<int>(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var child = await ChildProcess.StartAsync(
            new ChildCommand { FileName = "sh", Arguments = ["-c", "sleep 600 & echo $!; wait"] },
            line => started.TrySetResult(int.Parse(line, CultureInfo.InvariantCulture)));
        var grandchild = await started.Task.WaitAsync(Ct);

        await child.KillAsync();

        await Eventually.TrueAsync(() => !Unix.IsAlive(grandchild), "the child of the killed child is gone");
    }
}
