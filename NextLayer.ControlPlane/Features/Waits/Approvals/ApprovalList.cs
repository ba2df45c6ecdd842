using System.Text.Json;
using NextLayer.Contracts.Json;
using NextLayer.Contracts.Workers;
using NextLayer.Contracts.Workflows;
using NextLayer.ControlPlane.Platform.Database;
using Npgsql;
using NpgsqlTypes;

namespace NextLayer.ControlPlane.Features.Waits.Approvals;

/// <summary>Lists what people were asked.</summary>
internal sealed class ApprovalList(Databases databases)
{
    /// <summary>Totals above this are not counted out.</summary>
    public const int MostCounted = 10_000;

    private const string Where = """
        FROM approvals a
        WHERE a.tenant_id = $1 AND ($2::text IS NULL OR a.status = $2) AND ($3::uuid IS NULL OR a.run_id = $3)
        """;

    private const string Columns = """
        a.run_id, a.step_id, a.generation, a.attempt, a.status, a.request, a.escalated, a.requested_at, a.deadline_at,
        a.decided_at, r.pipeline_version_id, p.name
        """;

    private const string PageSql = $"""
        SELECT {Columns}
        FROM (SELECT a.* {Where} ORDER BY a.requested_at DESC, a.run_id DESC, a.step_id LIMIT $4 OFFSET $5) a
        JOIN pipeline_runs r ON r.id = a.run_id
        JOIN pipelines p ON p.id = r.pipeline_id
        ORDER BY a.requested_at DESC, a.run_id DESC, a.step_id
        """;

    private const string OneSql = $"""
        SELECT {Columns}
        FROM approvals a
        JOIN pipeline_runs r ON r.id = a.run_id
        JOIN pipelines p ON p.id = r.pipeline_id
        WHERE a.run_id = $1 AND a.step_id = $2 AND a.generation = $3 AND a.attempt = $4
        """;

    private const string CountSql = $"SELECT count(*) FROM (SELECT 1 {Where} LIMIT 10001) AS counted";

    /// <summary>One page, the newest first, and how many there are in all.</summary>
    public async Task<(IReadOnlyList<Approval> Items, long Total)> ReadAsync(
        Guid tenantId, ApprovalStatus? status, Guid? runId, int limit, int offset, CancellationToken ct)
    {
        await using var connection = await databases.Main.OpenConnectionAsync(ct);
        var approvals = new List<Approval>();
        await using (var page = Command(connection, PageSql, tenantId, status, runId))
        {
            page.Parameters.AddWithValue(limit);
            page.Parameters.AddWithValue(offset);
            await using var rows = await page.ExecuteReaderAsync(ct);
            while (await rows.ReadAsync(ct))
                approvals.Add(Read(rows));
        }

        await using var count = Command(connection, CountSql, tenantId, status, runId);
        var total = (long)(await count.ExecuteScalarAsync(ct))!; // A count always answers.
        var keys = approvals.Select(a => new ApprovalKey(a.RunId, a.StepId, a.Generation, a.Attempt)).ToList();
        var decisions = await ApprovalRows.DecisionsAsync(connection, keys, ct);
        return ([.. approvals.Zip(keys, (approval, key) => approval with { Decisions = [.. decisions[key]] })], total);
    }

    /// <summary>One, with its votes; null where there is none.</summary>
    public static async Task<Approval?> FindAsync(NpgsqlConnection connection, ApprovalKey key, CancellationToken ct)
    {
        Approval approval;
        await using (var command = new NpgsqlCommand(OneSql, connection))
        {
            key.AddTo(command);
            await using var row = await command.ExecuteReaderAsync(ct);
            if (!await row.ReadAsync(ct))
                return null;
            approval = Read(row);
        }

        var decisions = await ApprovalRows.DecisionsAsync(connection, [key], ct);
        return approval with { Decisions = [.. decisions[key]] };
    }

    private static NpgsqlCommand Command(NpgsqlConnection connection, string sql, Guid tenantId, ApprovalStatus? status, Guid? runId)
    {
        var command = new NpgsqlCommand(sql, connection);
        command.Parameters.AddWithValue(tenantId);
        command.Parameters.Add(new NpgsqlParameter { Value = status is { } s ? s.ToString().ToLowerInvariant() : DBNull.Value, NpgsqlDbType = NpgsqlDbType.Text });
        command.Parameters.Add(new NpgsqlParameter { Value = runId is { } id ? id : DBNull.Value, NpgsqlDbType = NpgsqlDbType.Uuid });
        return command;
    }

    private static Approval Read(NpgsqlDataReader row)
    {
        var request = JsonSerializer.Deserialize<ApprovalWait>(row.GetString(5), NextLayerJson.Options)!; // Never a JSON null.
        return new Approval
        {
            RunId = row.GetGuid(0),
            StepId = row.GetString(1),
            Generation = row.GetInt32(2),
            Attempt = row.GetInt32(3),
            WorkflowId = row.GetGuid(10),
            WorkflowName = row.GetString(11),
            Status = Enum.Parse<ApprovalStatus>(row.GetString(4), ignoreCase: true),
            Title = request.Title,
            Instructions = request.Instructions,
            Show = request.Show,
            Approvers = request.Approvers,
            Required = request.Required,
            Form = request.Form,
            Escalated = row.GetBoolean(6),
            EscalateTo = request.EscalateTo,
            RequestedAt = row.GetFieldValue<DateTimeOffset>(7),
            DeadlineAt = row.GetTime(8),
            DecidedAt = row.GetTime(9),
            Decisions = [],
        };
    }
}
