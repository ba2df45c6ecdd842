using System.Collections.Frozen;
using NextLayer.ControlPlane.Features.Events;
using NextLayer.ControlPlane.Features.Runs.Claiming;
using NextLayer.ControlPlane.Platform.Database;
using Npgsql;

namespace NextLayer.ControlPlane.Features.Workers;

/// <summary>
/// Which workers are to be given no new runs. Claims read the rows themselves (<see cref="ClaimStore"/>); what is
/// remembered here is told to workers with their heartbeats, so that they stop asking.
/// </summary>
internal sealed class WorkerDrains(Databases databases, NewsHub hub, TimeProvider time)
{
    /// <summary>Longest time a worker may be told what was so before.</summary>
    private static readonly TimeSpan MaxAge = TimeSpan.FromSeconds(1);

    private const string SelectSql = "SELECT worker_id FROM workers WHERE drain_requested_at IS NOT NULL";

    private const string ChangeSql = """
        UPDATE workers SET drain_requested_at = CASE WHEN $2 THEN coalesce(drain_requested_at, clock_timestamp()) END
        WHERE worker_id = $1
        """;

    private Known? known;

    /// <summary>What is true now, or was within the last second.</summary>
    public ValueTask<bool> IncludesAsync(string workerId, CancellationToken ct) =>
        known is { } fresh && time.GetElapsedTime(fresh.ReadAt) < MaxAge ? new(fresh.Workers.Contains(workerId)) : new(LookAsync(workerId, ct));

    /// <summary>Drains the worker, or ends its drain. Once this has returned, no claim is on its way with a run for a drained worker.</summary>
    /// <returns>False when there is no such worker.</returns>
    public async Task<bool> ChangeAsync(string workerId, bool drain, CancellationToken ct)
    {
        await using (var connection = await databases.Main.OpenConnectionAsync(ct))
        await using (var transaction = await connection.BeginTransactionAsync(ct))
        {
            await using var turnstile = new NpgsqlCommand(ClaimStore.CloseTurnstileSql, connection, transaction);
            await turnstile.ExecuteNonQueryAsync(ct);
            await using var change = new NpgsqlCommand(ChangeSql, connection, transaction);
            change.Parameters.AddWithValue(workerId);
            change.Parameters.AddWithValue(drain);
            if (await change.ExecuteNonQueryAsync(ct) == 0)
                return false;
            await transaction.CommitAsync(ct);
        }

        known = null;
        hub.Tell(workerId);
        return true;
    }

    private async Task<bool> LookAsync(string workerId, CancellationToken ct)
    {
        var readAt = time.GetTimestamp();
        await using var command = databases.Hot.CreateCommand(SelectSql);
        await using var row = await command.ExecuteReaderAsync(ct);
        var workers = new List<string>();
        while (await row.ReadAsync(ct))
            workers.Add(row.GetString(0));
        known = new Known(workers.ToFrozenSet(StringComparer.Ordinal), readAt);
        return known.Workers.Contains(workerId);
    }

    private sealed record Known(FrozenSet<string> Workers, long ReadAt);
}
