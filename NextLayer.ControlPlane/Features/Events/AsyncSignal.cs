namespace NextLayer.ControlPlane.Features.Events;

/// <summary>
/// Wakes everybody who waits. Take <see cref="Next"/> before looking at the state that the signal is about: a pulse
/// between the look and the wait is then not missed.
/// </summary>
internal sealed class AsyncSignal
{
    private TaskCompletionSource current = New();

    /// <summary>Completes at the next pulse.</summary>
    public Task Next => Volatile.Read(ref current).Task;

    public void Pulse() => Interlocked.Exchange(ref current, New()).TrySetResult();

    private static TaskCompletionSource New() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
