using System.Text.Json;
using NextLayer.Contracts.Runs;
using NextLayer.Contracts.Workers;
using NextLayer.ControlPlane.Features.Runs.Changes;
using NextLayer.ControlPlane.Features.Runs.Reporting;

namespace NextLayer.Tests.ControlPlane.Runs;

public sealed class RunReportRulesTests
{
    private static readonly DateTimeOffset Now = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);
    private static readonly Lease Held = new() { Epoch = 3, Token = Guid.Parse("11111111-1111-4111-8111-111111111111"), Seconds = 30 };

    [Fact]
    public void Apply_OneStepRunInOneReport_WritesThreeEventsAndEndsTheRun()
    {
        var run = Running();

        var result = Apply(run, Report([Step("a", StepStatus.Completed)], new RunCompletion { Status = RunStatus.Succeeded }));

        Assert.Equal(ReportVerdict.Accepted, result.Verdict);
        Assert.Equal(RunStatus.Succeeded, result.Status);
        Assert.Equal(["step.started", "step.completed", "run.completed"], run.Events.Select(e => e.Type));
        Assert.Equal([3, 4, 5], run.Events.Select(e => e.Seq));
        Assert.Equal("a", Assert.Single(run.Closed).StepId);
        Assert.Empty(run.WrittenOpen);
        Assert.Null(run.LeaseToken);
        Assert.Equal(Held.Token, run.LastLeaseToken);
    }

    [Theory]
    [InlineData(4, "11111111-1111-4111-8111-111111111111")]
    [InlineData(3, "22222222-2222-4222-8222-222222222222")]
    public void Apply_StaleLease_ChangesNothing(int epoch, string token)
    {
        var run = Running();
        var report = Report([Step("a", StepStatus.Completed)]) with { Lease = new Lease { Epoch = epoch, Token = Guid.Parse(token) } };

        var result = Apply(run, report);

        Assert.Equal(ReportVerdict.LeaseLost, result.Verdict);
        Assert.False(run.IsChanged);
    }

    [Fact]
    public void Apply_LastReportAgainAfterTheEnd_IsReplayed()
    {
        var report = Report([Step("a", StepStatus.Completed)], new RunCompletion { Status = RunStatus.Succeeded });
        var run = Running();
        Apply(run, report);
        var events = run.Events.Count;

        var result = Apply(run, report);

        Assert.Equal(ReportVerdict.Replayed, result.Verdict);
        Assert.Equal(RunStatus.Succeeded, result.Status);
        Assert.Equal(events, run.Events.Count);
    }

    [Fact]
    public void Apply_StrangerAfterTheEnd_IsAlreadyTerminal()
    {
        var run = Running();
        Apply(run, Report([], new RunCompletion { Status = RunStatus.Succeeded }));

        var result = Apply(run, Report([]) with { Lease = new Lease { Epoch = 2, Token = Guid.NewGuid() } });

        Assert.Equal(ReportVerdict.AlreadyTerminal, result.Verdict);
    }

    [Fact]
    public void Apply_SameStepsWithoutNumber_IsReplayed()
    {
        var run = Running();
        Apply(run, Report([Step("a", StepStatus.Running)]));

        var result = Apply(run, Report([Step("a", StepStatus.Running)]));

        Assert.Equal(ReportVerdict.Replayed, result.Verdict);
        Assert.Equal("step.started", Assert.Single(run.Events).Type);
    }

    [Fact]
    public void Apply_NumberSeenBefore_IsReplayedEvenWithLogsAlone()
    {
        var run = Running();
        var report = Report([]) with { Seq = 1, Logs = [new RunLogLine { Message = "once" }] };
        Apply(run, report);

        var result = Apply(run, report);

        Assert.Equal(ReportVerdict.Replayed, result.Verdict);
        Assert.Equal("once", Assert.Single(run.Logs).Message);
    }

    [Fact]
    public void Apply_SucceededWithOpenStep_IsRejectedAndChangesNothing()
    {
        var run = Running(new OpenStep { StepId = "a", Attempt = 1, StepType = "noop", Status = StepStatus.Running, StartedAt = Now });

        var result = Apply(run, Report([Step("b", StepStatus.Completed)], new RunCompletion { Status = RunStatus.Succeeded }));

        Assert.Equal(ReportVerdict.Rejected, result.Verdict);
        Assert.Contains("'a'", result.Detail, StringComparison.Ordinal);
        Assert.False(run.IsChanged);
    }

    [Fact]
    public void Apply_FailedWithOpenSteps_CancelsThem()
    {
        var run = Running(new OpenStep { StepId = "a", Attempt = 2, StepType = "noop", Status = StepStatus.Running, StartedAt = Now });

        Apply(run, Report([], new RunCompletion { Status = RunStatus.Failed, ErrorMessage = "boom" }));

        var closed = Assert.Single(run.Closed);
        Assert.Equal((StepStatus.Cancelled, 2), (closed.Status, closed.Attempt));
        Assert.Equal(["a"], run.RemovedOpen);
        Assert.Equal("boom", run.ErrorMessage);
    }

    [Fact]
    public void Apply_FailedWithoutMessage_IsRejected()
    {
        var run = Running();

        var result = Apply(run, Report([], new RunCompletion { Status = RunStatus.Failed }));

        Assert.Equal(ReportVerdict.Rejected, result.Verdict);
    }

    [Theory]
    [InlineData(RunStatus.Succeeded)]
    [InlineData(RunStatus.Failed)]
    [InlineData(RunStatus.Paused)]
    [InlineData(RunStatus.Queued)]
    public void Apply_CancelRequested_WinsOverWhatTheWorkerSays(RunStatus said)
    {
        var run = Running();
        run.RequestCancel("enough");

        var result = Apply(run, Report([], new RunCompletion { Status = said }));

        Assert.Equal(RunStatus.Cancelled, result.Status);
        Assert.Equal("enough", run.ErrorMessage);
    }

    [Fact]
    public void Apply_PausedWithTimer_ParksUntilTheEarliestWaitingStep()
    {
        var run = Running();
        var late = Step("late", StepStatus.Waiting) with { WaitReason = WaitReason.Timer, WakeInMs = 60_000 };
        var soon = Step("soon", StepStatus.Waiting) with { WaitReason = WaitReason.Timer, WakeInMs = 10_000 };

        Apply(run, Report([late, soon], new RunCompletion { Status = RunStatus.Paused }));

        Assert.Equal(RunStatus.Paused, run.Status);
        Assert.Equal(WaitReason.Timer, run.WaitReason);
        Assert.Equal(Now.AddSeconds(10), run.WakeAt);
        Assert.Equal(2, run.WrittenOpen.Count);
    }

    [Fact]
    public void Apply_PausedWithNothingToWaitFor_IsRejected()
    {
        var result = Apply(Running(), Report([], new RunCompletion { Status = RunStatus.Paused }));

        Assert.Equal(ReportVerdict.Rejected, result.Verdict);
    }

    [Fact]
    public void Apply_HandedBack_RequeuesWithoutCountingALoss()
    {
        var run = Running(new OpenStep { StepId = "a", Attempt = 1, StepType = "noop", Status = StepStatus.Running, StartedAt = Now });

        Apply(run, Report([], new RunCompletion { Status = RunStatus.Queued }));

        Assert.Equal((RunStatus.Queued, 0), (run.Status, run.LeaseLosses));
        Assert.Equal(StepStatus.Abandoned, Assert.Single(run.Closed).Status);
        Assert.Equal("run.requeued", run.Events[^1].Type);
    }

    [Fact]
    public void Apply_NewAttemptWhileTheOldIsOpen_AbandonsTheOld()
    {
        var run = Running(new OpenStep { StepId = "a", Attempt = 1, StepType = "noop", Status = StepStatus.Running, StartedAt = Now });

        Apply(run, Report([Step("a", StepStatus.Running, attempt: 2)]));

        Assert.Equal((1, StepStatus.Abandoned), (run.Closed[0].Attempt, run.Closed[0].Status));
        Assert.Equal(2, run.Open["a"].Attempt);
    }

    [Fact]
    public void Apply_SecondCompletionOfAStep_IsRejected()
    {
        var run = Running();
        run.KnowClosed("a", 1, completed: true);

        var result = Apply(run, Report([Step("a", StepStatus.Completed, attempt: 2)]));

        Assert.Equal(ReportVerdict.Rejected, result.Verdict);
    }

    [Fact]
    public void Apply_FailedAttemptWithRetry_TellsWhenItIsTriedAgain()
    {
        var run = Running();
        var failed = Step("a", StepStatus.Failed) with
        {
            Error = new StepError { Code = "HTTP_STATUS", Message = "503", Retryable = true },
            RetryInMs = 1500,
            DurationMs = 20,
        };

        Apply(run, Report([failed]));

        Assert.Equal(["step.started", "step.retrying"], run.Events.Select(e => e.Type));
        Assert.Equal(Now.AddMilliseconds(1500), Assert.Single(run.Closed).RetryAt);
        var payload = JsonElement.Parse(run.Events[1].Payload);
        Assert.Equal(1500, payload.GetProperty("retry_in_ms").GetDouble());
        Assert.Equal("HTTP_STATUS", payload.GetProperty("error").GetProperty("code").GetString());
    }

    [Fact]
    public void Apply_OutputOverTheLimit_IsRejected()
    {
        var output = JsonSerializer.SerializeToElement(new string('x', StepReportRules.MaxOutputBytes));

        var result = Apply(Running(), Report([Step("a", StepStatus.Completed) with { Output = output }]));

        Assert.Equal(ReportVerdict.Rejected, result.Verdict);
    }

    [Fact]
    public void Apply_TooManyEvents_FailsTheRun()
    {
        var run = new RunChange(Row() with { LastEventSeq = RunChange.MaxEvents - 3 }, Now);

        var result = Apply(run, Report([Step("a", StepStatus.Completed)]));

        Assert.Equal(RunStatus.Failed, result.Status);
        Assert.StartsWith("EVENT_LIMIT", run.ErrorMessage, StringComparison.Ordinal);
        Assert.True(run.Seq <= RunChange.MaxEvents);
    }

    private static RunReportResult Apply(RunChange run, RunReport report) => RunReportRules.Apply(run, "w1", report);

    private static RunReport Report(IReadOnlyList<StepReport> steps, RunCompletion? completion = null) =>
        new() { RunId = Row().Id, Lease = Held, Steps = steps, Completion = completion };

    private static StepReport Step(string id, StepStatus status, int attempt = 1) =>
        new() { StepId = id, StepType = "noop", Attempt = attempt, Status = status };

    private static RunChange Running(params OpenStep[] open) => new(Row(), Now, open);

    private static LockedRun Row() => new()
    {
        Id = Guid.Parse("01900000-0000-7000-8000-000000000001"),
        TenantId = Guid.Parse("01900000-0000-7000-8000-000000000002"),
        Status = RunStatus.Running,
        Generation = 1,
        LeaseEpoch = Held.Epoch,
        LeaseToken = Held.Token,
        LastEventSeq = 2,
        RunAfter = Now,
        CreatedAt = Now,
        StartedAt = Now,
        ClaimedBy = "w1",
    };
}
