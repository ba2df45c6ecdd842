namespace NextLayer.AppHost.Embedded.Processes;

/// <summary>
/// Notices the death of <c>dotnet run</c>, <c>dotnet watch</c> or the IDE that launched us. Killed themselves, they leave
/// us behind, and whoever killed them meant us.
/// </summary>
internal static class ParentWatch
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(250);

    /// <summary>
    /// Returns when the launcher is gone; never when nobody launched us that way. A plain <c>dotnet NextLayer.AppHost.dll &amp;</c>
    /// of a script that ends may go on, as daemons do.
    /// </summary>
    public static async Task LauncherGoneAsync(CancellationToken ct)
    {
        // Set by launchers that start a profile of launchSettings.json. Windows has them take us along by itself.
        var launched = Environment.GetEnvironmentVariable("DOTNET_LAUNCH_PROFILE") is not null;
        if (!launched || OperatingSystem.IsWindows())
        {
            await Task.Delay(Timeout.Infinite, ct);
            return;
        }

        var parent = NativeSignals.ParentId();
        using var timer = new PeriodicTimer(Interval);
        while (NativeSignals.ParentId() == parent && await timer.WaitForNextTickAsync(ct))
        {
        }
    }
}
