namespace NextLayer.ControlPlane.Features.Events;

internal static class TaskWaits
{
    /// <summary>Waits until the signal comes or the time is up, whichever is first.</summary>
    public static async Task OrTimeoutAsync(this Task signal, TimeSpan longest, TimeProvider time, CancellationToken ct)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(ct);
        var delay = Task.Delay(longest, time, stop.Token);
        await Task.WhenAny(signal, delay);
        await stop.CancelAsync(); // The timer would otherwise stay until it fires.
        ct.ThrowIfCancellationRequested();
    }
}
