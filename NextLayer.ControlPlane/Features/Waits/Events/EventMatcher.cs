using NextLayer.Contracts.Runs;
using NextLayer.ControlPlane.Features.Events;
using NextLayer.ControlPlane.Features.Runs.Changes;
using NextLayer.ControlPlane.Platform.Background;
using NextLayer.ControlPlane.Platform.Database;
using Npgsql;

namespace NextLayer.ControlPlane.Features.Waits.Events;

/// <summary>
/// Brings events and waits together. An event that has been stored marks the waits it may be about, and a marked wait is
/// looked at with all events it may be about. Both sides write first and then look, each in a transaction of its own, so
/// whichever was first, one of them sees the other; a crash in between leaves the mark, and any replica goes on.
/// </summary>
internal sealed class EventMatcher(Databases databases, NewsPublisher news, NewsHub hub, TimeProvider time, ILogger<EventMatcher> logger)
    : PeriodicService(time, logger)
{
    private const int EventsPage = 500;
    private const int WaitsPage = 100;

    // Waits are locked in the order of their keys, as everybody does who holds several of them.
    private const string DeliverSql = """
        WITH fresh AS MATERIALIZED (
            SELECT tenant_id, id, name, correlation_key, received_at FROM events
            WHERE NOT delivered ORDER BY received_at LIMIT 500 FOR UPDATE SKIP LOCKED
        ), concerned AS MATERIALIZED (
            SELECT w.run_id, w.step_id FROM event_waits w
            WHERE (w.run_id, w.step_id) IN (
                SELECT o.run_id, o.step_id FROM fresh e
                JOIN event_waits o ON o.tenant_id = e.tenant_id AND o.name = e.name AND o.since <= e.received_at
                     AND (o.correlation_key IS NULL OR o.correlation_key = e.correlation_key))
            ORDER BY w.run_id, w.step_id FOR UPDATE
        ), marked AS (
            UPDATE event_waits w SET checked = false FROM concerned c WHERE w.run_id = c.run_id AND w.step_id = c.step_id
        )
        UPDATE events e SET delivered = true FROM fresh WHERE e.tenant_id = fresh.tenant_id AND e.id = fresh.id
        """;

    private const string MarkedSql = "SELECT DISTINCT run_id FROM event_waits WHERE NOT checked ORDER BY run_id LIMIT 100";

    private readonly TimeProvider time = time;
    private Task next = Task.CompletedTask;

    protected override TimeSpan Interval => TimeSpan.FromSeconds(1);

    protected override Task WaitAsync(TimeSpan delay, CancellationToken ct) => next.OrTimeoutAsync(delay, time, ct);

    public override async Task<bool> RunOnceAsync(CancellationToken ct)
    {
        next = hub.Waits.Next; // Taken before the look, so that what comes meanwhile wakes us.
        await using var connection = await databases.Hot.OpenConnectionAsync(ct);
        var delivered = await DeliverAsync(connection, ct);
        var looked = await LookAsync(connection, ct);
        return delivered || looked;
    }

    private static async Task<bool> DeliverAsync(NpgsqlConnection connection, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand(DeliverSql, connection);
        return await command.ExecuteNonQueryAsync(ct) >= EventsPage;
    }

    private async Task<bool> LookAsync(NpgsqlConnection connection, CancellationToken ct)
    {
        var marked = await ReadMarkedAsync(connection, ct);
        if (marked.Length == 0)
            return false;
        await using var transaction = await connection.BeginTransactionAsync(ct);
        var runs = await RunLocks.FindAsync(
            connection, "id = ANY($1) ORDER BY id", [new NpgsqlParameter<Guid[]> { TypedValue = marked }], ct);
        if (runs.Count == 0)
            return false; // All in others' hands; they are marked still.
        var ids = runs.Select(r => r.Id).ToArray();
        var waits = await EventWaitRows.LockUncheckedAsync(connection, ids, ct);
        foreach (var (run, step, events) in await FindFittingAsync(connection, ids, runs, waits, ct))
            EventRules.Settle(run, step, events);
        await EventWaitRows.MarkCheckedAsync(connection, ids, ct);
        await RunWriter.WriteAsync(connection, runs, ct);
        await transaction.CommitAsync(ct);
        news.Publish(runs);
        return marked.Length == WaitsPage;
    }

    private static async Task<Guid[]> ReadMarkedAsync(NpgsqlConnection connection, CancellationToken ct)
    {
        var ids = new List<Guid>();
        await using var command = new NpgsqlCommand(MarkedSql, connection);
        await using var rows = await command.ExecuteReaderAsync(ct);
        while (await rows.ReadAsync(ct))
            ids.Add(rows.GetGuid(0));
        return [.. ids];
    }

    /// <summary>The waits that have all the events they need.</summary>
    private static async Task<List<(RunChange Run, OpenStep Step, IReadOnlyList<ArrivedEvent> Events)>> FindFittingAsync(
        NpgsqlConnection connection, Guid[] ids, List<RunChange> runs, Dictionary<(Guid RunId, string StepId), PendingEventWait> waits,
        CancellationToken ct)
    {
        var open = new Dictionary<(Guid, string), (RunChange Run, OpenStep Step, EventRules.Matcher Matcher, int Count, List<ArrivedEvent> Events)>();
        foreach (var run in runs)
        {
            foreach (var step in run.Open.Values.Where(s => s.Status == StepStatus.Waiting))
            {
                if (waits.TryGetValue((run.Id, step.StepId), out var wait) && wait.Attempt == step.Attempt && wait.Generation == run.Generation)
                    open[(run.Id, step.StepId)] = (run, step, new EventRules.Matcher(wait.Wait), wait.Wait.Count, []);
            }
        }

        await EventWaitRows.ReadArrivedAsync(
            connection,
            ids,
            (runId, stepId, arrived) =>
            {
                if (open.TryGetValue((runId, stepId), out var wait) && wait.Events.Count < wait.Count && wait.Matcher.Fits(arrived))
                    wait.Events.Add(arrived);
            },
            ct);
        return [.. open.Values.Where(w => w.Events.Count >= w.Count).Select(w => (w.Run, w.Step, (IReadOnlyList<ArrivedEvent>)w.Events))];
    }
}
