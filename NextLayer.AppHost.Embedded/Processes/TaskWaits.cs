namespace NextLayer.AppHost.Embedded.Processes;

internal static class TaskWaits
{
    /// <returns>False when <paramref name="time"/> ran out first. Does not throw what the task throws.</returns>
    public static async Task<bool> CompletesWithinAsync(this Task task, TimeSpan time, CancellationToken ct = default)
    {
        if (time < TimeSpan.Zero)
            time = TimeSpan.Zero;
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(ct);
        var first = await Task.WhenAny(task, Task.Delay(time, stop.Token));
        await stop.CancelAsync();
        ct.ThrowIfCancellationRequested();
        return first == task;
    }
}
