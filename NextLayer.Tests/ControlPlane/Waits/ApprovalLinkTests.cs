using System.Net;
using NextLayer.Tests.AppHost;
using NextLayer.Tests.ControlPlane.Access;
using NextLayer.Tests.Support;
using Npgsql;

namespace NextLayer.Tests.ControlPlane.Waits;

/// <summary>Links by which people decide without signing in: what they show, what they are worth, and the vote.</summary>
public sealed class ApprovalLinkTests(Servers servers)
{
    [Fact]
    public async Task OwnLink_ShowsTheQuestionAndCarriesTheOneVote()
    {
        await using var stack = await LinkStack.StartAsync(servers);
        var (ada, _) = await stack.AddMemberAsync("ada", "operator");
        var run = await stack.AskAsync("""{"title": "Refund?", "required": 2, "show": [{"amount": 12}]}""");
        var made = await stack.MakeAsync(ada, run);
        var token = made.Json.GetProperty("token").GetString()!;

        var opened = await stack.OpenAsync(token);
        var decided = await stack.DecideAsync(token, new { comment = "fine" });
        var again = await stack.DecideAsync(token, new { approved = false });
        var signedIn = await stack.ResumeAsync(ada, run);

        Assert.Equal(HttpStatusCode.Created, made.Status);
        Assert.Equal($"/decide#{token}", made.Json.GetProperty("path").GetString());
        Assert.Equal("no-store", made.Headers["Cache-Control"]);
        Assert.Equal(
            ("ada@example.test", "Ours", "Refund?", "waiting"),
            (opened.Json.Text("approver"), opened.Json.Text("tenant_name"), opened.Json.GetProperty("approval").Text("title"), opened.Json.GetProperty("approval").Text("status")));
        Assert.Equal((HttpStatusCode.OK, "fine", true), (decided.Status, decided.Json.GetProperty("decision").Text("comment"), decided.Json.GetProperty("decision").GetProperty("by_link").GetBoolean()));
        Assert.Equal((HttpStatusCode.Conflict, "already_decided"), (again.Status, again.Problem));
        Assert.Equal((HttpStatusCode.Conflict, "already_decided"), (signedIn.Status, signedIn.Problem));
        Assert.Equal(1L, await stack.Database.AskAsync<long>("SELECT count(*) FROM approval_decisions WHERE run_id = $1 AND approved", run));
    }

    [Fact]
    public async Task Guest_InvitedByAnAdministrator_DecidesAndTheRunGoesOn()
    {
        await using var stack = await LinkStack.StartAsync(servers);
        var run = await stack.AskAsync();
        var token = await stack.InviteAsync(run, "grace@elsewhere.test");

        var decided = await stack.DecideAsync(token, new { note = "from outside" });
        await stack.UntilAsync(run, "SUCCEEDED");
        var opened = await stack.OpenAsync(token);

        Assert.Equal(HttpStatusCode.OK, decided.Status);
        Assert.Equal("approved", opened.Json.GetProperty("approval").Text("status"));
        var decision = opened.Json.GetProperty("decision");
        Assert.Equal(("grace@elsewhere.test", "a Admin (key)"), (decision.Text("by"), System.Text.RegularExpressions.Regex.Replace(decision.Text("invited_by"), "key:[a-z0-9]+", "key")));
        Assert.Equal(0L, await stack.Database.AskAsync<long>($"SELECT count(*) FROM approval_links l WHERE l::text LIKE '%{token[4..]}%'")); // Only its hash is kept.
    }

    [Fact]
    public async Task Link_ThatThereNeverWas_OpensNothing()
    {
        await using var stack = await LinkStack.StartAsync(servers);
        var letters = new string('A', 43);

        foreach (var token in new[] { $"nla_{letters}", "nla_short", $"nlk_{letters}", $"nla_Ä{letters[1..]}", $"nla_{letters}A" })
        {
            foreach (var answer in new[] { await stack.OpenAsync(token), await stack.DecideAsync(token) })
                Assert.Equal((HttpStatusCode.NotFound, "approval_link_not_found"), (answer.Status, answer.Problem));
        }
    }

    [Fact]
    public async Task Link_WhoseWorthHasEnded_DecidesNothing()
    {
        await using var stack = await LinkStack.StartAsync(servers);
        var (ada, adaId) = await stack.AddMemberAsync("ada", "operator");
        var (_, graceId) = await stack.AddMemberAsync("grace", "viewer");
        var run = await stack.AskAsync();
        var endings = new (string Approver, Func<Task> End, string Why)[]
        {
            ("ada", () => stack.Database.ExecuteAsync("UPDATE approval_links SET expires_at = now() - interval '1 second'"), "expired"),
            ("ada", () => stack.Database.ExecuteAsync("UPDATE approval_links SET maker_kind = 'development'"), "nobody needed to sign in"),
            ("ada", () => stack.ChangeMemberAsync(adaId, HttpMethod.Patch, """{"role": "viewer"}"""), "may no longer decide"),
            ("grace", () => stack.ChangeMemberAsync(graceId, HttpMethod.Delete), "is no longer a member"),
            ("guest", stack.RevokeInviterAsync, "Whoever made this link may no longer"),
        };
        foreach (var (approver, end, why) in endings)
        {
            var token = approver == "ada" ? (await stack.MakeAsync(ada, run)).Json.Text("token") : await stack.InviteAsync(run, $"{approver}@example.test", stack.Inviter);
            Assert.Equal(HttpStatusCode.OK, (await stack.OpenAsync(token)).Status);
            await end();

            foreach (var answer in new[] { await stack.OpenAsync(token), await stack.DecideAsync(token) })
            {
                Assert.Equal((HttpStatusCode.Gone, "approval_link_ended"), (answer.Status, answer.Problem));
                Assert.Contains(why, answer.Detail, StringComparison.Ordinal);
            }
        }

        Assert.Equal("waiting", await stack.Database.AskAsync<string>("SELECT status FROM approvals WHERE run_id = $1", run));
    }

    [Fact]
    public async Task Link_OfSomebodySmallHereAndLargeEverywhere_IsWorthWhatTheyMay()
    {
        await using var stack = await LinkStack.StartAsync(servers);
        var (root, _) = await stack.AddMemberAsync("root-user", "viewer"); // Auth:Administrators names it.
        var run = await stack.AskAsync();

        var decided = await stack.DecideAsync((await stack.MakeAsync(root, run)).Json.Text("token"));

        Assert.Equal(HttpStatusCode.OK, decided.Status);
    }

    [Fact]
    public async Task Guest_SeesTheQuestionAndHowOthersVoted_ButNotWhatTheyFilledInNorWhoIsAsked()
    {
        await using var stack = await LinkStack.StartAsync(servers);
        var run = await stack.AskAsync("""{"required": 3, "approvers": {"users": ["ada@example.test", "grace@example.test"]}, "on_deadline": "escalate", "escalate_to": ["boss@example.test"], "deadline": "P1D"}""");
        await stack.DecideAsync(await stack.InviteAsync(run, "ada@example.test"), new { iban = "DE02", comment = "fine by me" });

        var opened = await stack.OpenAsync(await stack.InviteAsync(run, "grace@example.test"));

        Assert.Contains("fine by me", opened.Text, StringComparison.Ordinal);
        foreach (var hidden in new[] { "DE02", "boss@example.test" })
            Assert.DoesNotContain(hidden, opened.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Vote_GivenSignedIn_IsShownToWhoOpensTheirLinkAndCannotBeGivenAgain()
    {
        await using var stack = await LinkStack.StartAsync(servers);
        var (ada, adaId) = await stack.AddMemberAsync("ada", "operator");
        await stack.Database.ExecuteAsync("UPDATE memberships SET email = 'ada.b@elsewhere.test' WHERE id = $1", adaId); // The token says another.
        var run = await stack.AskAsync("""{"required": 2}""");
        await stack.ResumeAsync(ada, run);
        var token = await stack.InviteAsync(run, "ada.b@elsewhere.test");

        var opened = await stack.OpenAsync(token);
        var again = await stack.DecideAsync(token);

        Assert.Equal("ada@example.test", opened.Json.GetProperty("decision").Text("by"));
        Assert.Equal((HttpStatusCode.Conflict, "already_decided"), (again.Status, again.Problem));
    }

    [Fact]
    public async Task Data_ThatClaimsWhatOthersDid_DoesNotBecomeTheOutput()
    {
        await using var stack = await LinkStack.StartAsync(servers);
        var run = await stack.AskAsync();
        var token = await stack.InviteAsync(run, "grace@example.test");

        await stack.DecideAsync(token, new { decisions = new[] { new { by = "ceo@example.test" } }, decided_at = "1999-01-01", note = "mine" });
        await stack.UntilAsync(run, "SUCCEEDED");

        var output = System.Text.Json.JsonElement.Parse(await stack.Database.AskAsync<string>("SELECT output::text FROM step_runs WHERE run_id = $1 AND step_id = 'ask' AND output IS NOT NULL", run) ?? "");
        var decision = Assert.Single(output.GetProperty("decisions").EnumerateArray());
        Assert.Equal(("grace@example.test", true), (decision.Text("by"), decision.GetProperty("by_link").GetBoolean()));
        Assert.Equal(("mine", false), (output.Text("note"), output.Text("decided_at").StartsWith("1999", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Link_ToAnEarlierAttempt_DoesNotDecideTheNextOne()
    {
        await using var stack = await LinkStack.StartAsync(servers);
        var run = await stack.AskAsync();
        var early = await stack.InviteAsync(run, "grace@example.test");
        await stack.Access.PostAsync(stack.Admin, $"/api/v1/runs/{run}/resume", """{"step_id": "ask", "data": {"approved": false}}""");
        await stack.UntilAsync(run, "FAILED");
        await stack.Access.PostAsync(stack.Admin, $"/api/runs/{run}/retry");
        await stack.UntilAsync(run, "PAUSED");

        var opened = await stack.OpenAsync(early);
        var decided = await stack.DecideAsync(early);

        Assert.Equal("rejected", opened.Json.GetProperty("approval").Text("status"));
        Assert.Equal((HttpStatusCode.Conflict, "approval_settled"), (decided.Status, decided.Problem));
        Assert.Equal("PAUSED", await stack.Database.AskAsync<string>("SELECT status FROM pipeline_runs WHERE id = $1", run));
    }

    [Fact]
    public async Task Decide_ByAllWhoHaveALinkAtOnce_SettlesOnceAndCountsEachPersonOnce()
    {
        await using var stack = await LinkStack.StartAsync(servers);
        var run = await stack.AskAsync("""{"required": 3}""");
        var tokens = new List<string>();
        foreach (var name in new[] { "a@x.test", "b@x.test", "c@x.test", "d@x.test" })
            tokens.Add(await stack.InviteAsync(run, name));

        var answers = await Task.WhenAll(tokens.Concat(tokens).Concat(tokens).Select(token => stack.DecideAsync(token)));
        await stack.UntilAsync(run, "SUCCEEDED");

        Assert.Equal(3, answers.Count(answer => answer.Status == HttpStatusCode.OK));
        Assert.All(answers.Where(answer => answer.Status != HttpStatusCode.OK), answer => Assert.Equal(HttpStatusCode.Conflict, answer.Status));
        Assert.Equal(3L, await stack.Database.AskAsync<long>("SELECT count(DISTINCT lower(decided_by)) FROM approval_decisions WHERE run_id = $1", run));
    }

    [Fact]
    public async Task Withdraw_WhileADecisionIsBeingMade_WaitsForItOrPreventsIt()
    {
        await using var stack = await LinkStack.StartAsync(servers);
        var run = await stack.AskAsync("""{"required": 50}""");
        for (var round = 0; round < 12; round++)
        {
            var made = (await stack.MakeAsync(stack.Admin, run, new { step_id = "ask", approver = $"guest{round}@x.test" })).Json;
            var deciding = stack.DecideAsync(made.Text("token"));
            var withdrawn = await stack.Access.SendAsync(stack.Admin, HttpMethod.Delete, $"/api/v1/runs/{run}/approval-links/{made.Text("id")}");
            var counted = await stack.Database.AskAsync<long>($"SELECT count(*) FROM approval_decisions WHERE decided_by = 'guest{round}@x.test'");
            await deciding;

            Assert.Equal(HttpStatusCode.NoContent, withdrawn.Status);
            Assert.Equal(counted, await stack.Database.AskAsync<long>($"SELECT count(*) FROM approval_decisions WHERE decided_by = 'guest{round}@x.test'"));
        }
    }

    [Fact]
    public async Task Withdraw_WhileADecisionWaitsForTheRun_IsFinal()
    {
        await using var stack = await LinkStack.StartAsync(servers);
        var run = await stack.AskAsync();
        var made = (await stack.MakeAsync(stack.Admin, run, new { step_id = "ask", approver = "grace@example.test" })).Json;
        await using var other = new NpgsqlConnection(stack.Database.ConnectionString);
        await other.OpenAsync(TestContext.Current.CancellationToken);
        await using var transaction = await other.BeginTransactionAsync(TestContext.Current.CancellationToken);
        await using (var hold = new NpgsqlCommand($"SELECT FROM pipeline_runs WHERE id = '{run}' FOR UPDATE", other))
            await hold.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);

        var deciding = stack.DecideAsync(made.Text("token"));
        await Eventually.GetAsync(
            async () => await stack.Database.AskAsync<long>("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'") > 0 ? "waits" : null,
            "the decision waits for the run");
        var withdrawn = await stack.Access.SendAsync(stack.Admin, HttpMethod.Delete, $"/api/v1/runs/{run}/approval-links/{made.Text("id")}");
        await transaction.RollbackAsync(TestContext.Current.CancellationToken);
        var decided = await deciding;

        Assert.Equal((HttpStatusCode.NoContent, HttpStatusCode.Gone), (withdrawn.Status, decided.Status));
        Assert.Equal(0L, await stack.Database.AskAsync<long>("SELECT count(*) FROM approval_decisions WHERE run_id = $1", run));
    }

    [Fact]
    public async Task Decide_WithDataThatTheFormRefuses_CountsNothing()
    {
        await using var stack = await LinkStack.StartAsync(servers);
        var run = await stack.AskAsync("""{"form": {"type": "object", "properties": {"amount": {"type": "number"}}, "required": ["amount"]}}""");
        var token = await stack.InviteAsync(run, "grace@example.test");

        var missing = await stack.DecideAsync(token);
        var wrong = await stack.DecideAsync(token, "text");
        var right = await stack.DecideAsync(token, new { amount = 3 });

        Assert.Equal((HttpStatusCode.BadRequest, HttpStatusCode.BadRequest, HttpStatusCode.OK), (missing.Status, wrong.Status, right.Status));
        Assert.Contains("amount", missing.Text, StringComparison.Ordinal);
    }
}
