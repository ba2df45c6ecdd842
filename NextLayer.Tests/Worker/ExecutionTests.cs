using NextLayer.Contracts.Runs;
using NextLayer.Tests.Worker.Support;
using NextLayer.Worker.Execution;

namespace NextLayer.Tests.Worker;

/// <summary>Runs executed by a whole worker against a control plane that keeps its promises.</summary>
public sealed class ExecutionTests
{
    [Fact]
    public async Task Run_OneStepThatDoesNothing_NeedsOneReport()
    {
        await using var controlPlane = await FakeControlPlane.StartAsync();
        var id = controlPlane.Add("""{"steps": ["only"]}""");
        await using var worker = await TestWorker.StartAsync(controlPlane);

        var run = await controlPlane.UntilAsync(id, RunStatus.Succeeded);

        var report = Assert.Single(run.Reports);
        var step = Assert.Single(report.Steps);
        Assert.Equal((StepStatus.Completed, 1), (step.Status, step.Attempt));
        Assert.Equal(RunStatus.Succeeded, report.Completion?.Status);
    }

    [Fact]
    public async Task Run_EmptyDefinition_Succeeds()
    {
        await using var controlPlane = await FakeControlPlane.StartAsync();
        var id = controlPlane.Add("{}");
        await using var worker = await TestWorker.StartAsync(controlPlane);

        var run = await controlPlane.UntilAsync(id, RunStatus.Succeeded);

        Assert.Empty(run.Attempts);
    }

    [Fact]
    public async Task Run_TellsOfItsClaimAndItsEnd()
    {
        await using var controlPlane = await FakeControlPlane.StartAsync();
        var worker = await TestWorker.StartAsync(controlPlane);
        var id = controlPlane.Add("""{"steps": ["a"]}""");

        await controlPlane.UntilAsync(id, RunStatus.Succeeded);
        await worker.DisposeAsync();

        Assert.Contains($"Claimed run {id} -> RUNNING", worker.Lines.All);
        Assert.Contains($"Completed run {id} -> SUCCEEDED", worker.Lines.All);
        Assert.Contains("No queued runs. Sleeping...", worker.Lines.All);
    }

    [Fact]
    public async Task Run_StepsSideBySide_RunTogetherAndJoin()
    {
        await using var controlPlane = await FakeControlPlane.StartAsync();
        var probe = new ProbeStep();
        var id = controlPlane.Add("""
            {"steps": [{"id": "a", "type": "probe", "needs": []}, {"id": "b", "type": "probe", "needs": []},
                       {"id": "c", "needs": ["a", "b"]}]}
            """);
        await using var worker = await TestWorker.StartAsync(controlPlane, null, probe);

        await probe.StartedAsync("a");
        await probe.StartedAsync("b");
        await controlPlane.UntilStepAsync(id, "a", StepStatus.Running);
        probe.Complete("b");
        await controlPlane.UntilStepAsync(id, "b", StepStatus.Completed);
        probe.Complete("a");
        var run = await controlPlane.UntilAsync(id, RunStatus.Succeeded);

        Assert.Equal(StepStatus.Completed, run.Newest("c").Status);
    }

    [Fact]
    public async Task Run_StepsPerRun_BoundsWhatRunsAtOnce()
    {
        await using var controlPlane = await FakeControlPlane.StartAsync();
        var probe = new ProbeStep();
        var id = controlPlane.Add("""
            {"steps": [{"id": "a", "type": "probe", "needs": []}, {"id": "b", "type": "probe", "needs": []}]}
            """);
        await using var worker = await TestWorker.StartAsync(controlPlane, [("STEPS_PER_RUN", "1")], probe);

        await probe.StartedAsync("a");
        await controlPlane.UntilStepAsync(id, "a", StepStatus.Running);
        var whileOneRuns = probe.Calls.Count;
        probe.Complete("a");
        probe.Complete("b");
        await controlPlane.UntilAsync(id, RunStatus.Succeeded);

        Assert.Equal(1, whileOneRuns);
    }

    [Fact]
    public async Task Run_TemplatesSeeInputAndEarlierOutputs()
    {
        await using var controlPlane = await FakeControlPlane.StartAsync();
        var probe = new ProbeStep();
        var id = controlPlane.Add(
            """
            {"steps": [{"id": "a", "type": "probe"},
                       {"id": "b", "type": "probe", "config": {"n": "{{ a.n }}", "text": "{{ input.name }} has {{ steps.a.output.n }}"}}]}
            """,
            """{"name": "Ada"}""");
        await using var worker = await TestWorker.StartAsync(controlPlane, null, probe);

        probe.Complete("a", """{"n": 3}""");
        var context = await probe.StartedAsync("b");
        probe.Complete("b");
        await controlPlane.UntilAsync(id, RunStatus.Succeeded);

        Assert.Equal("""{"n":3,"text":"Ada has 3"}""", context.Config.GetRawText());
        Assert.Equal($"{id}/1/b", context.IdempotencyKey);
    }

    [Fact]
    public async Task Run_UnknownTemplatePath_FailsTheStepWithoutStartingIt()
    {
        await using var controlPlane = await FakeControlPlane.StartAsync();
        var probe = new ProbeStep();
        var id = controlPlane.Add("""{"steps": [{"id": "a", "type": "probe", "config": {"x": "{{ input.nothing }}"}}]}""");
        await using var worker = await TestWorker.StartAsync(controlPlane, null, probe);

        var run = await controlPlane.UntilAsync(id, RunStatus.Failed);

        Assert.StartsWith("step a failed: TEMPLATE_UNRESOLVED: ", run.ErrorMessage, StringComparison.Ordinal);
        Assert.Equal("TEMPLATE_UNRESOLVED", run.Newest("a").Error?.Code);
        Assert.Empty(probe.Calls);
    }

    [Fact]
    public async Task Run_WhenIsFalse_SkipsTheStepAndWhatHangsOnIt()
    {
        await using var controlPlane = await FakeControlPlane.StartAsync();
        var id = controlPlane.Add("""
            {"steps": [{"id": "a", "when": "input.go"}, {"id": "b"}, {"id": "c", "needs": []}]}
            """, """{"go": false}""");
        await using var worker = await TestWorker.StartAsync(controlPlane);

        var run = await controlPlane.UntilAsync(id, RunStatus.Succeeded);

        Assert.Equal(
            [("a", StepStatus.Skipped), ("b", StepStatus.Skipped), ("c", StepStatus.Completed)],
            run.Attempts.Select(a => (a.StepId, a.Status)).Order());
        Assert.Single(run.Reports);
    }

    [Fact]
    public async Task Run_UnknownStepType_FailsIt()
    {
        await using var controlPlane = await FakeControlPlane.StartAsync();
        var id = controlPlane.Add("""{"steps": [{"id": "a", "type": "teleport"}]}""");
        await using var worker = await TestWorker.StartAsync(controlPlane);

        var run = await controlPlane.UntilAsync(id, RunStatus.Failed);

        Assert.Equal("step a failed: UNSUPPORTED_STEP: This worker cannot carry out steps of type 'teleport'.", run.ErrorMessage);
    }

    [Fact]
    public async Task Run_DefinitionWithACycle_Fails()
    {
        await using var controlPlane = await FakeControlPlane.StartAsync();
        var id = controlPlane.Add("""{"steps": [{"id": "a", "needs": ["b"]}, {"id": "b", "needs": ["a"]}]}""");
        await using var worker = await TestWorker.StartAsync(controlPlane);

        var run = await controlPlane.UntilAsync(id, RunStatus.Failed);

        Assert.StartsWith("DEFINITION: ", run.ErrorMessage, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Failure_WhileASiblingRuns_LetsItFinishAndStartsNothingNew()
    {
        await using var controlPlane = await FakeControlPlane.StartAsync();
        var probe = new ProbeStep();
        var id = controlPlane.Add("""
            {"steps": [{"id": "a", "type": "probe", "needs": []}, {"id": "b", "type": "probe", "needs": []}, {"id": "c", "needs": ["b"]}]}
            """);
        await using var worker = await TestWorker.StartAsync(controlPlane, null, probe);

        await probe.StartedAsync("b");
        probe.Fail("a");
        await controlPlane.UntilStepAsync(id, "a", StepStatus.Failed);
        probe.Complete("b");
        var run = await controlPlane.UntilAsync(id, RunStatus.Failed);

        Assert.Equal("step a failed: BROKEN: It broke.", run.ErrorMessage);
        Assert.Equal(StepStatus.Completed, run.Newest("b").Status);
        Assert.Empty(run.Of("c"));
    }

    [Fact]
    public async Task Failure_OnErrorContinue_GoesOnWithTheErrorAsOutput()
    {
        await using var controlPlane = await FakeControlPlane.StartAsync();
        var probe = new ProbeStep();
        var id = controlPlane.Add("""
            {"steps": [{"id": "a", "type": "probe", "on_error": "continue"}, {"id": "b", "type": "probe", "config": {"code": "{{ a.error.code }}"}}]}
            """);
        await using var worker = await TestWorker.StartAsync(controlPlane, null, probe);

        probe.Fail("a");
        var context = await probe.StartedAsync("b");
        probe.Complete("b");
        await controlPlane.UntilAsync(id, RunStatus.Succeeded);

        Assert.Equal("""{"code":"BROKEN"}""", context.Config.GetRawText());
    }

    [Fact]
    public async Task Failure_OnErrorBranch_TakesTheErrorEdgeAlone()
    {
        await using var controlPlane = await FakeControlPlane.StartAsync();
        var probe = new ProbeStep();
        var id = controlPlane.Add("""
            {"steps": [{"id": "a", "type": "probe", "on_error": "branch"}, {"id": "good", "needs": ["a"]}, {"id": "bad", "needs": ["a:error"]}]}
            """);
        await using var worker = await TestWorker.StartAsync(controlPlane, null, probe);

        probe.Fail("a");
        var run = await controlPlane.UntilAsync(id, RunStatus.Succeeded);

        Assert.Equal((StepStatus.Skipped, StepStatus.Completed), (run.Newest("good").Status, run.Newest("bad").Status));
    }

    [Fact]
    public async Task Timeout_InterruptsTheStepAndFailsIt()
    {
        await using var controlPlane = await FakeControlPlane.StartAsync();
        var probe = new ProbeStep();
        var id = controlPlane.Add("""{"steps": [{"id": "a", "type": "probe", "timeout_seconds": 0.05}]}""");
        await using var worker = await TestWorker.StartAsync(controlPlane, null, probe);

        var run = await controlPlane.UntilAsync(id, RunStatus.Failed);

        Assert.Equal("step a failed: TIMEOUT: The step took longer than 0.05 s.", run.ErrorMessage);
        Assert.Equal(1, probe.CancelledCalls);
    }

    [Theory]
    [InlineData("\"\\u0000\"", "OUTPUT_INVALID")]
    [InlineData("\"\\ud800\"", "OUTPUT_INVALID")]
    [InlineData("\"\\ud83d\\ude00\"", null)]
    public async Task Output_ThatCannotBeStored_FailsTheStep(string output, string? code)
    {
        await using var controlPlane = await FakeControlPlane.StartAsync();
        var probe = new ProbeStep();
        var id = controlPlane.Add("""{"steps": [{"id": "a", "type": "probe"}]}""");
        await using var worker = await TestWorker.StartAsync(controlPlane, null, probe);

        probe.Complete("a", output);
        var run = await controlPlane.UntilAsync(id, code is null ? RunStatus.Succeeded : RunStatus.Failed);

        Assert.Equal(code, run.Newest("a").Error?.Code);
    }

    [Fact]
    public async Task Output_TooLarge_FailsTheStep()
    {
        await using var controlPlane = await FakeControlPlane.StartAsync();
        var probe = new ProbeStep();
        var id = controlPlane.Add("""{"steps": [{"id": "a", "type": "probe"}]}""");
        await using var worker = await TestWorker.StartAsync(controlPlane, null, probe);

        probe.Complete("a", $"\"{new string('x', StepLimits.MaxOutputBytes)}\"");
        var run = await controlPlane.UntilAsync(id, RunStatus.Failed);

        Assert.Equal("OUTPUT_TOO_LARGE", run.Newest("a").Error?.Code);
    }

    [Fact]
    public async Task Run_LargeOutputsOfManySteps_ArriveInSeveralReportsInOrder()
    {
        await using var controlPlane = await FakeControlPlane.StartAsync();
        var probe = new ProbeStep();
        var id = controlPlane.Add($$"""{"steps": [{{string.Join(',', Enumerable.Range(0, 8).Select(i => $$"""{"id": "s{{i}}", "type": "probe", "needs": []}"""))}}]}""");
        await using var worker = await TestWorker.StartAsync(controlPlane, null, probe);

        foreach (var i in Enumerable.Range(0, 8))
            probe.Complete($"s{i}", $"\"{new string('x', StepLimits.MaxOutputBytes - 2)}\"");
        var run = await controlPlane.UntilAsync(id, RunStatus.Succeeded);

        Assert.Equal(8, run.Attempts.Count(a => a.Status == StepStatus.Completed));
        Assert.Equal(Enumerable.Range(1, run.Reports.Count), run.Reports.Select(r => r.Seq ?? 0));
        Assert.All(run.Reports, r => Assert.InRange(r.Steps.Sum(s => s.Output?.GetRawText().Length ?? 0), 0, 1024 * 1024));
    }

    [Fact]
    public async Task Message_WithCharactersThatCannotBeStored_IsSanitised()
    {
        await using var controlPlane = await FakeControlPlane.StartAsync();
        var probe = new ProbeStep();
        var id = controlPlane.Add("""{"steps": [{"id": "a", "type": "probe"}]}""");
        await using var worker = await TestWorker.StartAsync(controlPlane, null, probe);

        probe.End("a", StepResult.Failure("BROKEN", "nul \0 and half \ud800 a pair"));
        var run = await controlPlane.UntilAsync(id, RunStatus.Failed);

        Assert.Equal("step a failed: BROKEN: nul \uFFFD and half \uFFFD a pair", run.ErrorMessage);
    }
}
