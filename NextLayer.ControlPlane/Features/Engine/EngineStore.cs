using Microsoft.Extensions.Options;
using NextLayer.Contracts.Engine;
using NextLayer.ControlPlane.Features.Events;
using NextLayer.ControlPlane.Platform.Database;
using Npgsql;

namespace NextLayer.ControlPlane.Features.Engine;

/// <summary>Reads and changes the one row that says whether work is given out.</summary>
internal sealed class EngineStore(Databases databases, EngineState cached, NewsHub news, IOptions<DispatchOptions> options)
{
    private const string Columns = "state, pid, run_id, started_at, paused_at, resumed_at, stopped_at, updated_at";

    // The newest run started: of those running now, else of the newest thousand, else the one of the last change.
    private const string NewestRun = """
        coalesce(
            (SELECT id FROM pipeline_runs WHERE status = 'RUNNING' ORDER BY started_at DESC NULLS LAST LIMIT 1),
            (SELECT id FROM (SELECT id, started_at FROM pipeline_runs ORDER BY id DESC LIMIT 1000) newest
             WHERE started_at IS NOT NULL ORDER BY started_at DESC LIMIT 1),
            run_id)
        """;

    private const string SelectSql = $"""
        SELECT state, pid, {NewestRun}, started_at, paused_at, resumed_at, stopped_at, updated_at
        FROM pipeline_state WHERE id = 1
        """;

    private const string LockSql = $"SELECT {Columns} FROM pipeline_state WHERE id = 1 FOR UPDATE";

    private const string ChangeSql = $"""
        UPDATE pipeline_state SET
            state = $1, pid = $2, run_id = {NewestRun}, updated_at = now(),
            started_at = CASE WHEN $3 = 'start' THEN now() ELSE started_at END,
            paused_at  = CASE WHEN $3 = 'pause' THEN now() ELSE paused_at END,
            resumed_at = CASE WHEN $3 = 'resume' THEN now() ELSE resumed_at END,
            stopped_at = CASE WHEN $3 = 'stop' THEN now() WHEN $3 = 'start' THEN NULL ELSE stopped_at END
        WHERE id = 1
        RETURNING {Columns}
        """;

    // Only where nobody ever changed it: who stopped the engine finds it stopped after a restart.
    private const string AutoStartSql = """
        UPDATE pipeline_state SET state = 'running', pid = $1, started_at = now(), updated_at = now()
        WHERE id = 1 AND state = 'stopped'
          AND started_at IS NULL AND paused_at IS NULL AND resumed_at IS NULL AND stopped_at IS NULL
        """;

    public async Task<PipelineState> ReadAsync(CancellationToken ct)
    {
        await using var command = databases.Main.CreateCommand(SelectSql);
        return await ReadAsync(command, ct);
    }

    /// <returns>The move that was made, and the state after it.</returns>
    public async Task<(EngineMove Move, PipelineState State)> ChangeAsync(EngineAction action, CancellationToken ct)
    {
        await using var connection = await databases.Main.OpenConnectionAsync(ct);
        await using var transaction = await connection.BeginTransactionAsync(ct);
        await using var read = new NpgsqlCommand(LockSql, connection, transaction);
        var present = await ReadAsync(read, ct);
        var move = EngineRules.Decide(action, present.State);
        if (move != EngineMove.Change)
            return (move, present);

        await using var change = new NpgsqlCommand(ChangeSql, connection, transaction);
        change.Parameters.AddWithValue(EngineRules.Target(action));
        change.Parameters.AddWithValue(Environment.ProcessId);
        change.Parameters.AddWithValue(action.ToString().ToLowerInvariant());
        var changed = await ReadAsync(change, ct);
        await transaction.CommitAsync(ct);
        cached.Forget();
        news.DeliverAll(); // Claims that wait because of the pause, and heartbeats that are to tell of the stop.
        return (move, changed);
    }

    /// <summary>Starts the engine of a new database, unless <c>Dispatch:AutoStart</c> is false.</summary>
    public async Task AutoStartAsync(CancellationToken ct)
    {
        if (!options.Value.AutoStart)
            return;
        await using var command = databases.Main.CreateCommand(AutoStartSql);
        command.Parameters.AddWithValue(Environment.ProcessId);
        await command.ExecuteNonQueryAsync(ct);
    }

    private static async Task<PipelineState> ReadAsync(NpgsqlCommand command, CancellationToken ct)
    {
        await using var row = await command.ExecuteReaderAsync(ct);
        await row.ReadAsync(ct); // The migration makes the row, and nothing deletes it.
        return new PipelineState
        {
            State = row.GetString(0),
            Pid = row.IsDBNull(1) ? null : row.GetInt32(1),
            RunId = row.GetId(2),
            StartedAt = row.GetTime(3),
            PausedAt = row.GetTime(4),
            ResumedAt = row.GetTime(5),
            StoppedAt = row.GetTime(6),
            UpdatedAt = row.GetFieldValue<DateTimeOffset>(7),
        };
    }
}
