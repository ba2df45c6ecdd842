using System.Text.Json;
using NextLayer.Contracts.Json;
using NextLayer.Contracts.Runs;
using NextLayer.ControlPlane.Platform.Database;
using NextLayer.ControlPlane.Platform.Registry;
using Npgsql;
using NpgsqlTypes;

namespace NextLayer.ControlPlane.Features.Runs.Reading;

/// <summary>Reads what a run has left behind: its steps and its log.</summary>
internal sealed class RunHistoryStore(Databases databases)
{
    /// <summary>Attempts shown of one run.</summary>
    private const int MaxSteps = 5_000;

    private const string ExistsSql = "SELECT EXISTS (SELECT FROM pipeline_runs WHERE id = $1)";

    private const string StepsSql = """
        SELECT step_id, step_type, generation, attempt, status, port, worker_id,
               NULL::text, NULL::timestamptz, output, error, retry_at, started_at, finished_at
        FROM step_runs WHERE run_id = $1
        UNION ALL
        SELECT step_id, step_type, generation, attempt, status, NULL, worker_id,
               wait_reason, wake_at, NULL, NULL, NULL, started_at, NULL
        FROM open_steps WHERE run_id = $1
        ORDER BY started_at, generation, step_id, attempt
        LIMIT $2
        """;

    private const string LogsSql = """
        SELECT line, ts, level, message, source, step_id, attempt, meta FROM run_logs
        WHERE run_id = $1 AND line > $2
          AND ($3::text[] IS NULL OR level = ANY ($3)) AND ($4::text IS NULL OR step_id = $4)
          AND ($5::text IS NULL OR message ILIKE $5)
        ORDER BY line LIMIT $6
        """;

    public async Task<bool> ExistsAsync(Guid runId, CancellationToken ct)
    {
        await using var connection = await databases.OpenForCallerAsync(ct);
        await using var command = new NpgsqlCommand(ExistsSql, connection);
        command.Parameters.AddWithValue(runId);
        return await command.ExecuteScalarAsync(ct) is true;
    }

    public async Task<RunSteps> ReadStepsAsync(Guid runId, CancellationToken ct)
    {
        await using var connection = await databases.OpenForCallerAsync(ct);
        await using var command = new NpgsqlCommand(StepsSql, connection);
        command.Parameters.AddWithValue(runId);
        command.Parameters.AddWithValue(MaxSteps);
        await using var row = await command.ExecuteReaderAsync(ct);
        var steps = new List<RunStep>();
        while (await row.ReadAsync(ct))
            steps.Add(ReadStep(row));
        return new RunSteps { Items = steps, Count = steps.Count };
    }

    /// <param name="level">Lines of this level and the graver ones; null for all.</param>
    /// <param name="q">Part of the message.</param>
    public async Task<RunLogPage> ReadLogsAsync(
        Guid runId, int afterLine, int limit, RunLogLevel? level, string? stepId, string? q, CancellationToken ct)
    {
        await using var connection = await databases.OpenForCallerAsync(ct);
        await using var command = new NpgsqlCommand(LogsSql, connection);
        command.Parameters.AddWithValue(runId);
        command.Parameters.AddWithValue(afterLine);
        Add(command, NpgsqlDbType.Array | NpgsqlDbType.Text, level is { } least ? Graver(least) : null);
        Add(command, NpgsqlDbType.Text, stepId);
        Add(command, NpgsqlDbType.Text, string.IsNullOrEmpty(q) ? null : LikePattern.Containing(q));
        command.Parameters.AddWithValue(limit);
        await using var row = await command.ExecuteReaderAsync(ct);
        var lines = new List<RunLogEntry>();
        while (await row.ReadAsync(ct))
            lines.Add(ReadLine(row));
        return new RunLogPage { Items = lines, LastLine = lines.Count > 0 ? lines[^1].Line : afterLine };
    }

    private static string[] Graver(RunLogLevel least) =>
        [.. Enum.GetValues<RunLogLevel>().Where(level => level >= least).Select(EnumText.Of)];

    private static RunStep ReadStep(NpgsqlDataReader row) => new()
    {
        StepId = row.GetString(0),
        StepType = row.GetString(1),
        Generation = row.GetInt32(2),
        Attempt = row.GetInt32(3),
        Status = Names.ParseStepStatus(row.GetString(4)),
        Port = row.GetText(5),
        WorkerId = row.GetText(6),
        WaitReason = row.IsDBNull(7) ? null : Names.ParseWaitReason(row.GetString(7)),
        WakeAt = row.GetTime(8),
        Output = row.GetOptionalJson(9),
        Error = row.GetOptionalJson(10)?.Deserialize<StepError>(NextLayerJson.Options),
        RetryAt = row.GetTime(11),
        StartedAt = row.GetFieldValue<DateTimeOffset>(12),
        FinishedAt = row.GetTime(13),
    };

    private static RunLogEntry ReadLine(NpgsqlDataReader row) => new()
    {
        Line = row.GetInt32(0),
        Ts = row.GetFieldValue<DateTimeOffset>(1),
        Level = EnumText.Parse<RunLogLevel>(row.GetString(2)),
        Message = row.GetString(3),
        Source = row.GetText(4),
        StepId = row.GetText(5),
        Attempt = row.IsDBNull(6) ? null : row.GetInt32(6),
        Meta = row.GetOptionalJson(7),
    };

    private static void Add(NpgsqlCommand command, NpgsqlDbType type, object? value) =>
        command.Parameters.Add(new NpgsqlParameter { NpgsqlDbType = type, Value = value ?? DBNull.Value });
}
