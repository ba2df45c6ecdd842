using NextLayer.Contracts.Triggers;
using NextLayer.ControlPlane.Features.Runs;
using NextLayer.ControlPlane.Platform.Database;
using NextLayer.ControlPlane.Platform.Registry;
using Npgsql;

namespace NextLayer.ControlPlane.Features.Triggers.Schedules;

/// <summary>The one place that reads a schedule for people: <see cref="SelectSql"/> and <see cref="Read"/> belong together.</summary>
internal static class ScheduleRow
{
    /// <summary>Continue with <c>WHERE s.…</c>.</summary>
    public const string SelectSql = """
        SELECT s.id, s.name, s.workflow_id, s.pipeline_id, s.cron, s.timezone, s.input, s.enabled, s.catch_up, s.overlap,
               s.next_fire_at, s.created_at, s.updated_at,
               f.planned_at, f.fired_at, f.outcome, f.run_id, r.status, f.reason, f.missed
        FROM schedules s
        LEFT JOIN LATERAL (SELECT * FROM schedule_fires WHERE schedule_id = s.id ORDER BY planned_at DESC LIMIT 1) f ON true
        LEFT JOIN pipeline_runs r ON r.id = f.run_id
        """;

    private const int FireColumn = 13;

    public static Schedule Read(NpgsqlDataReader row) => new()
    {
        Id = row.GetGuid(0),
        Name = row.GetText(1),
        WorkflowId = row.GetGuid(2),
        PipelineId = row.GetGuid(3),
        Cron = row.GetString(4),
        Timezone = row.GetString(5),
        Input = row.GetJson(6),
        Enabled = row.GetBoolean(7),
        CatchUp = EnumText.Parse<CatchUp>(row.GetString(8)),
        Overlap = EnumText.Parse<Overlap>(row.GetString(9)),
        NextFireAt = row.GetTime(10),
        CreatedAt = row.GetFieldValue<DateTimeOffset>(11),
        UpdatedAt = row.GetFieldValue<DateTimeOffset>(12),
        LastFire = row.IsDBNull(FireColumn) ? null : ReadFire(row, FireColumn),
    };

    /// <summary>Reads planned_at, fired_at, outcome, run_id, the run's status, reason and missed.</summary>
    public static ScheduleFire ReadFire(NpgsqlDataReader row, int first) => new()
    {
        PlannedAt = row.GetFieldValue<DateTimeOffset>(first),
        FiredAt = row.GetFieldValue<DateTimeOffset>(first + 1),
        Outcome = EnumText.Parse<FireOutcome>(row.GetString(first + 2)),
        RunId = row.GetId(first + 3),
        RunStatus = row.GetText(first + 4) is { } status ? WorkflowWords.Of(RunRows.Parse(status)) : null,
        Reason = row.GetText(first + 5),
        Missed = row.IsDBNull(first + 6) ? null : row.GetInt32(first + 6),
    };
}
