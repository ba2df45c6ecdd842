using System.Text.Json;
using NextLayer.Contracts.Json;
using NextLayer.Contracts.Runs;
using NextLayer.Contracts.Workers;
using NextLayer.ControlPlane.Features.Runs;
using NextLayer.ControlPlane.Features.Runs.Changes;
using NextLayer.ControlPlane.Platform.Database;
using Npgsql;

namespace NextLayer.ControlPlane.Features.Waits;

/// <summary>
/// Writes what changed runs wait for, in the round trip and transaction that writes the runs: approvals, event waits,
/// for-each groups, and the ends of child runs. Nothing is added for runs without any of it.
/// </summary>
internal static class WaitWriter
{
    private const string EndApprovalsSql = """
        UPDATE approvals a SET status = over.status, decided_at = over.at
        FROM unnest($1::uuid[], $2::text[], $3::integer[], $4::integer[], $5::text[], $6::timestamptz[])
             AS over (run_id, step_id, generation, attempt, status, at)
        WHERE a.run_id = over.run_id AND a.step_id = over.step_id AND a.generation = over.generation
          AND a.attempt = over.attempt AND a.status = 'waiting'
        """;

    // Locked in the order of their keys, as everybody does who holds several of these rows.
    private const string EndEventWaitsSql = """
        WITH over AS MATERIALIZED (
            SELECT w.run_id, w.step_id
            FROM event_waits w JOIN unnest($1::uuid[], $2::text[]) AS o (run_id, step_id) USING (run_id, step_id)
            ORDER BY w.run_id, w.step_id FOR UPDATE OF w
        )
        DELETE FROM event_waits w USING over WHERE w.run_id = over.run_id AND w.step_id = over.step_id
        """;

    private const string EndGroupsSql = """
        UPDATE child_groups g SET state = over.state
        FROM unnest($1::uuid[], $2::text[], $3::text[]) AS over (run_id, step_id, state)
        WHERE g.run_id = over.run_id AND g.step_id = over.step_id AND g.state <> 'done'
        """;

    private const string AskSql = """
        INSERT INTO approvals (run_id, step_id, generation, attempt, tenant_id, request, requested_at, deadline_at)
        SELECT * FROM unnest($1::uuid[], $2::text[], $3::integer[], $4::integer[], $5::uuid[], $6::json[], $7::timestamptz[],
                             $8::timestamptz[])
        ON CONFLICT DO NOTHING
        """;

    private const string AwaitEventsSql = """
        INSERT INTO event_waits (run_id, step_id, generation, attempt, tenant_id, name, correlation_key, wait, since)
        SELECT * FROM unnest($1::uuid[], $2::text[], $3::integer[], $4::integer[], $5::uuid[], $6::text[], $7::text[], $8::json[],
                             $9::timestamptz[])
        """;

    // A group is begun again by the next attempt at its step: children that succeeded are kept.
    private const string BeginGroupsSql = """
        INSERT INTO child_groups (run_id, step_id, tenant_id, generation, attempt, state, wait, total)
        SELECT run_id, step_id, tenant_id, generation, attempt, 'starting', wait, total
        FROM unnest($1::uuid[], $2::text[], $3::uuid[], $4::integer[], $5::integer[], $6::json[], $7::integer[])
             AS g (run_id, step_id, tenant_id, generation, attempt, wait, total)
        ON CONFLICT (run_id, step_id) DO UPDATE SET
            generation = excluded.generation, attempt = excluded.attempt, state = 'starting', wait = excluded.wait,
            total = excluded.total
        """;

    private const string ItemsSql = """
        INSERT INTO child_items (run_id, step_id, child_index, item)
        SELECT * FROM unnest($1::uuid[], $2::text[], $3::integer[], $4::json[])
        ON CONFLICT DO NOTHING
        """;

    private const string ChildEndsSql = """
        UPDATE child_items i SET status = n.status, result = n.result, error = n.error, news = true
        FROM unnest($1::uuid[], $2::text[], $3::integer[], $4::text[], $5::json[], $6::text[])
             AS n (run_id, step_id, child_index, status, result, error)
        WHERE i.run_id = n.run_id AND i.step_id = n.step_id AND i.child_index = n.child_index
        """;

    public static void Add(NpgsqlBatch batch, IReadOnlyList<RunChange> runs)
    {
        AddEnds(batch, runs);
        AddBeginnings(batch, runs);
        AddChildEnds(batch, runs);
    }

    private static void AddEnds(NpgsqlBatch batch, IReadOnlyList<RunChange> runs)
    {
        var ended = runs.SelectMany(r => r.EndedWaits, (r, w) => (Run: r, w.Step, w.End)).ToList();
        if (ended.Count == 0)
            return;
        var approvals = ended.Where(w => w.Step.WaitReason == WaitReason.Approval).ToList();
        if (approvals.Count > 0)
            batch.Add(EndApprovalsSql)
                .Ids(approvals, w => w.Run.Id)
                .Texts(approvals, w => w.Step.StepId)
                .Integers(approvals, w => w.Run.Before.Generation)
                .Integers(approvals, w => w.Step.Attempt)
                .Texts(approvals, w => ApprovalStatusOf(w.End))
                .Times(approvals, w => w.Run.Now);
        var events = ended.Where(w => w.Step.WaitReason == WaitReason.Event).ToList();
        if (events.Count > 0)
            batch.Add(EndEventWaitsSql).Ids(events, w => w.Run.Id).Texts(events, w => w.Step.StepId);
        var groups = ended.Where(w => w.Step.WaitReason == WaitReason.Children).ToList();
        if (groups.Count > 0)
            batch.Add(EndGroupsSql)
                .Ids(groups, w => w.Run.Id)
                .Texts(groups, w => w.Step.StepId)
                .Texts(groups, w => w.End.Status == StepStatus.Completed ? "done" : "stopping");
    }

    private static string ApprovalStatusOf(ClosedStep end) => end switch
    {
        { Status: StepStatus.Completed, Port: "rejected" } or { Status: StepStatus.Failed } => "rejected",
        { Status: StepStatus.Completed } => "approved",
        _ => "cancelled",
    };

    private static void AddBeginnings(NpgsqlBatch batch, IReadOnlyList<RunChange> runs)
    {
        var begun = runs.SelectMany(r => r.BegunWaits, (r, w) => (Run: r, w.Step, w.Wait)).ToList();
        if (begun.Count == 0)
            return;
        AddApprovals(batch, [.. begun.Where(w => w.Step.WaitReason == WaitReason.Approval)]);
        AddEvents(batch, [.. begun.Where(w => w.Step.WaitReason == WaitReason.Event)]);
        AddGroups(batch, [.. begun.Where(w => w.Step.WaitReason == WaitReason.Children)]);
    }

    private static void AddApprovals(NpgsqlBatch batch, List<(RunChange Run, OpenStep Step, StepWait Wait)> waits)
    {
        if (waits.Count == 0)
            return;
        batch.Add(AskSql)
            .Ids(waits, w => w.Run.Id)
            .Texts(waits, w => w.Step.StepId)
            .Integers(waits, w => w.Run.Generation)
            .Integers(waits, w => w.Step.Attempt)
            .Ids(waits, w => w.Run.Before.TenantId)
            .Json(waits, w => Text(w.Wait.Approval ?? new ApprovalWait()))
            .Times(waits, w => w.Step.StartedAt)
            .Times(waits, w => w.Step.WakeAt);
    }

    private static void AddEvents(NpgsqlBatch batch, List<(RunChange Run, OpenStep Step, StepWait Wait)> waits)
    {
        if (waits.Count == 0)
            return;
        batch.Add(AwaitEventsSql)
            .Ids(waits, w => w.Run.Id)
            .Texts(waits, w => w.Step.StepId)
            .Integers(waits, w => w.Run.Generation)
            .Integers(waits, w => w.Step.Attempt)
            .Ids(waits, w => w.Run.Before.TenantId)
            .Texts(waits, w => w.Wait.Event!.Name) // Checked with the report.
            .Texts(waits, w => w.Wait.Event!.CorrelationKey)
            .Json(waits, w => Text(w.Wait.Event))
            .Times(waits, w => w.Step.StartedAt - Runs.Reporting.StepReportRules.Span(w.Wait.Event!.LookbackMs));
    }

    private static void AddGroups(NpgsqlBatch batch, List<(RunChange Run, OpenStep Step, StepWait Wait)> waits)
    {
        if (waits.Count == 0)
            return;
        batch.Add(BeginGroupsSql)
            .Ids(waits, w => w.Run.Id)
            .Texts(waits, w => w.Step.StepId)
            .Ids(waits, w => w.Run.Before.TenantId)
            .Integers(waits, w => w.Run.Generation)
            .Integers(waits, w => w.Step.Attempt)
            .Json(waits, w => Text(w.Wait.Children! with { Items = [] })) // Checked with the report; the items have rows of their own.
            .Integers(waits, w => w.Wait.Children!.Items.Count);
        var items = waits.SelectMany(w => w.Wait.Children!.Items, (w, item) => (w.Run.Id, w.Step.StepId, Item: item)).ToList();
        var places = waits.SelectMany(w => Enumerable.Range(0, w.Wait.Children!.Items.Count)).ToList();
        batch.Add(ItemsSql)
            .Ids(items, i => i.Id)
            .Texts(items, i => i.StepId)
            .Integers(places, i => i)
            .Json(items, i => i.Item.GetRawText());
    }

    private static void AddChildEnds(NpgsqlBatch batch, IReadOnlyList<RunChange> runs)
    {
        var ended = runs.Where(r => r.Ended && r.Before.Child is not null).ToList();
        if (ended.Count == 0)
            return;
        batch.Add(ChildEndsSql)
            .Ids(ended, r => r.Before.Child!.Value.RunId)
            .Texts(ended, r => r.Before.Child!.Value.StepId)
            .Integers(ended, r => r.Before.Child!.Value.Index)
            .Texts(ended, r => RunRows.Text(r.Status).ToLowerInvariant())
            .Json(ended, r => r.Status == RunStatus.Succeeded ? r.ChildResult : null)
            .Texts(ended, r => r.ErrorMessage);
    }

    private static string Text<T>(T wait) => JsonSerializer.Serialize(wait, NextLayerJson.Options);
}
