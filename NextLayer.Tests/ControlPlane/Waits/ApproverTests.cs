using NextLayer.Contracts.Access;
using NextLayer.Contracts.Runs;
using NextLayer.Contracts.Workflows;
using NextLayer.ControlPlane.Features.Waits.Approvals;
using NextLayer.ControlPlane.Platform.Access;
using NextLayer.Tests.AppHost;
using NextLayer.Tests.Support;

namespace NextLayer.Tests.ControlPlane.Waits;

/// <summary>Who may decide, once people are known.</summary>
public sealed class ApproverTests(Servers servers)
{
    [Theory]
    [InlineData("""{"users": ["ada@example.test"]}""", true)]
    [InlineData("""{"users": ["ADA@example.test"]}""", true)]
    [InlineData("""{"users": ["sub-ada"]}""", true)]
    [InlineData("""{"users": ["grace@example.test"]}""", false)]
    [InlineData("""{"roles": ["operator"]}""", true)]
    [InlineData("""{"roles": ["admin"]}""", false)]
    [InlineData("""{"groups": ["finance"]}""", true)]
    [InlineData("""{"groups": ["legal"]}""", false)]
    [InlineData("""{"users": [], "roles": []}""", true)]
    public async Task Resume_ByAKnownPerson_CountsOnlyIfTheyWereAsked(string approvers, bool mayDecide)
    {
        await using var stack = await WaitStack.StartAsync(servers);
        var id = await AskAsync(stack, $$"""{"approvers": {{approvers}}}""");

        var outcome = await ResumeAsync(stack, id, Ada(stack));

        if (mayDecide)
            Assert.Equal(new ResumeOutcome.Done(true), outcome);
        else
            Assert.Contains("Only", Assert.IsType<ResumeOutcome.NotAsked>(outcome).Why, StringComparison.Ordinal);
        Assert.Equal(mayDecide ? 1L : 0L, await stack.Queue.Database.AskAsync<long>("SELECT count(*) FROM approval_decisions WHERE run_id = $1", id));
    }

    [Theory]
    [InlineData("{}", false)]
    [InlineData("""{"self_approval": true}""", true)]
    public async Task Resume_ByWhoStartedTheRun_CountsOnlyWhereThatIsAllowed(string config, bool mayDecide)
    {
        await using var stack = await WaitStack.StartAsync(servers);
        var id = await AskAsync(stack, config);
        // What the first event says of a run that she starts: TwoTenantsTests sees it written.
        await stack.Queue.Database.ExecuteAsync("UPDATE run_events SET payload = '{\"by\": \"user:sub-ada\"}' WHERE run_id = $1 AND seq = 1", id);

        Assert.Equal(mayDecide, await ResumeAsync(stack, id, Ada(stack)) is ResumeOutcome.Done);
    }

    [Fact]
    public async Task Resume_OfAForEachBody_ByWhoStartedTheRun_DoesNotCount()
    {
        await using var stack = await WaitStack.StartAsync(servers);
        var id = await stack.RunAsync(
            """
            {"steps": [{"id": "each", "type": "for_each", "config": {"items": [1], "body":
                {"steps": [{"id": "ask", "type": "wait_for_approval", "config": {"title": "Go on?"}}]}}}]}
            """);
        await stack.UntilAsync(id, RunStatus.Paused);
        await stack.Queue.Database.ExecuteAsync("UPDATE run_events SET payload = '{\"by\": \"user:sub-ada\"}' WHERE run_id = $1 AND seq = 1", id);
        var child = Guid.Parse(await Eventually.GetAsync(
            () => stack.Queue.Database.AskAsync<string>("SELECT id::text FROM pipeline_runs WHERE parent_run_id = $1", id).GetAwaiter().GetResult(), "the child run is made"));
        await stack.UntilAsync(child, RunStatus.Paused);

        Assert.IsType<ResumeOutcome.NotAsked>(await ResumeAsync(stack, child, Ada(stack)));
    }

    [Fact]
    public async Task Resume_ByTheSamePersonUnderAnotherName_IsNoSecondVote()
    {
        await using var stack = await WaitStack.StartAsync(servers);
        var id = await AskAsync(stack, """{"required": 2}""");
        var voter = Voter.From(Ada(stack), stack.Queue.TenantId, asserted: "grace");

        Assert.Equal(new ResumeOutcome.Done(false), await ResumeAsync(stack, id, Ada(stack)));
        Assert.Equal("ada@example.test", voter.Name); // Who one says to be counts for nothing.
        Assert.IsType<ResumeOutcome.WrongState>(await ResumeAsync(stack, id, Ada(stack)));
    }

    private static async Task<Guid> AskAsync(WaitStack stack, string config)
    {
        var full = config == "{}" ? """{"title": "Go on?"}""" : $$"""{"title": "Go on?", {{config[1..]}}""";
        var id = await stack.RunAsync($$"""{"steps": [{"id": "ask", "type": "wait_for_approval", "config": {{full}}}]}""");
        await stack.UntilAsync(id, RunStatus.Paused);
        return id;
    }

    private static Task<ResumeOutcome> ResumeAsync(WaitStack stack, Guid runId, Caller caller) =>
        stack.Host.Get<ResumeStore>().ResumeAsync(
            stack.Queue.TenantId, runId, new ResumeRunRequest { StepId = "ask" }, Voter.From(caller, stack.Queue.TenantId, null), TestContext.Current.CancellationToken);

    private static Caller Ada(WaitStack stack) => new()
    {
        Kind = CallerKind.User,
        Subject = "sub-ada",
        Email = "ada@example.test",
        Groups = ["finance"],
        Roles = new Dictionary<Guid, Role> { [stack.Queue.TenantId] = Role.Operator },
    };
}
