using NextLayer.Contracts.Providers;
using NextLayer.Contracts.Runs;
using NextLayer.ControlPlane.Features.Runs.Reading;
using NextLayer.ControlPlane.Platform.Database;
using NextLayer.ControlPlane.Platform.Registry;
using Npgsql;
using NpgsqlTypes;

namespace NextLayer.ControlPlane.Features.Providers.Reading;

/// <summary>Reads the runs of one tenant's provider pipelines.</summary>
internal sealed class ProviderRunStore(Databases databases, RunHistoryStore history)
{
    /// <summary>The total is exact up to here.</summary>
    private const int MaxCounted = 10_000;

    private const int MaxLines = 1000;

    private const string Columns = """
        r.id, r.pipeline_key, r.status, r.trigger_type, i.parameters ->> 'date', r.created_at, r.started_at, r.finished_at,
        round(extract(epoch FROM r.finished_at - r.started_at), 3), r.rows_processed, r.error_message
        """;

    // Walks down the index of each version's runs in each state: a tenant has a handful of versions, and each walk ends as
    // soon as it has found enough.
    private const string Found = """
        SELECT r.*, p.pipeline_key
        FROM provider_pipelines p
        JOIN pipeline_versions v ON v.pipeline_id = p.pipeline_id
        CROSS JOIN unnest(coalesce($3::text[], ARRAY['QUEUED', 'RUNNING', 'PAUSED', 'SUCCEEDED', 'FAILED', 'CANCELLED'])) AS s (status)
        CROSS JOIN LATERAL (
            SELECT id, status, trigger_type, created_at, started_at, finished_at, rows_processed, error_message FROM pipeline_runs
            WHERE pipeline_version_id = v.id AND pipeline_runs.status = s.status AND parent_run_id IS NULL
              AND ($4::timestamptz IS NULL OR created_at >= $4) AND ($5::timestamptz IS NULL OR created_at < $5)
            ORDER BY id DESC LIMIT $6) r
        WHERE p.tenant_id = $1 AND ($2::text IS NULL OR p.pipeline_key = $2)
        """;

    private const string ListSql = $"""
        SELECT {Columns} FROM (SELECT * FROM ({Found}) f ORDER BY f.id DESC LIMIT $7 OFFSET $8) r
        LEFT JOIN run_inputs i ON i.run_id = r.id ORDER BY r.id DESC
        """;

    private const string CountSql = $"SELECT count(*)::integer FROM (SELECT FROM ({Found}) f LIMIT $6) counted";

    private const string OneSql = $"""
        SELECT {Columns}
        FROM (SELECT o.*, p.pipeline_key FROM pipeline_runs o JOIN provider_pipelines p ON p.pipeline_id = o.pipeline_id
              WHERE o.id = $2 AND p.tenant_id = $1) r
        LEFT JOIN run_inputs i ON i.run_id = r.id
        """;

    /// <param name="statuses">States of the database; null for all.</param>
    /// <returns>One page, newest first, and the number of all, with a plus where there are more than were counted.</returns>
    public async Task<(IReadOnlyList<ProviderRun> Items, string Total)> ListAsync(
        Guid tenantId, ProviderRunQuery query, string[]? statuses, CancellationToken ct)
    {
        await using var connection = await databases.OpenForCallerAsync(ct);
        await using var list = new NpgsqlCommand(ListSql, connection);
        AddFilter(list, tenantId, query, statuses, query.Limit + query.Offset);
        list.Parameters.AddWithValue(query.Limit);
        list.Parameters.AddWithValue(query.Offset);
        var items = new List<ProviderRun>();
        await using (var row = await list.ExecuteReaderAsync(ct))
        {
            while (await row.ReadAsync(ct))
                items.Add(Read(row));
        }

        await using var count = new NpgsqlCommand(CountSql, connection);
        AddFilter(count, tenantId, query, statuses, MaxCounted + 1);
        var total = (int)(await count.ExecuteScalarAsync(ct))!; // A count is always there.
        return (items, total > MaxCounted ? $"{MaxCounted}+" : total.ToString());
    }

    /// <returns>Null when none of the tenant's provider pipelines has such a run.</returns>
    public async Task<ProviderRunDetail?> FindAsync(Guid tenantId, Guid runId, CancellationToken ct)
    {
        if (await FindRunAsync(tenantId, runId, ct) is not { } run)
            return null;
        var steps = (await history.ReadStepsAsync(runId, ct)).Items;
        var lines = (await history.ReadLogsAsync(runId, afterLine: 0, MaxLines, level: null, stepId: null, q: null, ct)).Items
            .ToLookup(line => (line.StepId, line.Attempt));
        return new ProviderRunDetail
        {
            Run = run,
            StepLogs = [.. steps.Select(step => View(step, lines[(step.StepId, step.Attempt)]))],
            Error = run.Status == "FAILED" ? steps.LastOrDefault(step => step.Error is not null)?.Error : null,
        };
    }

    private async Task<ProviderRun?> FindRunAsync(Guid tenantId, Guid runId, CancellationToken ct)
    {
        await using var connection = await databases.OpenForCallerAsync(ct);
        await using var command = new NpgsqlCommand(OneSql, connection);
        command.Parameters.AddWithValue(tenantId);
        command.Parameters.AddWithValue(runId);
        await using var row = await command.ExecuteReaderAsync(ct);
        return await row.ReadAsync(ct) ? Read(row) : null;
    }

    private static ProviderStepLog View(RunStep step, IEnumerable<RunLogEntry> lines) => new()
    {
        StepId = step.StepId,
        Attempt = step.Attempt,
        Status = EnumText.Of(step.Status),
        StartedAt = step.StartedAt,
        CompletedAt = step.FinishedAt,
        Error = step.Error,
        Lines = [.. lines.Select(line => new ProviderLogLine { Timestamp = line.Ts, Level = line.Level, Message = line.Message })],
    };

    private static void AddFilter(NpgsqlCommand command, Guid tenantId, ProviderRunQuery query, string[]? statuses, int most)
    {
        command.Parameters.AddWithValue(tenantId);
        Add(command, NpgsqlDbType.Text, query.PipelineId);
        Add(command, NpgsqlDbType.Array | NpgsqlDbType.Text, statuses);
        Add(command, NpgsqlDbType.TimestampTz, query.StartDate?.Value);
        Add(command, NpgsqlDbType.TimestampTz, query.End);
        command.Parameters.AddWithValue(most);
    }

    private static void Add(NpgsqlCommand command, NpgsqlDbType type, object? value) =>
        command.Parameters.Add(new NpgsqlParameter { NpgsqlDbType = type, Value = value ?? DBNull.Value });

    private static ProviderRun Read(NpgsqlDataReader row) => new()
    {
        RunId = row.GetGuid(0),
        PipelineId = row.GetString(1),
        Status = ProviderWords.Of(row.GetString(2)),
        TriggerType = row.GetString(3),
        Date = row.GetText(4),
        CreatedAt = row.GetFieldValue<DateTimeOffset>(5),
        StartedAt = row.GetTime(6),
        CompletedAt = row.GetTime(7),
        DurationSeconds = row.IsDBNull(8) ? null : row.GetDecimal(8),
        RowsProcessed = row.IsDBNull(9) ? null : row.GetInt64(9),
        ErrorMessage = row.GetText(10),
    };
}
