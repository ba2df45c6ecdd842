using System.Text.Json;
using NextLayer.Workflows.Definitions;
using NextLayer.Workflows.Graphs;
using NextLayer.Workflows.Scheduling;

namespace NextLayer.Tests.Workflows.Scheduling;

public sealed class RunPlanTests
{
    [Fact]
    public void Begin_EmptyDefinition_SucceedsAtOnce()
    {
        var move = new RunPlan(Graph("{}")).Begin();

        Assert.Equal(RunVerdict.Succeeded, move.Verdict);
        Assert.Empty(move.Ready);
    }

    [Fact]
    public void Complete_Sequence_StartsOneAfterTheOther()
    {
        var graph = Graph("""{ "steps": ["a", "b"] }""");
        var plan = new RunPlan(graph);

        Assert.Equal("a -", Show(plan.Begin()));
        Assert.Equal("b -", Show(plan.Complete(graph.Find("a")!)));
        Assert.Equal(RunVerdict.Succeeded, plan.Complete(graph.Find("b")!).Verdict);
    }

    [Fact]
    public void Complete_Condition_SkipsTheOtherBranchAndJoins()
    {
        var graph = Graph("""
            {
              "steps": [
                { "id": "gate", "type": "condition" }, { "id": "yes", "needs": "gate:true" }, { "id": "no", "needs": "gate:false" },
                { "id": "no2", "needs": "no" }, { "id": "join", "needs": ["yes", "no2"] }
              ]
            }
            """);
        var plan = new RunPlan(graph);

        plan.Begin();
        Assert.Equal("yes - no no2", Show(plan.Complete(graph.Find("gate")!, "true")));
        Assert.Equal("join -", Show(plan.Complete(graph.Find("yes")!)));
    }

    [Fact]
    public void Complete_NoPortFits_EndsThatBranch()
    {
        var graph = Graph("""{ "steps": [{ "id": "gate", "type": "condition" }, { "id": "a", "needs": "gate:x" }, { "id": "any", "needs": "gate:out" }] }""");
        var plan = new RunPlan(graph);

        plan.Begin();
        Assert.Equal("any - a", Show(plan.Complete(graph.Find("gate")!)));
    }

    [Fact]
    public void Complete_SeveralPorts_FollowsEach()
    {
        var graph = Graph("""{ "steps": [{ "id": "c", "type": "llm_call" }, { "id": "x", "needs": "c:x" }, { "id": "y", "needs": "c:y" }, { "id": "z", "needs": "c:z" }] }""");
        var plan = new RunPlan(graph);

        plan.Begin();
        Assert.Equal("x z - y", Show(plan.Complete(graph.Find("c")!, "x", "z")));
    }

    [Theory]
    [InlineData("fail", "- ", RunVerdict.Failed)]
    [InlineData("continue", "next - rescue", RunVerdict.Running)]
    [InlineData("branch", "rescue - next", RunVerdict.Running)]
    public void Fail_Step_FollowsItsOnError(string onError, string expected, RunVerdict verdict)
    {
        var graph = Graph($$"""{ "steps": [{ "id": "a", "type": "noop", "on_error": "{{onError}}" }, { "id": "next", "needs": "a" }, { "id": "rescue", "needs": "a:error" }] }""");
        var plan = new RunPlan(graph);
        plan.Begin();

        var move = plan.Fail(graph.Find("a")!);

        Assert.Equal(expected.Trim(), Show(move));
        Assert.Equal(verdict, move.Verdict);
    }

    [Fact]
    public void Complete_Success_LeavesTheErrorEdgeDead()
    {
        var graph = Graph("""{ "steps": [{ "id": "a", "type": "noop", "on_error": "branch" }, { "id": "next", "needs": "a" }, { "id": "rescue", "needs": "a:error" }] }""");
        var plan = new RunPlan(graph);
        plan.Begin();

        Assert.Equal("next - rescue", Show(plan.Complete(graph.Find("a")!)));
    }

    [Fact]
    public void Fail_BesideRunningStep_WaitsForItAndStartsNothing()
    {
        var graph = Graph("""{ "steps": [{ "id": "a", "needs": [] }, { "id": "b", "needs": [] }, { "id": "after", "needs": "b" }] }""");
        var plan = new RunPlan(graph);
        plan.Begin();

        Assert.Equal(RunVerdict.Running, plan.Fail(graph.Find("a")!).Verdict);
        var last = plan.Complete(graph.Find("b")!);

        Assert.Equal(RunVerdict.Failed, last.Verdict);
        Assert.Empty(last.Ready);
        Assert.Equal("a", plan.FailedStep?.Id);
    }

    [Fact]
    public void Fail_BranchWithoutErrorEdge_FailsTheRun()
    {
        var graph = Graph("""{ "steps": [{ "id": "a", "type": "noop", "on_error": "branch" }, "b"] }""");
        var plan = new RunPlan(graph);
        plan.Begin();

        Assert.Equal(RunVerdict.Failed, plan.Fail(graph.Find("a")!).Verdict);
    }

    [Fact]
    public void Complete_ApprovalRejected_LeavesAnEdgeWithoutPortDead()
    {
        var graph = Graph("""{ "steps": [{ "id": "ok", "type": "wait_for_approval" }, { "id": "deploy", "needs": "ok" }, { "id": "tell", "needs": "ok:rejected" }] }""");
        var plan = new RunPlan(graph);
        plan.Begin();

        Assert.Equal("tell - deploy", Show(plan.Complete(graph.Find("ok")!, "rejected")));
    }

    [Fact]
    public void Skip_WhenIsFalse_SkipsWhatHangsOnIt()
    {
        var graph = Graph("""{ "steps": ["a", "b", "c"] }""");
        var plan = new RunPlan(graph);
        plan.Begin();

        var move = plan.Skip(graph.Find("a")!);

        Assert.Equal("- b c", Show(move));
        Assert.Equal(RunVerdict.Succeeded, move.Verdict);
    }

    [Fact]
    public void Wait_LastRunningStep_LetsTheRunPause()
    {
        var graph = Graph("""{ "steps": [{ "id": "a", "type": "delay", "needs": [] }, { "id": "b", "needs": [] }, { "id": "c", "needs": "a" }] }""");
        var plan = new RunPlan(graph);
        plan.Begin();

        Assert.Equal(RunVerdict.Running, plan.Wait(graph.Find("a")!).Verdict);
        Assert.Equal(RunVerdict.Waiting, plan.Complete(graph.Find("b")!).Verdict);
        Assert.Equal("c -", Show(plan.Complete(graph.Find("a")!)));
    }

    [Fact]
    public void Begin_Recorded_GoesOnWithoutRunningAnythingTwice()
    {
        var graph = Graph("""{ "steps": [{ "id": "a", "needs": [] }, { "id": "w", "needs": [] }, { "id": "b", "needs": "a" }, { "id": "c", "needs": ["b", "w"] }] }""");
        var plan = new RunPlan(graph);

        var move = plan.Begin([new RecordedStep("w", StepOutcome.Waiting), new RecordedStep("a", StepOutcome.Completed), new RecordedStep("gone", StepOutcome.Completed)]);

        Assert.Equal("b -", Show(move));
        Assert.Equal(RunVerdict.Waiting, plan.Complete(graph.Find("b")!).Verdict);
    }

    [Fact]
    public void Begin_RecordedFailure_StartsNothing()
    {
        var graph = Graph("""{ "steps": [{ "id": "a", "needs": [] }, { "id": "b", "needs": [] }] }""");

        var move = new RunPlan(graph).Begin([new RecordedStep("b", StepOutcome.Failed)]);

        Assert.Equal(RunVerdict.Failed, move.Verdict);
        Assert.Empty(move.Ready);
    }

    [Fact]
    public void Settle_Twice_IsABugOfTheCaller()
    {
        var graph = Graph("""{ "steps": ["a", "b"] }""");
        var plan = new RunPlan(graph);
        plan.Begin();
        plan.Complete(graph.Find("a")!);

        Assert.Throws<InvalidOperationException>(() => plan.Complete(graph.Find("a")!));
        Assert.Throws<InvalidOperationException>(() => new RunPlan(graph).Fail(graph.Find("b")!));
    }

    [Fact]
    public void ShouldRun_When_IsEvaluatedOnTheScope()
    {
        var graph = Graph("""{ "steps": [{ "id": "a", "when": "input.n > 1" }, { "id": "b", "when": "{{ input.n > 9 }}" }, { "id": "c", "when": "input.nope" }, { "id": "d", "when": "input.n" }, "e"] }""");
        var scope = new NextLayer.Workflows.Templates.TemplateScope(JsonElement.Parse("""{ "n": 5 }"""), default, new Dictionary<string, NextLayer.Workflows.Templates.StepOutput>());

        Assert.Equal((true, false, true), (graph.Find("a")!.ShouldRun(scope).Value, graph.Find("b")!.ShouldRun(scope).Value, graph.Find("e")!.ShouldRun(scope).Value));
        Assert.Equal(("EXPRESSION", "EXPRESSION"), (graph.Find("c")!.ShouldRun(scope).Failure!.Code, graph.Find("d")!.ShouldRun(scope).Failure!.Code));
    }

    private static string Show(PlanMove move) =>
        $"{string.Join(' ', move.Ready.Select(s => s.Id))} - {string.Join(' ', move.Skipped.Select(s => s.Id))}".Trim();

    private static WorkflowGraph Graph(string json) =>
        WorkflowGraph.TryCreate(WorkflowDefinition.Parse(JsonElement.Parse(json)), out _) ?? throw new InvalidOperationException("The test's definition is not a graph.");
}
