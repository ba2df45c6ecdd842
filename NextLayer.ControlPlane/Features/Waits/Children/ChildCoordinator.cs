using System.Text.Json;
using NextLayer.Contracts.Runs;
using NextLayer.ControlPlane.Features.Events;
using NextLayer.ControlPlane.Features.Runs.Changes;
using NextLayer.ControlPlane.Features.Versions;
using NextLayer.ControlPlane.Platform.Background;
using NextLayer.ControlPlane.Platform.Database;
using Npgsql;

namespace NextLayer.ControlPlane.Features.Waits.Children;

/// <summary>
/// Drives the for-eaches: begins child runs as places become free, counts their ends, and ends the parent's step. All it
/// knows is in the database; a group is worked on under its parent's lock, so any replica may take any step of it.
/// </summary>
/// <remarks>Runs are locked parent first, then children in the order of their ids; children are younger than parents.</remarks>
internal sealed partial class ChildCoordinator(
    Databases databases, VersionCatalog versions, ChildRuns children, NewsPublisher news, NewsHub hub, TimeProvider time, ILogger<ChildCoordinator> logger)
    : PeriodicService(time, logger)
{
    private const int AtOnce = 4;

    private readonly TimeProvider time = time;
    private Task next = Task.CompletedTask;

    protected override TimeSpan Interval => TimeSpan.FromSeconds(1);

    protected override Task WaitAsync(TimeSpan delay, CancellationToken ct) => next.OrTimeoutAsync(delay, time, ct);

    public override async Task<bool> RunOnceAsync(CancellationToken ct)
    {
        next = hub.Waits.Next; // Taken before the look, so that what comes meanwhile wakes us.
        IReadOnlyList<ChildGroupKey> work;
        await using (var connection = await databases.Hot.OpenConnectionAsync(ct))
            work = await ChildGroupRows.WorkAsync(connection, ct);
        await Parallel.ForEachAsync(
            work, new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = ct }, async (key, stop) => await WorkAsync(key, stop));
        return false; // Whatever is left to do has pulsed the signal.
    }

    private async Task WorkAsync(ChildGroupKey key, CancellationToken ct)
    {
        await using var connection = await databases.Hot.OpenConnectionAsync(ct);
        await using var transaction = await connection.BeginTransactionAsync(ct);
        var parent = (await RunLocks.ByIdAsync(connection, [key.RunId], ct)).Single();
        if (await ChildGroupRows.FindAsync(connection, key, ct) is not { } group)
            return;
        var step = WaitingStepOf(parent, group);
        var (created, changed) = step is null
            ? ([], await StopAsync(connection, group, ct))
            : await AdvanceAsync(connection, parent, step, group, ct);
        await RunWriter.WriteAsync(connection, [parent], ct);
        await transaction.CommitAsync(ct);
        news.Publish(ChildRuns.HintsOf(parent.Before.TenantId, created));
        news.Publish([parent, .. changed]);
    }

    /// <summary>The parent's step, while it still waits for this group.</summary>
    private static OpenStep? WaitingStepOf(RunChange parent, ChildGroup group) =>
        group.State is "starting" or "running" && parent.Generation == group.Generation
        && parent.Open.TryGetValue(group.Key.StepId, out var step)
        && step is { Status: StepStatus.Waiting, WaitReason: WaitReason.Children } && step.Attempt == group.Attempt
            ? step
            : null;

    private static async Task<IReadOnlyList<RunChange>> StopAsync(NpgsqlConnection connection, ChildGroup group, CancellationToken ct)
    {
        await ChildGroupRows.TakeNewsAsync(connection, group.Key, ct);
        var cancelled = await ChildRuns.CancelAsync(connection, group.Key, ct);
        if (cancelled.Count == 0 && group.State != "done")
            await ChildGroupRows.UpdateAsync(connection, group with { State = "done" }, ct);
        return cancelled;
    }

    private async Task<(IReadOnlyList<Guid> Created, IReadOnlyList<RunChange> Changed)> AdvanceAsync(
        NpgsqlConnection connection, RunChange parent, OpenStep step, ChildGroup group, CancellationToken ct)
    {
        var (succeeded, failed) = await ChildGroupRows.TakeNewsAsync(connection, group.Key, ct);
        ChildTarget target;
        if (group.State == "starting")
        {
            var (begun, problem) = await BeginAsync(connection, group, ct);
            if (problem is not null)
            {
                parent.Settle(step, StepStatus.Failed, port: null, output: null, ChildResults.Error(step, problem.Value.Code, problem.Value.Message));
                return ([], []);
            }

            if (begun is null)
                return ([], await ChildRuns.CancelAsync(connection, group.Key, ct)); // Those of the earlier attempt are still on their way out.
            (group, target) = begun.Value;
        }
        else
        {
            group = group with
            {
                Running = group.Running - succeeded - failed,
                Succeeded = group.Succeeded + succeeded,
                Failed = group.Failed + failed,
            };
            target = await ChildTarget.OfRunningAsync(connection, group, ct);
        }

        IReadOnlyList<Guid> created = [];
        IReadOnlyList<RunChange> retried = [];
        if (!ChildResults.IsHopeless(group.Wait, group.Failed))
            (group, created, retried) = await StartAsync(connection, group, target, ct);
        await ChildGroupRows.UpdateAsync(connection, group, ct);
        await EndAsync(connection, parent, step, group, ct);
        return (created, retried);
    }

    /// <returns>The group with its counts, or nothing yet because children of an earlier attempt live, or why it cannot begin.</returns>
    private static async Task<((ChildGroup Group, ChildTarget Target)? Begun, (string Code, string Message)? Problem)> BeginAsync(
        NpgsqlConnection connection, ChildGroup group, CancellationToken ct)
    {
        var target = await ChildTarget.FindAsync(connection, group.Key, group.Wait, ct);
        if (target.Problem is { } problem)
            return (null, (target.Code!, problem)); // The two come together.
        var (total, succeeded, running) = await ChildGroupRows.RestartAsync(connection, group.Key, ct);
        if (total != group.Total)
            return (null, ("ITEMS_CHANGED", $"An earlier attempt had {total} items and this one has {group.Total}; a retry must have the same."));
        if (running > 0)
            return (null, null);
        return ((group with { State = "running", VersionId = target.VersionId, Running = 0, Succeeded = succeeded, Failed = 0 }, target), null);
    }

    /// <summary>Begins items until all places are taken.</summary>
    private async Task<(ChildGroup Group, IReadOnlyList<Guid> Created, IReadOnlyList<RunChange> Retried)> StartAsync(
        NpgsqlConnection connection, ChildGroup group, ChildTarget target, CancellationToken ct)
    {
        var version = await versions.GetAsync(target.VersionId, ct);
        var created = new List<Guid>();
        var retried = new List<RunChange>();
        // Items that the workflow's input schema refuses fail without a run, and their places go to the next.
        while (group.Wait.Concurrency - group.Running is > 0 and var free && group.Pending > 0 && !ChildResults.IsHopeless(group.Wait, group.Failed))
        {
            var items = await ChildGroupRows.PendingAsync(connection, group.Key, free, ct);
            if (items.Count == 0)
                break;
            var refused = items.Select(i => (i.Index, Error: Refuse(version, target, i.Item, i.Index))).Where(i => i.Error is not null).ToList();
            var taken = items.Where(i => refused.All(r => r.Index != i.Index)).ToList();
            var fresh = taken.Where(i => i.ChildId is null).ToList();
            var ids = await children.CreateAsync(connection, group.Key, target.VersionId, target.BodyPath, [.. fresh.Select(i => (i.Index, i.Item))], ct);
            created.AddRange(ids);
            retried.AddRange(await ChildRuns.RetryAsync(connection, [.. taken.Where(i => i.ChildId is not null).Select(i => i.ChildId!.Value)], ct));
            await ChildGroupRows.MarkAsync(
                connection,
                group.Key,
                [
                    .. fresh.Zip(ids, (item, id) => (item.Index, "running", (Guid?)id, (string?)null)),
                    .. taken.Where(i => i.ChildId is not null).Select(i => (i.Index, "running", i.ChildId, (string?)null)),
                    .. refused.Select(r => (r.Index, "failed", (Guid?)null, r.Error)),
                ],
                ct);
            group = group with { Running = group.Running + taken.Count, Failed = group.Failed + refused.Count };
        }

        return (group, created, retried);
    }

    private static string? Refuse(VersionInfo? version, ChildTarget target, JsonElement item, int index)
    {
        if (target.BodyPath is not null || version is null)
            return null;
        return InputCheck.Check(version, ChildRuns.ParametersOf(item, index, isBody: false), "item") is { } errors
            ? "INPUT: " + string.Join(" ", errors.Select(e => $"{e.Key} {e.Value[0]}"))
            : null;
    }

    private async Task EndAsync(NpgsqlConnection connection, RunChange parent, OpenStep step, ChildGroup group, CancellationToken ct)
    {
        if (ChildResults.IsHopeless(group.Wait, group.Failed))
        {
            var (index, error, childId) = await ChildGroupRows.FirstFailureAsync(connection, group.Key, ct);
            parent.Settle(step, StepStatus.Failed, port: null, output: null, ChildResults.ItemFailed(step, group, index, error, childId));
        }
        else if (group.Running == 0 && group.Pending == 0)
        {
            var output = await ChildResults.CollectAsync(group, ChildGroupRows.ResultsAsync(connection, group.Key, ct));
            if (output is null)
                parent.Settle(step, StepStatus.Failed, port: null, output: null, ChildResults.TooLarge(step));
            else
                parent.Settle(step, StepStatus.Completed, port: null, output);
            LogEnded(group.Key.RunId, group.Key.StepId, group.Total, group.Succeeded, group.Failed);
        }
    }

    [LoggerMessage(1601, LogLevel.Debug, "Run {RunId}, step {StepId}: all {Total} items are through, {Succeeded} succeeded, {Failed} failed")]
    private partial void LogEnded(Guid runId, string stepId, int total, int succeeded, int failed);
}
