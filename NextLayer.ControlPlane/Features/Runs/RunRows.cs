using System.Text.Json;
using NextLayer.Contracts.Json;
using NextLayer.Contracts.Runs;
using NextLayer.ControlPlane.Platform.Database;
using Npgsql;

namespace NextLayer.ControlPlane.Features.Runs;

/// <summary>The one place that reads a run's row: <see cref="Columns"/> and <see cref="Read"/> belong together.</summary>
internal static class RunRows
{
    /// <summary>Needs <c>pipeline_runs r LEFT JOIN run_inputs i ON i.run_id = r.id</c>.</summary>
    public const string Columns = """
        r.id, r.tenant_id, r.pipeline_version_id, r.status, r.trigger_type, i.parameters, r.claimed_by, r.claimed_at,
        r.started_at, r.finished_at, r.error_message, r.created_at, r.updated_at, r.heartbeat_at, r.pipeline_id,
        r.generation, r.priority, r.run_after, r.wait_reason, r.wake_at, r.cancel_requested, r.lease_losses,
        r.last_event_seq, r.traceparent, r.parent_run_id, r.parent_step_id, r.child_index, r.deadline_at, r.rerun_of,
        r.planned_at, r.labels
        """;

    /// <summary>Number of columns; what a query adds follows from here.</summary>
    public const int Count = 31;

    public static JsonElement EmptyObject { get; } = JsonElement.Parse("{}");

    public static Run Read(NpgsqlDataReader row) => new()
    {
        Id = row.GetGuid(0),
        TenantId = row.GetGuid(1),
        PipelineVersionId = row.GetGuid(2),
        Status = Parse(row.GetString(3)),
        TriggerType = row.GetString(4),
        Parameters = row.IsDBNull(5) ? EmptyObject : row.GetJson(5),
        ClaimedBy = row.GetText(6),
        ClaimedAt = row.GetTime(7),
        StartedAt = row.GetTime(8),
        FinishedAt = row.GetTime(9),
        ErrorMessage = row.GetText(10),
        CreatedAt = row.GetFieldValue<DateTimeOffset>(11),
        UpdatedAt = row.GetFieldValue<DateTimeOffset>(12),
        HeartbeatAt = row.GetTime(13),
        PipelineId = row.GetGuid(14),
        Generation = row.GetInt32(15),
        Priority = row.GetInt16(16),
        RunAfter = row.GetFieldValue<DateTimeOffset>(17),
        WaitReason = row.IsDBNull(18) ? null : Names.ParseWaitReason(row.GetString(18)),
        WakeAt = row.GetTime(19),
        CancelRequested = row.GetBoolean(20),
        LeaseLosses = row.GetInt16(21),
        LastEventSeq = row.GetInt32(22),
        TraceParent = row.GetText(23),
        ParentRunId = row.GetId(24),
        ParentStepId = row.GetText(25),
        ChildIndex = row.IsDBNull(26) ? null : row.GetInt32(26),
        DeadlineAt = row.GetTime(27),
        RerunOf = row.GetId(28),
        PlannedAt = row.GetTime(29),
        Labels = row.IsDBNull(30) ? null : ParseLabels(row.GetString(30)),
    };

    /// <summary>Labels as they are stored, in the order in which they were given.</summary>
    public static IReadOnlyDictionary<string, string> ParseLabels(string json) =>
        JsonSerializer.Deserialize<Dictionary<string, string>>(json, NextLayerJson.Options)!; // Written by us, never the word null.

    /// <summary>The spelling of the status column, the same as on the wire.</summary>
    public static string Text(RunStatus status) => status switch
    {
        RunStatus.Queued => "QUEUED",
        RunStatus.Running => "RUNNING",
        RunStatus.Paused => "PAUSED",
        RunStatus.Succeeded => "SUCCEEDED",
        RunStatus.Failed => "FAILED",
        RunStatus.Cancelled => "CANCELLED",
        _ => throw new ArgumentOutOfRangeException(nameof(status), status, null),
    };

    public static RunStatus Parse(string text) => text switch
    {
        "QUEUED" => RunStatus.Queued,
        "RUNNING" => RunStatus.Running,
        "PAUSED" => RunStatus.Paused,
        "SUCCEEDED" => RunStatus.Succeeded,
        "FAILED" => RunStatus.Failed,
        "CANCELLED" => RunStatus.Cancelled,
        _ => throw new InvalidOperationException($"The status column holds '{text}', which this build does not know."),
    };

    public static bool IsTerminal(RunStatus status) =>
        status is RunStatus.Succeeded or RunStatus.Failed or RunStatus.Cancelled;
}
