using NextLayer.Contracts.Access;
using NextLayer.Contracts.Runs;
using NextLayer.Contracts.Workers;
using NextLayer.ControlPlane.Features.Events;
using NextLayer.ControlPlane.Features.Runs.Reporting;
using NextLayer.ControlPlane.Platform.Access;
using NextLayer.ControlPlane.Platform.Errors;

namespace NextLayer.ControlPlane.Features.Runs;

/// <summary>What people and simple workers do to one run.</summary>
internal static class RunEndpoints
{
    public static void MapRunControl(this RouteGroupBuilder runs)
    {
        runs.MapPost("/{runId:guid}/complete", CompleteAsync).Requires(Permission.Work).OnRow(RowKind.Run, "runId").WithName("CompleteRun")
            .WithSummary("Ends a RUNNING run.").Produces<RunChanged>();
        runs.MapPost("/{runId:guid}/cancel", CancelAsync).Requires(Permission.RunsControl).OnRow(RowKind.Run, "runId").WithName("CancelRun")
            .WithSummary("Cancels a waiting run at once; asks the worker of a running one to stop.").Produces<RunChanged>();
        runs.MapPost("/{runId:guid}/retry", RetryAsync).Requires(Permission.RunsControl).OnRow(RowKind.Run, "runId").WithName("RetryRun")
            .WithSummary("Queues a FAILED run again; finished steps keep their outputs.").Produces<RunChanged>();
        runs.MapPost("/{runId:guid}/logs", AppendLogsAsync).Requires(Permission.Work).OnRow(RowKind.Run, "runId").WithName("AppendRunLogs")
            .WithSummary("Appends lines to the run's log.").Produces<LogsAppended>();
    }

    private static async Task<IResult> CompleteAsync(
        Guid runId, CompleteRunRequest request, RunReporter reporter, RunReader runs, CancellationToken ct)
    {
        if (request.Status is not (RunStatus.Succeeded or RunStatus.Failed or RunStatus.Cancelled))
            return Problems.Invalid("status", "must be SUCCEEDED, FAILED or CANCELLED.");
        if (request.Status == RunStatus.Failed && string.IsNullOrWhiteSpace(request.ErrorMessage))
            return Problems.Invalid("error_message", "is required when status is FAILED.");
        var completion = new RunCompletion { Status = request.Status, ErrorMessage = request.ErrorMessage };
        var result = await reporter.CompleteAsync(runId, request.Lease, completion, ct);
        return result.Verdict switch
        {
            ReportVerdict.Accepted or ReportVerdict.Replayed => await AnswerAsync(runId, runs, ct),
            ReportVerdict.Rejected => Problems.Conflict("completion_rejected", result.Detail ?? "The run cannot end like this now."),
            ReportVerdict.LeaseLost when request.Lease is not null =>
                Problems.Conflict("lease_lost", "lease_lost: the run is another worker's now, or back in the queue"),
            ReportVerdict.AlreadyTerminal when request.Lease is not null =>
                Problems.Conflict("already_terminal", "already_terminal: the run has ended"),
            _ => Problems.Conflict("run_not_running", "run not RUNNING or not found"),
        };
    }

    private static async Task<IResult> CancelAsync(
        Guid runId, CancelRunRequest? request, RunControlStore control, NewsPublisher news, RunReader runs, CancellationToken ct)
    {
        var (outcome, run) = await control.CancelAsync(runId, request?.Reason, ct);
        if (run is not null)
            news.Publish([run]);
        return outcome switch
        {
            ControlOutcome.NotFound => Problems.NotFound("run", runId),
            ControlOutcome.WrongState => Problems.Conflict("run_finished", $"Run {runId} has already ended; there is nothing to cancel."),
            _ => await AnswerAsync(runId, runs, ct),
        };
    }

    private static async Task<IResult> RetryAsync(
        Guid runId, RunControlStore control, NewsPublisher news, RunReader runs, CancellationToken ct)
    {
        var (outcome, run) = await control.RetryAsync(runId, ct);
        if (run is not null)
            news.Publish([run]);
        return outcome switch
        {
            ControlOutcome.NotFound => Problems.NotFound("run", runId),
            ControlOutcome.IsChild => Problems.Conflict("run_is_child", $"Run {runId} belongs to a for-each; retry its parent {run!.Before.Child!.Value.RunId}, which takes up the failed items."),
            ControlOutcome.WrongState => Problems.Conflict("run_not_failed", $"Only a FAILED run can be retried; run {runId} is {RunRows.Text(run!.Status)}."),
            _ => await AnswerAsync(runId, runs, ct),
        };
    }

    private static async Task<IResult> AppendLogsAsync(
        Guid runId, AppendLogsRequest request, RunControlStore control, NewsPublisher news, CancellationToken ct)
    {
        var (outcome, run) = await control.AppendLogsAsync(runId, request.Lines, ct);
        if (outcome == ControlOutcome.NotFound)
            return Problems.NotFound("run", runId);
        if (outcome == ControlOutcome.WrongState)
            return Problems.Conflict("event_limit", $"Run {runId} has reached its limit of events and takes no more lines.");
        news.Publish([run!]); // Done and found.
        return TypedResults.Ok(new LogsAppended { FirstLine = run!.Before.LastLogLine + 1, LastLine = run.LogLine });
    }

    private static async Task<IResult> AnswerAsync(Guid runId, RunReader runs, CancellationToken ct) =>
        await runs.FindAsync(runId, ct) is { } run ? TypedResults.Ok(new RunChanged { Run = run }) : Problems.NotFound("run", runId);
}
