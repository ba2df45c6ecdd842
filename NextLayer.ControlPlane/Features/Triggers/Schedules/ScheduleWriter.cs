using System.Text.Json;
using Microsoft.AspNetCore.Http.HttpResults;
using NextLayer.Contracts.Json;
using NextLayer.Contracts.Triggers;
using NextLayer.ControlPlane.Features.Versions;
using NextLayer.ControlPlane.Platform.Database;
using NextLayer.ControlPlane.Platform.Errors;
using NextLayer.ControlPlane.Platform.Idempotency;
using NextLayer.ControlPlane.Platform.Registry;
using NextLayer.Workflows.Schedules;
using Npgsql;

namespace NextLayer.ControlPlane.Features.Triggers.Schedules;

/// <summary>A schedule that was saved, or what kept it from being.</summary>
/// <param name="IsNew">False for a replaced one and for the repeat of a call.</param>
internal sealed record SavedSchedule(Schedule? Schedule, bool IsNew, ProblemHttpResult? Problem = null);

/// <summary>
/// Makes and changes schedules. The pipeline's row is locked first, so that two equal calls make one schedule, then the
/// schedule's, so that a change waits for a firing that is under way and counts on from what it left.
/// </summary>
internal sealed class ScheduleWriter(Databases databases, VersionCatalog versions, Scheduler scheduler, RunIds ids)
{
    public async Task<SavedSchedule> SaveAsync(SaveScheduleRequest request, Guid tenantId, IdempotencyRequest? key, CancellationToken ct)
    {
        var draft = ScheduleDraft.From(request);
        if (draft.TryRead(out var cron) is { } invalid)
            return new SavedSchedule(null, false, invalid);
        await using var connection = await databases.Main.OpenConnectionAsync(ct);
        await using var transaction = await connection.BeginTransactionAsync(ct);
        var keys = new IdempotencyStore(connection, transaction);
        if (key is not null && await keys.TakeAsync(key, ct) is { } known)
            return Repeat(known, key);
        var saved = await SaveAsync(connection, request.Id, tenantId, draft, cron!, ct);
        if (saved.Schedule is not { } schedule)
            return saved;
        if (key is not null)
            await keys.AnswerAsync(key, StatusCodes.Status201Created, null, JsonSerializer.SerializeToUtf8Bytes(schedule, NextLayerJson.Options), ct);
        await transaction.CommitAsync(ct);
        scheduler.Wake();
        return saved;
    }

    public async Task<Outcome<Schedule>> UpdateAsync(Guid id, UpdateScheduleRequest change, Guid tenantId, CancellationToken ct)
    {
        await using var connection = await databases.Main.OpenConnectionAsync(ct);
        await using var transaction = await connection.BeginTransactionAsync(ct);
        if (await FindLockedAsync(connection, id, tenantId, ct) is not { } present)
            return Problems.NotFound("schedule", id);
        var draft = ScheduleDraft.From(present, change);
        if (draft.TryRead(out var cron) is { } invalid)
            return invalid;
        if (await RefuseAsync(connection, draft, present, present.PipelineId, ct) is { } refusal)
            return refusal;
        var schedule = await WriteAsync(connection, present, draft, cron!, tenantId, present.PipelineId, ct);
        await transaction.CommitAsync(ct);
        scheduler.Wake();
        return schedule;
    }

    private const string DeleteSql = "DELETE FROM schedules WHERE id = $1 AND tenant_id = $2";

    /// <returns>False when there is none.</returns>
    public async Task<bool> DeleteAsync(Guid id, Guid tenantId, CancellationToken ct)
    {
        await using var command = databases.Main.CreateCommand(DeleteSql);
        command.Parameters.AddWithValue(id);
        command.Parameters.AddWithValue(tenantId);
        return await command.ExecuteNonQueryAsync(ct) == 1;
    }

    private static SavedSchedule Repeat(StoredAnswer known, IdempotencyRequest key) => known.IsRepeatOf(key)
        ? new SavedSchedule(JsonSerializer.Deserialize<Schedule>(known.Body, NextLayerJson.Options), IsNew: false)
        : new SavedSchedule(null, false, IdempotencyStore.KeyReused(key));

    private async Task<SavedSchedule> SaveAsync(
        NpgsqlConnection connection, Guid? id, Guid tenantId, ScheduleDraft draft, CronSchedule cron, CancellationToken ct)
    {
        if (await TriggerTargets.FindAsync(connection, draft.WorkflowId, tenantId, ct) is not { } target)
            return new SavedSchedule(null, false, Problems.NotFound("workflow", draft.WorkflowId));
        await LockPipelineAsync(connection, target.PipelineId, ct);
        var meant = id ?? await FindMeantAsync(connection, draft, target.PipelineId, ct);
        Schedule? present = null;
        if (meant is { } presentId)
        {
            present = await FindLockedAsync(connection, presentId, tenantId, ct);
            if (present is null)
                return new SavedSchedule(null, false, Problems.NotFound("schedule", presentId));
            if (present.PipelineId != target.PipelineId)
                return new SavedSchedule(null, false, Problems.Invalid("workflow_id", $"belongs to another pipeline than schedule {presentId}; make a new schedule for it."));
        }

        return await RefuseAsync(connection, draft, present, target.PipelineId, ct) is { } refusal
            ? new SavedSchedule(null, false, refusal)
            : new SavedSchedule(await WriteAsync(connection, present, draft, cron, tenantId, target.PipelineId, ct), IsNew: present is null);
    }

    // Runs being made and versions being added are not held up.
    private const string LockPipelineSql = "SELECT FROM pipelines WHERE id = $1 FOR NO KEY UPDATE";

    private static async Task LockPipelineAsync(NpgsqlConnection connection, Guid pipelineId, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand(LockPipelineSql, connection);
        command.Parameters.AddWithValue(pipelineId);
        await command.ExecuteNonQueryAsync(ct);
    }

    private const string LockSql = """
        SELECT pipeline_id FROM schedules WHERE id = $1 AND tenant_id = $2 FOR UPDATE
        """;

    /// <summary>Reads in a second statement: the first may have waited for a firing and has an older view of what it wrote.</summary>
    private static async Task<Schedule?> FindLockedAsync(NpgsqlConnection connection, Guid id, Guid tenantId, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand(LockSql, connection);
        command.Parameters.AddWithValue(id);
        command.Parameters.AddWithValue(tenantId);
        return await command.ExecuteScalarAsync(ct) is null ? null : await ScheduleReader.FindAsync(connection, id, tenantId, ct);
    }

    private const string FindMeantSql = """
        SELECT id FROM schedules
        WHERE pipeline_id = $1 AND (($2::text IS NOT NULL AND name = $2) OR ($2 IS NULL AND name IS NULL AND cron = $3 AND timezone = $4))
        """;

    /// <summary>The schedule that a draft without an id would be the next form of.</summary>
    private static async Task<Guid?> FindMeantAsync(NpgsqlConnection connection, ScheduleDraft draft, Guid pipelineId, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand(FindMeantSql, connection);
        command.Parameters.AddWithValue(pipelineId);
        command.Parameters.Add(new NpgsqlParameter { Value = (object?)draft.Name ?? DBNull.Value, NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Text });
        command.Parameters.AddWithValue(draft.Cron);
        command.Parameters.AddWithValue(draft.Timezone);
        return await command.ExecuteScalarAsync(ct) as Guid?;
    }

    // Only what the call changes is checked: a schedule whose workflow has moved on can still be renamed or stopped.
    private async Task<ProblemHttpResult?> RefuseAsync(
        NpgsqlConnection connection, ScheduleDraft draft, Schedule? present, Guid pipelineId, CancellationToken ct)
    {
        if (await FindMeantAsync(connection, draft, pipelineId, ct) is { } other && other != present?.Id)
            return Exists(draft, other);
        var starts = draft.Enabled && present is not { Enabled: true };
        if (!starts && present?.Input.GetRawText() == draft.Input.GetRawText())
            return null;
        var current = await FindCurrentAsync(connection, pipelineId, ct);
        if (starts && current is null)
            return Problems.BadRequest(
                "workflow_not_published", "The workflow has no published version to run. Publish one first, or save the schedule with enabled: false.");
        return await versions.GetAsync(current ?? draft.WorkflowId, ct) is { } version && InputCheck.Check(version, draft.Input, "input") is { } errors
            ? Problems.Invalid(errors)
            : null;
    }

    private static ProblemHttpResult Exists(ScheduleDraft draft, Guid other) => Problems.Conflict(
        "schedule_exists",
        draft.Name is { } name
            ? $"Schedule {other} of this workflow has the name {name} already."
            : $"Schedule {other} of this workflow has no name either and comes at the same times.");

    private const string CurrentSql = $"SELECT c.id FROM (SELECT $1::uuid AS pipeline_id) p JOIN {TriggerTargets.CurrentVersion}";

    private static async Task<Guid?> FindCurrentAsync(NpgsqlConnection connection, Guid pipelineId, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand(CurrentSql, connection);
        command.Parameters.AddWithValue(pipelineId);
        return await command.ExecuteScalarAsync(ct) as Guid?;
    }

    private const string WriteSql = """
        INSERT INTO schedules (id, tenant_id, pipeline_id, workflow_id, name, cron, timezone, input, enabled, catch_up, overlap,
                               next_fire_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8::json, $9, $10, $11, $12)
        ON CONFLICT (id) DO UPDATE SET
            workflow_id = excluded.workflow_id, name = excluded.name, cron = excluded.cron, timezone = excluded.timezone,
            input = excluded.input, enabled = excluded.enabled, catch_up = excluded.catch_up, overlap = excluded.overlap,
            next_fire_at = excluded.next_fire_at, updated_at = now()
        """;

    private async Task<Schedule> WriteAsync(
        NpgsqlConnection connection, Schedule? present, ScheduleDraft draft, CronSchedule cron, Guid tenantId, Guid pipelineId, CancellationToken ct)
    {
        var id = present?.Id ?? ids.Next();
        await using var command = new NpgsqlCommand(WriteSql, connection);
        command.Parameters.AddWithValue(id);
        command.Parameters.AddWithValue(tenantId);
        command.Parameters.AddWithValue(pipelineId);
        command.Parameters.AddWithValue(draft.WorkflowId);
        command.Parameters.AddWithValue((object?)draft.Name ?? DBNull.Value);
        command.Parameters.AddWithValue(draft.Cron);
        command.Parameters.AddWithValue(draft.Timezone);
        command.Parameters.AddWithValue(draft.Input.GetRawText());
        command.Parameters.AddWithValue(draft.Enabled);
        command.Parameters.AddWithValue(EnumText.Of(draft.CatchUp));
        command.Parameters.AddWithValue(EnumText.Of(draft.Overlap));
        command.Parameters.AddWithValue((object?)await NextAsync(connection, present, draft, cron, ct) ?? DBNull.Value);
        await command.ExecuteNonQueryAsync(ct);
        return (await ScheduleReader.FindAsync(connection, id, tenantId, ct))!; // Just written.
    }

    private const string NowSql = "SELECT clock_timestamp()";

    // New times count from now. Where they stay, so does what is next: a change of the input must not lose a planned time
    // that has just come.
    private static async Task<DateTimeOffset?> NextAsync(
        NpgsqlConnection connection, Schedule? present, ScheduleDraft draft, CronSchedule cron, CancellationToken ct)
    {
        if (!draft.Enabled)
            return null;
        if (present is { Enabled: true } && present.Cron == draft.Cron && present.Timezone == draft.Timezone)
            return present.NextFireAt;
        await using var command = new NpgsqlCommand(NowSql, connection);
        return cron.Next(new DateTimeOffset((DateTime)(await command.ExecuteScalarAsync(ct))!)); // UTC, as all our connections.
    }
}
