namespace NextLayer.Contracts.Runs;

/// <summary>
/// A worker's right to write on a run. Every write carries it back; one that no longer fits the run changes nothing
/// and is answered <c>lease_lost</c>.
/// </summary>
public sealed record Lease
{
    /// <summary>Grows by one with every claim of the run, so an older holder can be told from a newer.</summary>
    public required int Epoch { get; init; }

    /// <summary>Random; proves that the caller is the one the run was given to.</summary>
    public required Guid Token { get; init; }

    /// <summary>Length of the lease; it is renewed by this much at each heartbeat.</summary>
    public int Seconds { get; init; }
}
