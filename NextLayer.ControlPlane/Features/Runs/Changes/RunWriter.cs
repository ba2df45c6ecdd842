using NextLayer.ControlPlane.Features.Waits;
using NextLayer.ControlPlane.Platform.Database;
using Npgsql;

namespace NextLayer.ControlPlane.Features.Runs.Changes;

/// <summary>Writes any number of changed runs with a fixed number of statements, in one round trip.</summary>
internal static class RunWriter
{
    private const string EventsSql = """
        INSERT INTO run_events (run_id, seq, type, generation, step_id, payload, created_at)
        SELECT * FROM unnest($1::uuid[], $2::integer[], $3::text[], $4::integer[], $5::text[], $6::json[], $7::timestamptz[])
        """;

    private const string ClosedStepsSql = """
        INSERT INTO step_runs (run_id, generation, step_id, attempt, step_type, status, port, worker_id, output, error,
                               retry_at, started_at, finished_at)
        SELECT * FROM unnest($1::uuid[], $2::integer[], $3::text[], $4::integer[], $5::text[], $6::text[], $7::text[],
                             $8::text[], $9::json[], $10::json[], $11::timestamptz[], $12::timestamptz[], $13::timestamptz[])
        """;

    private const string RemoveOpenStepsSql = """
        DELETE FROM open_steps o USING unnest($1::uuid[], $2::text[]) AS gone (run_id, step_id)
        WHERE o.run_id = gone.run_id AND o.step_id = gone.step_id
        """;

    private const string OpenStepsSql = """
        INSERT INTO open_steps (run_id, generation, step_id, attempt, step_type, status, worker_id, wait_reason, wake_at, started_at)
        SELECT * FROM unnest($1::uuid[], $2::integer[], $3::text[], $4::integer[], $5::text[], $6::text[], $7::text[],
                             $8::text[], $9::timestamptz[], $10::timestamptz[])
        ON CONFLICT (run_id, step_id) DO UPDATE SET
            generation = excluded.generation, attempt = excluded.attempt, step_type = excluded.step_type,
            status = excluded.status, worker_id = excluded.worker_id, wait_reason = excluded.wait_reason,
            wake_at = excluded.wake_at, started_at = excluded.started_at
        """;

    private const string LogsSql = """
        INSERT INTO run_logs (run_id, line, ts, level, message, source, step_id, attempt, meta)
        SELECT * FROM unnest($1::uuid[], $2::integer[], $3::timestamptz[], $4::text[], $5::text[], $6::text[], $7::text[],
                             $8::integer[], $9::json[])
        """;

    // A change never gives a lease, it only keeps or ends one; giving is the claim's.
    private const string RunsSql = """
        UPDATE pipeline_runs r SET
            status = n.status,
            generation = n.generation,
            lease_token = CASE WHEN n.status = 'RUNNING' THEN r.lease_token END,
            lease_seconds = CASE WHEN n.status = 'RUNNING' THEN r.lease_seconds END,
            lease_expires_at = CASE WHEN n.status = 'RUNNING' THEN r.lease_expires_at END,
            last_lease_token = n.last_lease_token,
            last_report_seq = n.last_report_seq,
            lease_losses = n.lease_losses,
            cancel_requested = n.cancel_requested,
            last_event_seq = n.last_event_seq,
            last_log_line = n.last_log_line,
            steps_recorded = n.steps_recorded,
            error_message = n.error_message,
            wait_reason = n.wait_reason,
            wake_at = n.wake_at,
            run_after = n.run_after,
            settled_outside = n.settled_outside,
            started_at = CASE WHEN n.generation = r.generation THEN r.started_at END,
            deadline_at = CASE WHEN n.generation = r.generation THEN r.deadline_at END,
            finished_at = CASE WHEN n.status NOT IN ('SUCCEEDED', 'FAILED', 'CANCELLED') THEN NULL
                               ELSE coalesce(r.finished_at, n.now) END,
            updated_at = n.now
        FROM unnest($1::uuid[], $2::text[], $3::integer[], $4::uuid[], $5::integer[], $6::smallint[], $7::boolean[],
                    $8::integer[], $9::integer[], $10::integer[], $11::text[], $12::text[], $13::timestamptz[],
                    $14::timestamptz[], $15::timestamptz[], $16::integer[])
             AS n (id, status, generation, last_lease_token, last_report_seq, lease_losses, cancel_requested,
                   last_event_seq, last_log_line, steps_recorded, error_message, wait_reason, wake_at, run_after, now,
                   settled_outside)
        WHERE r.id = n.id
        """;

    /// <summary>Runs within the transaction that holds the runs' locks.</summary>
    public static async Task WriteAsync(NpgsqlConnection connection, IEnumerable<RunChange> runs, CancellationToken ct)
    {
        var changed = runs.Where(r => r.IsChanged).ToList();
        if (changed.Count == 0)
            return;
        await using var batch = new NpgsqlBatch(connection);
        AddEvents(batch, changed);
        AddClosedSteps(batch, changed);
        AddOpenSteps(batch, changed);
        AddLogs(batch, changed);
        WaitWriter.Add(batch, changed);
        AddRuns(batch, changed);
        await batch.ExecuteNonQueryAsync(ct);
    }

    private static void AddEvents(NpgsqlBatch batch, List<RunChange> runs)
    {
        var rows = runs.SelectMany(r => r.Events, (r, e) => (r.Id, Event: e)).ToList();
        if (rows.Count == 0)
            return;
        batch.Add(EventsSql)
            .Ids(rows, r => r.Id)
            .Integers(rows, r => r.Event.Seq)
            .Texts(rows, r => r.Event.Type)
            .Integers(rows, r => r.Event.Generation)
            .Texts(rows, r => r.Event.StepId)
            .Json(rows, r => r.Event.Payload)
            .Times(rows, r => r.Event.At);
    }

    private static void AddClosedSteps(NpgsqlBatch batch, List<RunChange> runs)
    {
        var rows = runs.SelectMany(r => r.Closed, (r, s) => (Run: r, Step: s)).ToList();
        if (rows.Count == 0)
            return;
        batch.Add(ClosedStepsSql)
            .Ids(rows, r => r.Run.Id)
            .Integers(rows, r => r.Run.Generation)
            .Texts(rows, r => r.Step.StepId)
            .Integers(rows, r => r.Step.Attempt)
            .Texts(rows, r => r.Step.StepType)
            .Texts(rows, r => Names.Of(r.Step.Status))
            .Texts(rows, r => r.Step.Port)
            .Texts(rows, r => r.Step.WorkerId)
            .Json(rows, r => r.Step.Output)
            .Json(rows, r => r.Step.Error)
            .Times(rows, r => r.Step.RetryAt)
            .Times(rows, r => r.Step.StartedAt)
            .Times(rows, r => r.Step.FinishedAt);
    }

    private static void AddOpenSteps(NpgsqlBatch batch, List<RunChange> runs)
    {
        var gone = runs.SelectMany(r => r.RemovedOpen, (r, stepId) => (r.Id, StepId: stepId)).ToList();
        if (gone.Count > 0)
            batch.Add(RemoveOpenStepsSql).Ids(gone, r => r.Id).Texts(gone, r => r.StepId);

        var rows = runs.SelectMany(r => r.WrittenOpen, (r, s) => (Run: r, Step: s)).ToList();
        if (rows.Count == 0)
            return;
        batch.Add(OpenStepsSql)
            .Ids(rows, r => r.Run.Id)
            .Integers(rows, r => r.Run.Generation)
            .Texts(rows, r => r.Step.StepId)
            .Integers(rows, r => r.Step.Attempt)
            .Texts(rows, r => r.Step.StepType)
            .Texts(rows, r => Names.Of(r.Step.Status))
            .Texts(rows, r => r.Step.WorkerId)
            .Texts(rows, r => r.Step.WaitReason is { } reason ? Names.Of(reason) : null)
            .Times(rows, r => r.Step.WakeAt)
            .Times(rows, r => r.Step.StartedAt);
    }

    private static void AddLogs(NpgsqlBatch batch, List<RunChange> runs)
    {
        var rows = runs.SelectMany(r => r.Logs, (r, l) => (r.Id, Log: l)).ToList();
        if (rows.Count == 0)
            return;
        batch.Add(LogsSql)
            .Ids(rows, r => r.Id)
            .Integers(rows, r => r.Log.Line)
            .Times(rows, r => r.Log.Ts)
            .Texts(rows, r => r.Log.Level)
            .Texts(rows, r => r.Log.Message)
            .Texts(rows, r => r.Log.Source)
            .Texts(rows, r => r.Log.StepId)
            .Integers(rows, r => r.Log.Attempt)
            .Json(rows, r => r.Log.Meta);
    }

    private static void AddRuns(NpgsqlBatch batch, List<RunChange> runs) =>
        batch.Add(RunsSql)
            .Ids(runs, r => r.Id)
            .Texts(runs, r => RunRows.Text(r.Status))
            .Integers(runs, r => r.Generation)
            .Ids(runs, r => r.LastLeaseToken)
            .Integers(runs, r => r.LastReportSeq)
            .SmallIntegers(runs, r => (short)r.LeaseLosses)
            .Booleans(runs, r => r.CancelRequested)
            .Integers(runs, r => r.Seq)
            .Integers(runs, r => r.LogLine)
            .Integers(runs, r => r.StepsRecorded)
            .Texts(runs, r => r.ErrorMessage)
            .Texts(runs, r => r.WaitReason is { } reason ? Names.Of(reason) : null)
            .Times(runs, r => r.WakeAt)
            .Times(runs, r => r.RunAfter)
            .Times(runs, r => r.Now)
            .Integers(runs, r => r.SettledOutside);
}
