using NextLayer.Contracts.Runs;
using NextLayer.ControlPlane.Features.Runs.Changes;
using NextLayer.ControlPlane.Platform.Database;

namespace NextLayer.ControlPlane.Features.Runs;

/// <summary>What became of a person's wish about a run.</summary>
internal enum ControlOutcome
{
    Done,

    /// <summary>It was so already; nothing was changed.</summary>
    AlreadySo,

    NotFound,

    /// <summary>The run's state does not allow it.</summary>
    WrongState,

    /// <summary>A child run lives with its parent; retry that.</summary>
    IsChild,
}

/// <summary>Changes that people make to one run.</summary>
internal sealed class RunControlStore(Databases databases)
{
    /// <summary>Cancels a waiting run at once and asks the worker of a running one to stop.</summary>
    public Task<(ControlOutcome Outcome, RunChange? Run)> CancelAsync(Guid runId, string? reason, CancellationToken ct) =>
        ChangeAsync(runId, run => Cancel(run, reason), ct);

    /// <summary>Queues a failed run again; finished steps keep their outputs.</summary>
    public Task<(ControlOutcome Outcome, RunChange? Run)> RetryAsync(Guid runId, CancellationToken ct) =>
        ChangeAsync(runId, Retry, ct);

    /// <summary>Appends lines to the run's log, whatever its state.</summary>
    public Task<(ControlOutcome Outcome, RunChange? Run)> AppendLogsAsync(
        Guid runId, IReadOnlyList<RunLogLine> lines, CancellationToken ct) =>
        ChangeAsync(
            runId,
            run =>
            {
                if (run.Seq >= RunChange.MaxEvents)
                    return ControlOutcome.WrongState;
                run.AddLogs(lines);
                return ControlOutcome.Done;
            },
            ct);

    internal static ControlOutcome Cancel(RunChange run, string? reason)
    {
        switch (run.Status)
        {
            case RunStatus.Cancelled:
                return ControlOutcome.AlreadySo;
            case RunStatus.Succeeded or RunStatus.Failed:
                return ControlOutcome.WrongState;
            case RunStatus.Running when run.CancelRequested:
                return ControlOutcome.AlreadySo;
            case RunStatus.Running:
                run.RequestCancel(reason);
                return ControlOutcome.Done;
            default:
                run.End(RunStatus.Cancelled, reason);
                return ControlOutcome.Done;
        }
    }

    private static ControlOutcome Retry(RunChange run)
    {
        if (run.Before.Child is not null)
            return ControlOutcome.IsChild;
        if (run.Status != RunStatus.Failed || run.Seq + 2 > RunChange.MaxEvents)
            return ControlOutcome.WrongState;
        run.Retry();
        return ControlOutcome.Done;
    }

    private async Task<(ControlOutcome Outcome, RunChange? Run)> ChangeAsync(
        Guid runId, Func<RunChange, ControlOutcome> change, CancellationToken ct)
    {
        await using var connection = await databases.Hot.OpenConnectionAsync(ct);
        await using var transaction = await connection.BeginTransactionAsync(ct);
        var run = (await RunLocks.ByIdAsync(connection, [runId], ct)).SingleOrDefault();
        if (run is null)
            return (ControlOutcome.NotFound, null);
        var outcome = change(run);
        await RunWriter.WriteAsync(connection, [run], ct);
        await transaction.CommitAsync(ct);
        return (outcome, run);
    }
}
