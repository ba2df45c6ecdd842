using System.Net;
using NextLayer.Contracts.Access;
using NextLayer.Tests.ControlPlane.Access;
using NextLayer.Tests.Support;

namespace NextLayer.Tests.ControlPlane.Waits;

/// <summary>Who makes and withdraws links to approvals, for whom.</summary>
public sealed class ApprovalLinkMakingTests(Servers servers)
{
    [Fact]
    public async Task Create_ForSomebodyElse_TakesTheRightToInvite()
    {
        await using var stack = await LinkStack.StartAsync(servers);
        var (ada, _) = await stack.AddMemberAsync("ada", "operator");
        var run = await stack.AskAsync();

        var byOperator = await stack.MakeAsync(ada, run, new { step_id = "ask", approver = "grace@example.test" });
        var byKeyForItself = await stack.MakeAsync(stack.Access.Ours.Keys[Role.Operator], run);
        var inOwnName = await stack.MakeAsync(ada, run, new { step_id = "ask", approver = "ADA@example.test" });

        Assert.Equal((HttpStatusCode.Forbidden, true), (byOperator.Status, byOperator.Detail!.Contains("approvals.invite", StringComparison.Ordinal)));
        Assert.Equal((HttpStatusCode.BadRequest, true), (byKeyForItself.Status, byKeyForItself.Detail!.StartsWith("approver must say whom", StringComparison.Ordinal)));
        Assert.Equal((HttpStatusCode.Created, "ada@example.test"), (inOwnName.Status, inOwnName.Json.Text("approver")));
        Assert.Equal(1L, await stack.Database.AskAsync<long>("SELECT count(*) FROM approval_links"));
    }

    [Fact]
    public async Task Create_ForWhomTheStepDoesNotAsk_IsRefused()
    {
        await using var stack = await LinkStack.StartAsync(servers);
        await stack.AddMemberAsync("ada", "operator");
        var run = await stack.AskAsync("""{"approvers": {"users": ["grace@example.test"], "roles": ["operator"]}}""");

        var guest = await stack.MakeAsync(stack.Admin, run, new { step_id = "ask", approver = "eve@example.test" });
        var asked = await stack.MakeAsync(stack.Admin, run, new { step_id = "ask", approver = "Grace@example.test" });
        var byRole = await stack.MakeAsync(stack.Admin, run, new { step_id = "ask", approver = "ada@example.test" });

        Assert.Equal((HttpStatusCode.Forbidden, "not_an_approver"), (guest.Status, guest.Problem));
        Assert.Equal((HttpStatusCode.Created, HttpStatusCode.Created), (asked.Status, byRole.Status));
    }

    [Fact]
    public async Task Create_ByWhoStartedTheRun_IsRefusedForThemselvesAndForOthers()
    {
        await using var stack = await LinkStack.StartAsync(servers);
        var (boss, _) = await stack.AddMemberAsync("boss", "admin");
        var run = await stack.AskAsync(by: boss);

        var own = await stack.MakeAsync(boss, run);
        var forOther = await stack.MakeAsync(boss, run, new { step_id = "ask", approver = "other.self@example.test" });
        await stack.AddMemberAsync("twin", "operator", email: "boss@example.test");

        foreach (var refused in new[] { own, forOther })
            Assert.Equal((HttpStatusCode.Forbidden, "not_an_approver"), (refused.Status, refused.Problem));
        foreach (var name in new[] { "boss@example.test", "BOSS", "User:Boss" })
        {
            var forTheStarter = await stack.MakeAsync(stack.Admin, run, new { step_id = "ask", approver = name });
            Assert.Equal((HttpStatusCode.Forbidden, true), (forTheStarter.Status, forTheStarter.Detail!.EndsWith("started this run; somebody else must decide.", StringComparison.Ordinal)));
        }
    }

    [Fact]
    public async Task Create_WhereNothingWaits_SaysSo()
    {
        await using var stack = await LinkStack.StartAsync(servers);
        var run = await stack.AskAsync();
        Assert.Equal(HttpStatusCode.OK, (await stack.ResumeAsync(stack.Admin, run)).Status);

        var settled = await stack.MakeAsync(stack.Admin, run, new { step_id = "ask", approver = "grace@example.test" });
        var otherStep = await stack.MakeAsync(stack.Admin, run, new { step_id = "nowhere", approver = "grace@example.test" });
        var tooLong = await stack.MakeAsync(stack.Admin, run, new { step_id = "ask", approver = "grace@example.test", expires_in_hours = 721 });

        Assert.Equal((HttpStatusCode.Conflict, "step_not_waiting"), (settled.Status, settled.Problem));
        Assert.Equal((HttpStatusCode.Conflict, "step_not_waiting"), (otherStep.Status, otherStep.Problem));
        Assert.Equal(HttpStatusCode.BadRequest, tooLong.Status);
    }

    [Fact]
    public async Task Link_ForSomebodyWhoHasOne_TakesItsPlace()
    {
        await using var stack = await LinkStack.StartAsync(servers);
        var run = await stack.AskAsync();
        var lost = await stack.InviteAsync(run, "grace@example.test");
        var found = await stack.InviteAsync(run, "Grace@example.test");

        Assert.Equal((HttpStatusCode.Gone, HttpStatusCode.OK), ((await stack.OpenAsync(lost)).Status, (await stack.OpenAsync(found)).Status));
    }

    [Fact]
    public async Task Withdraw_BelongsToWhoMadeItAndToThoseWhoInvite()
    {
        await using var stack = await LinkStack.StartAsync(servers);
        var (ada, _) = await stack.AddMemberAsync("ada", "operator");
        var (bob, _) = await stack.AddMemberAsync("bob", "operator");
        var run = await stack.AskAsync();
        var id = (await stack.MakeAsync(ada, run)).Json.Text("id");
        var address = $"/api/v1/runs/{run}/approval-links/{id}";

        var byOther = await stack.Access.SendAsync(bob, HttpMethod.Delete, address);
        var byStranger = await stack.Access.SendAsync(stack.Access.Theirs.Keys[Role.Admin], HttpMethod.Delete, address);
        var listedByStranger = await stack.Access.GetAsync(stack.Access.Theirs.Keys[Role.Admin], $"/api/v1/runs/{run}/approval-links");
        var listed = await stack.Access.GetAsync(stack.Access.Ours.Keys[Role.Viewer], $"/api/v1/runs/{run}/approval-links");
        var byOwner = await stack.Access.SendAsync(ada, HttpMethod.Delete, address);
        var again = await stack.Access.SendAsync(stack.Admin, HttpMethod.Delete, address);

        Assert.Equal((HttpStatusCode.Forbidden, HttpStatusCode.NotFound, HttpStatusCode.NotFound), (byOther.Status, byStranger.Status, listedByStranger.Status));
        Assert.Equal(id, listed.Json[0].Text("id"));
        Assert.DoesNotContain("nla_", listed.Text, StringComparison.Ordinal);
        Assert.Equal((HttpStatusCode.NoContent, HttpStatusCode.NoContent), (byOwner.Status, again.Status));
        Assert.Equal(5L, await stack.Database.AskAsync<long>("SELECT count(*) FROM audit_log WHERE object_type = 'approval_link' AND object_id = $1", id)); // Made, and four times taken back or tried to.
    }
}
