using System.Text.Json;
using NextLayer.Contracts.Runs;
using NextLayer.ControlPlane.Features.Waits.Approvals;
using NextLayer.ControlPlane.Platform.Access;
using NextLayer.Tests.AppHost;
using NextLayer.Tests.Support;

namespace NextLayer.Tests.ControlPlane.Waits;

/// <summary>Steps that wait for people.</summary>
public sealed class ApprovalTests(Servers servers)
{
    private const string Ask = """
        {"steps": [{"id": "ask", "type": "wait_for_approval", "config": {"title": "Refund {{ input.amount }}?"}},
                   {"id": "after", "type": "transform", "config": {"mode": "object", "output": {"note": "{{ ask.note }}", "ok": "{{ ask.approved }}"}}}]}
        """;

    [Fact]
    public async Task Approval_HoldsNoWorkerAndItsDataIsTheOutput()
    {
        await using var stack = await WaitStack.StartAsync(servers);
        var id = await stack.RunAsync(Ask, """{"amount": 5}""");
        var paused = await stack.UntilAsync(id, RunStatus.Paused);

        Assert.Equal(WaitReason.Approval, paused.WaitReason);
        Assert.Equal("Refund 5?", await stack.Queue.Database.AskAsync<string>("SELECT request ->> 'title' FROM approvals WHERE run_id = $1", id));
        Assert.Equal(new ResumeOutcome.Done(true), await stack.ResumeAsync(id, "ask", """{"note": "fine"}"""));
        await stack.UntilAsync(id, RunStatus.Succeeded);

        var after = JsonElement.Parse(await stack.OutputAsync(id, "after")).GetProperty("result");
        Assert.Equal("""{"note":"fine","ok":true}""", after.GetRawText());
        Assert.Equal("approved", await stack.Queue.Database.AskAsync<string>("SELECT status FROM approvals WHERE run_id = $1", id));
        Assert.Contains("run.requeued", await stack.Queue.EventsAsync(id));
    }

    [Fact]
    public async Task Resume_ASecondTime_IsRefusedAndChangesNothing()
    {
        await using var stack = await WaitStack.StartAsync(servers);
        var id = await stack.RunAsync(Ask, """{"amount": 5}""");
        await stack.UntilAsync(id, RunStatus.Paused);

        var outcomes = await Task.WhenAll(Enumerable.Range(0, 8).Select(i => stack.ResumeAsync(id, "ask", $$"""{"note": {{i}}}""", by: $"person {i}")));
        await stack.UntilAsync(id, RunStatus.Succeeded);

        Assert.Single(outcomes, o => o is ResumeOutcome.Done);
        Assert.Equal(7, outcomes.Count(o => o is ResumeOutcome.WrongState { Code: "step_not_waiting" }));
        Assert.Equal(1, await stack.Queue.Database.AskAsync<long>("SELECT count(*) FROM approval_decisions WHERE run_id = $1", id));
    }

    [Fact]
    public async Task Rejection_WithoutAnEdgeForIt_FailsTheRun()
    {
        await using var stack = await WaitStack.StartAsync(servers);
        var id = await stack.RunAsync(Ask, """{"amount": 5}""");
        await stack.UntilAsync(id, RunStatus.Paused);

        await stack.ResumeAsync(id, "ask", """{"approved": false, "comment": "too much"}""");
        var failed = await stack.UntilAsync(id, RunStatus.Failed);

        Assert.Equal("step ask failed: REJECTED: Rejected by ada: too much", failed.ErrorMessage);
        Assert.Null(await stack.StepStatusAsync(id, "after"));
    }

    [Fact]
    public async Task Rejection_WithAnEdgeForIt_GoesThatWay()
    {
        await using var stack = await WaitStack.StartAsync(servers);
        var id = await stack.RunAsync("""
            {"steps": [{"id": "ask", "type": "wait_for_approval"}, {"id": "yes", "needs": ["ask"]}, {"id": "no", "needs": ["ask:rejected"]}]}
            """);
        await stack.UntilAsync(id, RunStatus.Paused);

        await stack.ResumeAsync(id, "ask", """{"approved": false}""");
        await stack.UntilAsync(id, RunStatus.Succeeded);

        Assert.Equal(("skipped", "completed"), (await stack.StepStatusAsync(id, "yes"), await stack.StepStatusAsync(id, "no")));
    }

    [Fact]
    public async Task Quorum_NeedsAsManyPeopleAsAskedFor()
    {
        await using var stack = await WaitStack.StartAsync(servers);
        var id = await stack.RunAsync("""{"steps": [{"id": "ask", "type": "wait_for_approval", "config": {"required": 2}}]}""");
        await stack.UntilAsync(id, RunStatus.Paused);

        Assert.Equal(new ResumeOutcome.Done(false), await stack.ResumeAsync(id, "ask", by: "ada"));
        Assert.IsType<ResumeOutcome.WrongState>(await stack.ResumeAsync(id, "ask", by: "ada"));
        Assert.Equal("PAUSED", await stack.Queue.StatusAsync(id));
        Assert.Equal(new ResumeOutcome.Done(true), await stack.ResumeAsync(id, "ask", by: "grace"));
        await stack.UntilAsync(id, RunStatus.Succeeded);

        var output = JsonElement.Parse(await stack.OutputAsync(id, "ask"));
        Assert.Equal(["ada", "grace"], output.GetProperty("decisions").EnumerateArray().Select(d => d.GetProperty("by").GetString()));
    }

    [Fact]
    public async Task Form_IsHeldAgainstTheData()
    {
        await using var stack = await WaitStack.StartAsync(servers);
        var id = await stack.RunAsync("""
            {"steps": [{"id": "ask", "type": "wait_for_approval",
              "config": {"form": {"type": "object", "required": ["reason"], "properties": {"reason": {"type": "string"}}}}}]}
            """);
        await stack.UntilAsync(id, RunStatus.Paused);

        var refused = Assert.IsType<ResumeOutcome.Invalid>(await stack.ResumeAsync(id, "ask", """{"reason": 5}"""));
        Assert.Equal("data.reason", Assert.Single(refused.Errors).Key);
        Assert.Equal(0, await stack.Queue.Database.AskAsync<long>("SELECT count(*) FROM approval_decisions"));
        await stack.ResumeAsync(id, "ask", """{"reason": "ok"}""");
        await stack.UntilAsync(id, RunStatus.Succeeded);
    }

    [Theory]
    [InlineData("reject", RunStatus.Failed)]
    [InlineData("approve", RunStatus.Succeeded)]
    public async Task Deadline_DecidesAsTheStepSays(string onDeadline, RunStatus end)
    {
        await using var stack = await WaitStack.StartAsync(servers);
        var id = await stack.RunAsync(
            $$$"""{"steps": [{"id": "ask", "type": "wait_for_approval", "config": {"deadline": "P2D", "on_deadline": "{{{onDeadline}}}"}}]}""");
        await stack.UntilAsync(id, RunStatus.Paused);

        await stack.PassTimeAsync(id);
        await stack.UntilAsync(id, end);
    }

    [Fact]
    public async Task Deadline_ThatEscalates_LeavesTheQuestionOpen()
    {
        await using var stack = await WaitStack.StartAsync(servers);
        var id = await stack.RunAsync(
            """{"steps": [{"id": "ask", "type": "wait_for_approval", "config": {"deadline": "P2D", "on_deadline": "escalate", "escalate_to": ["boss"]}}]}""");
        await stack.UntilAsync(id, RunStatus.Paused);

        await stack.PassTimeAsync(id);
        await Eventually.TrueAsync(
            async () => await stack.Queue.Database.AskAsync<bool>("SELECT escalated FROM approvals WHERE run_id = $1", id), "it escalated");
        Assert.Equal("PAUSED", await stack.Queue.StatusAsync(id));
        await stack.ResumeAsync(id, "ask", by: "boss");
        await stack.UntilAsync(id, RunStatus.Succeeded);
    }

    [Fact]
    public async Task Cancel_WithdrawsTheQuestion()
    {
        await using var stack = await WaitStack.StartAsync(servers);
        var id = await stack.RunAsync(Ask, """{"amount": 5}""");
        await stack.UntilAsync(id, RunStatus.Paused);

        using var answer = await stack.Host.Http.PostAsync($"/api/runs/{id}/cancel", null, TestContext.Current.CancellationToken);
        await stack.UntilAsync(id, RunStatus.Cancelled);

        Assert.Equal("cancelled", await stack.Queue.Database.AskAsync<string>("SELECT status FROM approvals WHERE run_id = $1", id));
        Assert.IsType<ResumeOutcome.WrongState>(await stack.ResumeAsync(id, "ask"));
    }

    [Fact]
    public async Task Decision_BesideARunningStep_StartsItsBranchAtOnce()
    {
        await using var stack = await WaitStack.StartAsync(servers);
        var id = await stack.RunAsync("""
            {"steps": [{"id": "ask", "type": "wait_for_approval", "needs": []}, {"id": "then", "type": "probe", "needs": ["ask"]},
                       {"id": "long", "type": "probe", "needs": []}]}
            """);
        await stack.Probe.StartedAsync("long");
        await Eventually.TrueAsync(
            async () => await stack.Queue.Database.AskAsync<long>("SELECT count(*) FROM approvals WHERE run_id = $1", id) == 1, "it asked");

        await stack.ResumeAsync(id, "ask", """{"n": 1}""");
        await stack.Probe.StartedAsync("then"); // While "long" still runs.
        stack.Probe.Complete("then");
        stack.Probe.Complete("long");
        await stack.UntilAsync(id, RunStatus.Succeeded);

        Assert.Equal(1, await stack.Queue.Database.AskAsync<int>("SELECT lease_epoch FROM pipeline_runs WHERE id = $1", id));
    }

    [Fact]
    public async Task Resume_OfALongDelay_EndsIt()
    {
        await using var stack = await WaitStack.StartAsync(servers);
        var id = await stack.RunAsync("""{"steps": [{"id": "wait", "type": "delay", "config": {"duration": "P1D"}}, "after"]}""");
        await stack.UntilAsync(id, RunStatus.Paused);

        Assert.Equal(new ResumeOutcome.Done(true), await stack.ResumeAsync(id, "wait", """{"skipped_by": "ada"}"""));
        await stack.UntilAsync(id, RunStatus.Succeeded);

        Assert.Equal("""{"skipped_by": "ada"}""", await stack.OutputAsync(id, "wait"));
    }

    [Fact]
    public async Task Resume_OfAnotherTenantsRun_IsAnsweredLikeNone()
    {
        await using var stack = await WaitStack.StartAsync(servers);
        var id = await stack.RunAsync(Ask, """{"amount": 5}""");
        await stack.UntilAsync(id, RunStatus.Paused);

        Assert.IsType<ResumeOutcome.NotFound>(await stack.Host.Get<ResumeStore>().ResumeAsync(
            Guid.CreateVersion7(), id, new() { StepId = "ask" }, Voter.From(Caller.Development, stack.Queue.TenantId, "mallory"), TestContext.Current.CancellationToken));
    }
}
