using NextLayer.Contracts.Engine;
using NextLayer.Contracts.Runs;
using NextLayer.Contracts.Workers;
using NextLayer.Worker.Claiming;
using NextLayer.Worker.Execution;
using NextLayer.Worker.Platform;

namespace NextLayer.Worker.Reporting;

/// <summary>What the control plane's answers mean for the runs in hand; used by reports and by heartbeats.</summary>
internal sealed partial class ReportAnswers(HeldRuns held, Telemetry telemetry, ILogger<ReportAnswers> log)
{
    /// <returns>True when the run is no longer this worker's.</returns>
    public bool IsEnd(ActiveRun run, RunCompletion? sent, RunReportResult result)
    {
        switch (result.Verdict)
        {
            case ReportVerdict.Accepted or ReportVerdict.Replayed:
                return IsEnd(run, sent, result.Status, result.CancelRequested);
            case ReportVerdict.Rejected:
                return !FailInstead(run, result.Detail ?? "no reason given");
            default:
                Drop(run, result.Verdict);
                return true;
        }
    }

    private bool IsEnd(ActiveRun run, RunCompletion? sent, RunStatus? status, bool cancelRequested)
    {
        if (sent is not null)
        {
            LogEnd(run.Id, status ?? sent.Status);
            return true;
        }

        if (status is not null and not RunStatus.Running)
        {
            // Ended over there, such as at the limit of events: nothing is left to say.
            LogEnd(run.Id, status.Value);
            run.RequestStop(StopRequest.Lost);
            return true;
        }

        if (cancelRequested)
            run.RequestStop(StopRequest.Cancel);
        return false;
    }

    public void Drop(ActiveRun run, ReportVerdict verdict)
    {
        if (run.Stop == StopRequest.Lost)
            return;
        telemetry.LeaseLost(verdict);
        LogLost(run.Id, verdict);
        run.RequestStop(StopRequest.Lost);
    }

    /// <summary>A run whose news are refused cannot go on; it fails with the reason, so that somebody reads it.</summary>
    /// <returns>False when even that was refused and the run is given up.</returns>
    private bool FailInstead(ActiveRun run, string detail)
    {
        LogRejected(run.Id, detail);
        run.RequestStop(StopRequest.Lost);
        if (run.Refused)
            return false;
        run.Refused = true;
        run.Outbox.CompleteInstead(new RunCompletion
        {
            Status = RunStatus.Failed,
            ErrorMessage = $"REPORT_REJECTED: the control plane refused what the worker reported: {detail}",
        });
        return true;
    }

    public void EngineState(string state)
    {
        if (state != EngineStates.Stopped)
            return;
        foreach (var run in held.All)
            run.RequestStop(StopRequest.HandBack);
    }

    private void LogEnd(Guid runId, RunStatus status)
    {
        if (!log.IsEnabled(LogLevel.Information))
            return;
        if (status == RunStatus.Paused)
            LogParked(runId, Name(status));
        else if (status == RunStatus.Queued)
            LogReleased(runId, Name(status));
        else
            LogCompleted(runId, Name(status));
    }

    private static string Name(RunStatus status) => status switch
    {
        RunStatus.Succeeded => "SUCCEEDED",
        RunStatus.Failed => "FAILED",
        RunStatus.Cancelled => "CANCELLED",
        RunStatus.Paused => "PAUSED",
        RunStatus.Queued => "QUEUED",
        _ => "RUNNING",
    };

    [LoggerMessage(10, LogLevel.Information, "Completed run {RunId} -> {Status}", SkipEnabledCheck = true)]
    private partial void LogCompleted(Guid runId, string status);

    [LoggerMessage(11, LogLevel.Information, "Parked run {RunId} -> {Status}", SkipEnabledCheck = true)]
    private partial void LogParked(Guid runId, string status);

    [LoggerMessage(12, LogLevel.Information, "Handed back run {RunId} -> {Status}", SkipEnabledCheck = true)]
    private partial void LogReleased(Guid runId, string status);

    [LoggerMessage(13, LogLevel.Warning, "Run {RunId} is no longer ours ({Verdict}); dropped")]
    private partial void LogLost(Guid runId, ReportVerdict verdict);

    [LoggerMessage(14, LogLevel.Error, "A report of run {RunId} was rejected: {Detail}")]
    private partial void LogRejected(Guid runId, string detail);
}
