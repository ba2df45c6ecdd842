using NextLayer.ControlPlane.Platform.Database;

namespace NextLayer.ControlPlane.Features.Engine;

/// <summary>
/// Whether work is given out, as workers are told it. Claims do not ask here: their statement reads the row itself.
/// </summary>
internal sealed class EngineState(Databases databases, TimeProvider time)
{
    /// <summary>Longest time a worker may be told the state before.</summary>
    private static readonly TimeSpan MaxAge = TimeSpan.FromSeconds(1);

    private Known? known;

    /// <summary>One of <see cref="Contracts.Engine.EngineStates"/>, at most a second old.</summary>
    public ValueTask<string> CurrentAsync(CancellationToken ct) =>
        known is { } fresh && time.GetElapsedTime(fresh.ReadAt) < MaxAge ? new(fresh.State) : new(ReadAsync(ct));

    /// <summary>Makes the next question ask Postgres; called after this replica has changed the state.</summary>
    public void Forget() => known = null;

    private async Task<string> ReadAsync(CancellationToken ct)
    {
        var readAt = time.GetTimestamp();
        await using var command = databases.Hot.CreateCommand("SELECT state FROM pipeline_state WHERE id = 1");
        var state = (string)(await command.ExecuteScalarAsync(ct))!; // The migration makes the row, and nothing deletes it.
        known = new Known(state, readAt);
        return state;
    }

    private sealed record Known(string State, long ReadAt);
}
