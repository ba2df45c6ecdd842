using NextLayer.Worker.Platform;

namespace NextLayer.Worker.Claiming;

/// <summary>
/// Whether an operator has this worker drained, as the last heartbeat was told. It saves asking in vain; that nothing new
/// comes is the control plane's doing.
/// </summary>
internal sealed class DrainOrder
{
    private readonly AsyncSignal changed = new();
    private volatile bool stands;

    public bool Stands => stands;

    /// <returns>Whether this is news.</returns>
    public bool Hear(bool drain)
    {
        if (stands == drain)
            return false;
        stands = drain;
        changed.Set();
        return true;
    }

    /// <summary>Ends when there is something to claim for again; for one waiter.</summary>
    public async Task LiftedAsync(CancellationToken ct)
    {
        while (stands)
            await changed.WaitAsync(ct);
    }
}
