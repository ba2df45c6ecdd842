using NextLayer.Contracts.Runs;
using NextLayer.Contracts.Workers;

namespace NextLayer.Tests.Worker.Support;

/// <summary>What a report does to a run: the promises of the contracts, kept in memory.</summary>
internal static class FakeRules
{
    public static RunReportResult Apply(FakeRun run, RunReport report, DateTimeOffset now)
    {
        if (run.Token != report.Lease.Token || run.Epoch != report.Lease.Epoch)
            return Answer(run, Stranger(run, report));
        if (report.Seq is { } seq && seq <= run.LastSeq)
            return Answer(run, ReportVerdict.Replayed);
        if (report.Steps.Select(s => Problem(run, s)).FirstOrDefault(p => p is not null) is { } problem)
            return Answer(run, ReportVerdict.Rejected, problem);

        foreach (var step in report.Steps)
            Apply(run, step, now);
        run.Logs.AddRange(report.Logs);
        run.Reports.Add(report);
        run.LastSeq = report.Seq ?? run.LastSeq;
        if (report.Completion is { } completion && Objection(run, completion) is { } objection)
            return Answer(run, ReportVerdict.Rejected, objection);
        if (report.Completion is not null)
            Complete(run, report.Completion, now);
        return Answer(run, ReportVerdict.Accepted);
    }

    private static ReportVerdict Stranger(FakeRun run, RunReport report) =>
        run.Status != RunStatus.Running && run.LastToken == report.Lease.Token && run.Epoch == report.Lease.Epoch ? ReportVerdict.Replayed
        : run.Status is RunStatus.Succeeded or RunStatus.Failed or RunStatus.Cancelled ? ReportVerdict.AlreadyTerminal
        : ReportVerdict.LeaseLost;

    private static string? Problem(FakeRun run, StepReport step)
    {
        var earlier = run.Of(step.StepId).Where(a => a.Generation == run.Generation).ToList();
        if (earlier.Any(a => a.Status == StepStatus.Completed && a.Attempt != step.Attempt))
            return $"{step.StepId} was completed by another attempt";
        if (earlier.FirstOrDefault(a => a.Attempt == step.Attempt) is { IsOpen: false })
            return $"attempt {step.Attempt} of {step.StepId} is closed";
        return step.Status switch
        {
            StepStatus.Failed when step.Error is null => "failed without error",
            StepStatus.Waiting when step.WaitReason is null => "waiting without reason",
            _ => null,
        };
    }

    private static void Apply(FakeRun run, StepReport step, DateTimeOffset now)
    {
        var at = now - TimeSpan.FromMilliseconds(step.AgeMs);
        var attempt = run.Of(step.StepId).FirstOrDefault(a => a.Generation == run.Generation && a.Attempt == step.Attempt);
        if (attempt is null)
        {
            foreach (var open in run.Of(step.StepId).Where(a => a.IsOpen))
                open.Status = StepStatus.Abandoned;
            attempt = new FakeAttempt
            {
                StepId = step.StepId,
                StepType = step.StepType,
                Generation = run.Generation,
                Attempt = step.Attempt,
                Epoch = run.Epoch,
                StartedAt = at - TimeSpan.FromMilliseconds(step.DurationMs ?? 0),
            };
            run.Attempts.Add(attempt);
        }

        attempt.Status = step.Status;
        attempt.Output = step.Output;
        attempt.Port = step.Port;
        attempt.Error = step.Error;
        attempt.DurationMs = step.DurationMs;
        attempt.RetryAt = step.RetryInMs is { } retry ? at + TimeSpan.FromMilliseconds(retry) : null;
        attempt.WaitReason = step.WaitReason;
        attempt.WakeAt = step.WakeInMs is { } wake ? at + TimeSpan.FromMilliseconds(wake) : step.WakeAt;
    }

    private static string? Objection(FakeRun run, RunCompletion completion)
    {
        var open = run.Attempts.Where(a => a.IsOpen).ToList();
        return completion.Status switch
        {
            _ when run.CancelRequested => null,
            RunStatus.Succeeded when open.Count > 0 => $"{open[0].StepId} is still open",
            RunStatus.Failed when string.IsNullOrEmpty(completion.ErrorMessage) => "FAILED without message",
            RunStatus.Paused when open.Any(a => a.Status == StepStatus.Running) => "paused while a step runs",
            RunStatus.Paused when open.Count == 0 && completion.WakeInMs is null => "nothing would wake the run",
            RunStatus.Running => "RUNNING is no completion",
            _ => null,
        };
    }

    private static void Complete(FakeRun run, RunCompletion completion, DateTimeOffset now)
    {
        run.LastToken = run.Token;
        run.Token = null;
        run.Status = run.CancelRequested ? RunStatus.Cancelled : completion.Status;
        run.ErrorMessage = completion.ErrorMessage;
        var left = run.Status == RunStatus.Queued ? StepStatus.Abandoned : StepStatus.Cancelled;
        foreach (var attempt in run.Attempts.Where(a => a.IsOpen))
        {
            if (run.Status is RunStatus.Failed or RunStatus.Cancelled || (run.Status == RunStatus.Queued && attempt.Status == StepStatus.Running))
                attempt.Status = left;
        }

        run.WakeAt = run.Status != RunStatus.Paused ? null : Earliest(
            run.Attempts.Where(a => a.Status == StepStatus.Waiting).Select(a => a.WakeAt),
            completion.WakeInMs is { } wake ? now + TimeSpan.FromMilliseconds(wake) : null);
    }

    private static DateTimeOffset? Earliest(IEnumerable<DateTimeOffset?> times, DateTimeOffset? other) => times.Append(other).Min();

    private static RunReportResult Answer(FakeRun run, ReportVerdict verdict, string? detail = null) => new()
    {
        RunId = run.Id,
        Verdict = verdict,
        Status = run.Status,
        CancelRequested = run.CancelRequested && run.Status == RunStatus.Running,
        Detail = detail,
    };
}
