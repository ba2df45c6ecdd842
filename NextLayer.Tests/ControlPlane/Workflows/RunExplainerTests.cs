using System.Text.Json;
using NextLayer.Contracts.Engine;
using NextLayer.Contracts.Runs;
using NextLayer.Contracts.Workers;
using NextLayer.Contracts.Workflows;
using NextLayer.ControlPlane.Features.Workflows.Explaining;

namespace NextLayer.Tests.ControlPlane.Workflows;

/// <summary>What is said of facts that are hard to bring about.</summary>
public sealed class RunExplainerTests
{
    private static readonly DateTimeOffset Now = new(2026, 2, 11, 12, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData(1, "Its worker was lost for the first time; it goes on with another after a pause.")]
    [InlineData(2, "Its worker was lost for the second time; it goes on with another after a pause.")]
    public void Explain_BackAfterALostWorker_SaysWhenItGoesOn(int losses, string sentence)
    {
        var explanation = RunExplainer.Explain(Facts(RunStatus.Queued) with
        {
            Run = Run(RunStatus.Queued) with { LeaseLosses = losses, RunAfter = Now.AddSeconds(2) },
            RunsAhead = null,
        });

        var reason = Assert.Single(explanation.Reasons);
        Assert.Equal((RunReasonCodes.WorkerLost, sentence, Now.AddSeconds(2)), (reason.Code, reason.Message, reason.At));
    }

    [Theory]
    [InlineData(1, "One run is claimed before it.", 1)]
    [InlineData(10_000, "10,000 runs are claimed before it.", 10_000)]
    [InlineData(10_001, "More than 10,000 runs are claimed before it.", 10_000)]
    public void Explain_RunsAhead_AreCountedUpToALimit(int ahead, string sentence, int shown)
    {
        var explanation = RunExplainer.Explain(Facts(RunStatus.Queued) with { RunsAhead = ahead });

        Assert.Equal((sentence, shown), (explanation.Summary, explanation.RunsAhead));
    }

    [Fact]
    public void Explain_PausedAndNoStepSaysWhy_TellsTheRunsOwnWord()
    {
        var facts = Facts(RunStatus.Paused) with { Run = Run(RunStatus.Paused) with { WaitReason = WaitReason.Timer, WakeAt = Now.AddHours(1) } };

        var reason = Assert.Single(RunExplainer.Explain(facts).Reasons);

        Assert.Equal((RunReasonCodes.WaitingForTime, Now.AddHours(1)), (reason.Code, reason.At));
    }

    [Theory]
    [InlineData(2, 1, 1, "Step 'each' waits for its child runs: 3 of 10 have ended, 1 of them failed, 1 are under way.")]
    [InlineData(0, 0, 5, "Step 'each' waits for its child runs: 0 of 10 have ended, 5 are under way.")]
    public void Explain_ForEach_SaysHowFarItIs(int succeeded, int failed, int running, string sentence)
    {
        var step = new StepInProgress("each", 1, IsWaiting: true, WaitReason.Children, WakeAt: null, Now) { Children = new StartedChildren(10, running, succeeded, failed) };

        Assert.Equal(sentence, RunExplainer.Explain(Facts(RunStatus.Paused) with { Open = [step] }).Summary);
    }

    [Fact]
    public void Explain_EscalatedApproval_NamesThoseWhoMayDecideNow()
    {
        var step = new StepInProgress("ok", 1, IsWaiting: true, WaitReason.Approval, WakeAt: null, Now)
        {
            Approval = new AskedPeople("Refund 12?", new Approvers { Users = ["ada"], Groups = ["finance"] }, ["grace"]),
        };

        Assert.Equal("Step 'ok' waits for an approval by ada, group finance, grace (\"Refund 12?\").", RunExplainer.Explain(Facts(RunStatus.Paused) with { Open = [step] }).Summary);
    }

    [Fact]
    public void Explain_Deadline_IsToldUntilTheRunHasEnded()
    {
        var limited = Run(RunStatus.Running) with { DeadlineAt = Now.AddHours(1) };

        Assert.Equal(Now.AddHours(1), RunExplainer.Explain(Facts(RunStatus.Running) with { Run = limited }).Reasons.Single(reason => reason.Code == RunReasonCodes.Deadline).At);
        Assert.DoesNotContain(
            RunExplainer.Explain(Facts(RunStatus.Failed) with { Run = limited with { Status = RunStatus.Failed, FinishedAt = Now } }).Reasons,
            reason => reason.Code == RunReasonCodes.Deadline);
    }

    [Fact]
    public void Explain_RunningWhileTheEngineIsStopped_SaysItIsHandedBack()
    {
        var codes = RunExplainer.Explain(Facts(RunStatus.Running) with { EngineState = EngineStates.Stopped }).Reasons.Select(reason => reason.Code);

        Assert.Contains(RunReasonCodes.DispatchStopped, codes);
    }

    [Fact]
    public void Explain_EveryState_HasAReason()
    {
        foreach (var status in Enum.GetValues<RunStatus>())
            Assert.NotEmpty(RunExplainer.Explain(Facts(status)).Summary);
    }

    private static RunFacts Facts(RunStatus status) => new()
    {
        Run = Run(status),
        Now = Now,
        EngineState = EngineStates.Running,
        Workers = new WorkerFacts(Live: 1, Willing: 1, Claiming: 1, FreeSlots: 1, LastHeardAt: Now),
        RunsAhead = status == RunStatus.Queued ? 0 : null,
    };

    private static Run Run(RunStatus status) => new()
    {
        Id = Guid.CreateVersion7(),
        TenantId = Guid.CreateVersion7(),
        PipelineVersionId = Guid.CreateVersion7(),
        PipelineId = Guid.CreateVersion7(),
        Status = status,
        TriggerType = "manual",
        Parameters = JsonElement.Parse("{}"),
        CreatedAt = Now.AddMinutes(-1),
        UpdatedAt = Now,
        Generation = 1,
        Priority = 0,
        RunAfter = Now.AddMinutes(-1),
        CancelRequested = false,
        LeaseLosses = 0,
        LastEventSeq = 1,
    };
}
