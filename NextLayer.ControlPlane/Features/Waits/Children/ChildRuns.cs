using System.Text.Json;
using NextLayer.Contracts.Json;
using NextLayer.Contracts.Runs;
using NextLayer.ControlPlane.Features.Events;
using NextLayer.ControlPlane.Features.Runs;
using NextLayer.ControlPlane.Features.Runs.Changes;
using NextLayer.ControlPlane.Platform.Database;
using Npgsql;

namespace NextLayer.ControlPlane.Features.Waits.Children;

/// <summary>Makes, retries and cancels child runs within the transaction that holds their parent's lock.</summary>
internal sealed class ChildRuns(RunIds ids)
{
    // A child stands in the queue where its parent stood: what was begun is finished before what came later.
    private const string InsertSql = """
        WITH fresh AS MATERIALIZED (
            SELECT * FROM unnest($1::uuid[], $2::integer[], $3::json[]) AS c (id, child_index, parameters)
        ), inputs AS (
            INSERT INTO run_inputs (run_id, parameters) SELECT id, parameters FROM fresh
        ), events AS (
            INSERT INTO run_events (run_id, seq, type, generation, payload, created_at)
            SELECT id, 1, 'run.queued', 1, json_build_object('trigger_type', 'for_each', 'parent_run_id', $4::uuid), clock_timestamp()
            FROM fresh
        )
        INSERT INTO pipeline_runs (id, tenant_id, pipeline_id, pipeline_version_id, status, trigger_type, priority, run_after,
                                   traceparent, last_event_seq, created_at, updated_at, parent_run_id, parent_step_id,
                                   child_index, body_path, depth, planned_at)
        SELECT c.id, p.tenant_id, v.pipeline_id, v.id, 'QUEUED', 'for_each', p.priority, p.run_after,
               p.traceparent, 1, clock_timestamp(), clock_timestamp(), p.id, $5, c.child_index, $6, p.depth + 1, p.planned_at
        FROM fresh c CROSS JOIN pipeline_runs p JOIN pipeline_versions v ON v.id = $7
        WHERE p.id = $4
        """;

    // Children that live and do not know yet that they should not.
    private const string LiveSql = """
        SELECT id FROM pipeline_runs
        WHERE parent_run_id = $1 AND parent_step_id = $2 AND finished_at IS NULL AND NOT cancel_requested
        ORDER BY id LIMIT 500
        """;

    /// <summary>Queues one new run for each item; answers their ids in the items' order.</summary>
    /// <param name="bodyPath">Where the body stands; null for runs of a whole workflow.</param>
    public async Task<IReadOnlyList<Guid>> CreateAsync(
        NpgsqlConnection connection, ChildGroupKey group, Guid versionId, string? bodyPath, IReadOnlyList<(int Index, JsonElement Item)> items,
        CancellationToken ct)
    {
        if (items.Count == 0)
            return [];
        var runs = items.Select(i => (Id: ids.Next(), i.Index, Parameters: ParametersOf(i.Item, i.Index, bodyPath is not null).GetRawText())).ToList();
        await using var batch = new NpgsqlBatch(connection);
        var command = batch.Add(InsertSql).Ids(runs, r => r.Id).Integers(runs, r => r.Index).Json(runs, r => r.Parameters);
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = group.RunId });
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = group.StepId });
        command.Parameters.Add(new NpgsqlParameter<string?> { TypedValue = bodyPath, NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Text });
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = versionId });
        await batch.ExecuteNonQueryAsync(ct);
        return [.. runs.Select(r => r.Id)];
    }

    /// <summary>A body sees its item beside the parent's input; another workflow gets the item as its input.</summary>
    public static JsonElement ParametersOf(JsonElement item, int index, bool isBody) =>
        !isBody && item.ValueKind == JsonValueKind.Object
            ? item
            : JsonSerializer.SerializeToElement(new { item, index }, NextLayerJson.Options);

    /// <summary>Queues children of an earlier attempt again; what they finished stays finished.</summary>
    public static async Task<IReadOnlyList<RunChange>> RetryAsync(NpgsqlConnection connection, IReadOnlyList<Guid> children, CancellationToken ct)
    {
        if (children.Count == 0)
            return [];
        var runs = await RunLocks.ByIdAsync(connection, [.. children], ct);
        foreach (var run in runs.Where(r => r.Status is RunStatus.Failed or RunStatus.Cancelled))
            run.Retry();
        await RunWriter.WriteAsync(connection, runs, ct);
        return runs;
    }

    /// <summary>Cancels up to 500 living children.</summary>
    public static async Task<IReadOnlyList<RunChange>> CancelAsync(NpgsqlConnection connection, ChildGroupKey group, CancellationToken ct)
    {
        var live = new List<Guid>();
        await using (var command = new NpgsqlCommand(LiveSql, connection))
        {
            command.Parameters.AddWithValue(group.RunId);
            command.Parameters.AddWithValue(group.StepId);
            await using var rows = await command.ExecuteReaderAsync(ct);
            while (await rows.ReadAsync(ct))
                live.Add(rows.GetGuid(0));
        }

        if (live.Count == 0)
            return [];
        var runs = await RunLocks.ByIdAsync(connection, [.. live], ct);
        foreach (var run in runs)
            RunControlStore.Cancel(run, "the for-each that made this run has ended");
        await RunWriter.WriteAsync(connection, runs, ct);
        return runs;
    }

    /// <summary>Hints of runs that were just queued.</summary>
    public static IReadOnlyList<RunHint> HintsOf(Guid tenantId, IEnumerable<Guid> created) =>
        [.. created.Select(id => new RunHint(id, tenantId, 1, RunStatus.Queued))];
}
