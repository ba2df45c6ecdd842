using NextLayer.Contracts.Runs;
using NextLayer.Contracts.Workers;
using NextLayer.ControlPlane.Features.Runs.Changes;

namespace NextLayer.ControlPlane.Features.Runs.Reporting;

/// <summary>
/// What a worker's report does to its run: who may write, what is a repeat, what follows from each transition.
/// Works in memory on a locked run, so that all of it can be tested without a database.
/// </summary>
internal static class RunReportRules
{
    /// <summary>Applies a report as a whole, or answers why nothing was changed.</summary>
    public static RunReportResult Apply(RunChange run, string workerId, RunReport report)
    {
        if (RefuseStranger(run, report.Lease) is { } refusal)
            return Answer(run, refusal);
        if (report.Seq is { } seq && seq <= run.LastReportSeq)
            return Answer(run, ReportVerdict.Replayed);
        if (StepReportRules.Check(run, report) is { } problem)
            return Answer(run, ReportVerdict.Rejected, problem);

        var news = report.Steps.Where(s => !StepReportRules.IsKnown(run, s)).ToList();
        if (report.Seq is null && report.Steps.Count > 0 && news.Count == 0 && report.Completion is null)
            return Answer(run, ReportVerdict.Replayed);
        // Completions are checked against the run as the report's own steps leave it.
        if (report.Completion is { } completion && CheckCompletion(run, news, completion) is { } objection)
            return Answer(run, ReportVerdict.Rejected, objection);

        run.LastReportSeq = report.Seq ?? run.LastReportSeq;
        run.Touch();
        if (run.Seq + (news.Count * 2) + 2 > RunChange.MaxEvents)
        {
            run.End(RunStatus.Failed, $"EVENT_LIMIT: the run reached {RunChange.MaxEvents} events");
            return Answer(run, ReportVerdict.Accepted);
        }

        foreach (var step in news)
            StepReportRules.Apply(run, workerId, step);
        run.AddLogs(report.Logs);
        if (report.Completion is not null)
            Complete(run, report.Completion);
        return Answer(run, ReportVerdict.Accepted);
    }

    /// <summary>Applies a completion by a caller without a lease (a person, a simple script): the run only has to be RUNNING.</summary>
    public static RunReportResult CompleteByHand(RunChange run, RunCompletion completion)
    {
        if (run.Status != RunStatus.Running)
            return Answer(run, RunRows.IsTerminal(run.Status) ? ReportVerdict.AlreadyTerminal : ReportVerdict.LeaseLost);
        if (CheckCompletion(run, [], completion) is { } objection)
            return Answer(run, ReportVerdict.Rejected, objection);
        Complete(run, completion);
        return Answer(run, ReportVerdict.Accepted);
    }

    private static ReportVerdict? RefuseStranger(RunChange run, Lease lease)
    {
        if (run.LeaseToken == lease.Token && run.Before.LeaseEpoch == lease.Epoch)
            return null;
        if (run.Status != RunStatus.Running && run.LastLeaseToken == lease.Token && run.Before.LeaseEpoch == lease.Epoch)
            return ReportVerdict.Replayed; // Its own last report came twice, or the answer to it was lost.
        return RunRows.IsTerminal(run.Status) ? ReportVerdict.AlreadyTerminal : ReportVerdict.LeaseLost;
    }

    private static string? CheckCompletion(RunChange run, List<StepReport> steps, RunCompletion completion)
    {
        if (run.CancelRequested)
            return null; // Whatever the worker says, the run will be CANCELLED.
        var open = StepReportRules.OpenAfter(run, steps);
        return completion.Status switch
        {
            RunStatus.Succeeded when open.Count > 0 =>
                $"step '{open.Keys.First()}' is still open; report its end before or with SUCCEEDED",
            RunStatus.Failed when string.IsNullOrWhiteSpace(completion.ErrorMessage) => "error_message is required when status is FAILED",
            RunStatus.Paused when open.FirstOrDefault(s => s.Value == StepStatus.Running).Key is { } running =>
                $"step '{running}' is still running; a paused run holds no worker",
            RunStatus.Paused when open.Count == 0 && completion.WakeInMs is null && run.SettledOutside <= completion.SettledSeen =>
                "nothing would wake the run: no step is waiting and wake_in_ms is absent",
            RunStatus.Running => "status must be SUCCEEDED, FAILED, CANCELLED, PAUSED or QUEUED",
            _ => null,
        };
    }

    private static void Complete(RunChange run, RunCompletion completion)
    {
        if (run.CancelRequested)
            run.End(RunStatus.Cancelled, run.ErrorMessage); // Set by the request, as its reason.
        else if (completion.Status == RunStatus.Paused && run.SettledOutside > completion.SettledSeen)
            run.Requeue("woken"); // What it would wait for came before it slept.
        else if (completion.Status == RunStatus.Paused)
            Park(run, completion);
        else if (completion.Status == RunStatus.Queued)
        {
            run.CloseOpenSteps(StepStatus.Abandoned, s => s.Status == StepStatus.Running);
            run.Requeue("released");
        }
        else
        {
            run.ChildResult = completion.Result?.GetRawText();
            run.End(completion.Status, completion.ErrorMessage is { } message ? LogRows.Cut(message) : null);
        }
    }

    private static void Park(RunChange run, RunCompletion completion)
    {
        var due = run.Open.Values.Select(s => s.WakeAt).Where(at => at is not null).ToList();
        if (completion.WakeInMs is { } wakeIn)
            due.Add(run.Now + StepReportRules.Span(wakeIn));
        var wakeAt = due.Count > 0 ? due.Min() : null;
        // Waiting for somebody says more to an operator than the timer that would end the wait.
        var reason = run.Open.Values.Select(s => s.WaitReason).Order().FirstOrDefault(r => r is not null) ?? WaitReason.Timer;
        run.Pause(reason, wakeAt);
    }

    private static RunReportResult Answer(RunChange run, ReportVerdict verdict, string? detail = null) => new()
    {
        RunId = run.Id,
        Verdict = verdict,
        Status = run.Status,
        CancelRequested = run.CancelRequested && run.Status == RunStatus.Running,
        Detail = detail,
    };
}
