using System.Net;
using System.Text.Json;
using NextLayer.Tests.Support;

namespace NextLayer.Tests.ControlPlane.Triggers;

/// <summary>Calls of webhooks that an operator has delivered once more.</summary>
public sealed class RedeliveryTests(Api api) : IClassFixture<Api>
{
    private static readonly Guid DefaultTenant = Guid.Parse("00000000-0000-7000-8000-000000000001");

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Redeliver_AcceptedCall_MakesARunOfItsOwnAndSaysWhatItRepeats()
    {
        var workflow = await AddWorkflowAsync();
        var first = await api.PostAsync(Address(workflow), """{"order": {"total": 12.50}}""", ("webhook-id", "m1"), ("Idempotency-Key", "k1"));

        var again = await RedeliverAsync(workflow, first.Json.GetProperty("run_id").GetGuid());
        var twice = await RedeliverAsync(workflow, again.Json.GetProperty("run_id").GetGuid());
        var list = await api.GetAsync($"{Address(workflow)}/deliveries");

        Assert.Equal((HttpStatusCode.Created, HttpStatusCode.Created), (again.Status, twice.Status));
        Assert.Equal($"/api/v1/runs/{again.Json.GetProperty("run_id")}", again.Headers["Location"]);
        var run = (await api.GetAsync($"/api/runs/{again.Json.GetProperty("run_id")}")).Json.GetProperty("run");
        Assert.Equal(("webhook", """{"order":{"total":12.50}}"""), (run.GetProperty("trigger_type").GetString(), run.GetProperty("parameters").GetRawText()));
        Assert.Equal(3, list.Json.EnumerateArray().Select(d => d.GetProperty("run_id").GetGuid()).Distinct().Count());
        Assert.Equal(
            [again.Json.GetProperty("run_id").GetString(), first.Json.GetProperty("run_id").GetString(), null],
            list.Json.EnumerateArray().Select(d => d.GetProperty("redelivery_of").GetString()));
        Approved.Equal("WebhookRedelivery", list.Json[0].GetRawText());
    }

    [Theory]
    [InlineData(null, "{}")]
    [InlineData("[1, \"a\"]", """{"body":[1,"a"]}""")]
    public async Task Redeliver_BodyThatIsNoObject_IsTheSameInput(string? body, string expected)
    {
        var workflow = await AddWorkflowAsync();
        var first = await api.PostAsync(Address(workflow), body);

        var again = await RedeliverAsync(workflow, first.Json.GetProperty("run_id").GetGuid());

        var run = (await api.GetAsync($"/api/runs/{again.Json.GetProperty("run_id")}")).Json.GetProperty("run");
        Assert.Equal(expected, run.GetProperty("parameters").GetRawText());
    }

    [Fact]
    public async Task Redeliver_ClickedTwiceAtOnceOnTwoReplicas_IsOneRun()
    {
        var workflow = await AddWorkflowAsync();
        await using var second = await ControlPlaneHost.StartAsync(api.Database);
        var first = (await api.PostAsync(Address(workflow), "{}")).Json.GetProperty("run_id").GetGuid();

        var answers = await Task.WhenAll(new[] { api.Http, second.Http, api.Http, second.Http }.Select(async http =>
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, $"{Address(workflow)}/deliveries/{first}/redeliver") { Headers = { { "Idempotency-Key", "click" } } };
            using var answer = await http.SendAsync(request, Ct);
            return (answer.StatusCode, Text: await answer.Content.ReadAsStringAsync(Ct));
        }));

        Assert.Single(answers, answer => answer.StatusCode == HttpStatusCode.Created);
        Assert.Equal(3, answers.Count(answer => answer.StatusCode == HttpStatusCode.OK));
        Assert.Single(answers.Select(answer => answer.Text).Distinct());
    }

    [Fact]
    public async Task Redeliver_InputThatDidNotFit_RunsOnceTheWorkflowTakesIt()
    {
        var strict = await AddWorkflowAsync("""{"type": "object", "required": ["n"], "properties": {"n": {"type": "number"} } }""");
        await api.PostAsync(Address(strict), """{"n": "x"}""");
        var refused = (await DeliveriesAsync(strict))[0];

        var still = await RedeliverAsync(strict, refused.GetProperty("id").GetGuid());
        var pipeline = await api.Database.AskAsync<Guid>("SELECT pipeline_id FROM pipeline_versions WHERE id = $1", strict);
        await api.AddVersionAsync(DefaultTenant, pipeline, "v2");
        var now = await RedeliverAsync(strict, refused.GetProperty("id").GetGuid());

        Assert.True(refused.GetProperty("can_redeliver").GetBoolean());
        Assert.Equal((HttpStatusCode.BadRequest, "must be a number."), (still.Status, still.Errors["$.n"]));
        Assert.Equal(HttpStatusCode.Created, now.Status);
        Assert.Equal(["accepted", "invalid_input", "invalid_input"], (await DeliveriesAsync(strict)).Select(d => d.GetProperty("verdict").GetString()));
    }

    [Fact]
    public async Task Redeliver_BodyTooLongOrRunGone_IsRefused()
    {
        var strict = await AddWorkflowAsync("""{"type": "object", "required": ["n"] }""");
        await api.PostAsync(Address(strict), $$"""{"long": "{{new string('x', 70_000)}}"}""");
        var tooLong = (await DeliveriesAsync(strict))[0];
        var open = await AddWorkflowAsync();
        await api.PostAsync(Address(open), "{}");
        await api.Database.ExecuteAsync("UPDATE webhook_deliveries SET run_id = gen_random_uuid() WHERE pipeline_id = (SELECT pipeline_id FROM pipeline_versions WHERE id = $1)", open);
        var gone = (await DeliveriesAsync(open))[0];

        var answers = new[] { await RedeliverAsync(strict, tooLong.GetProperty("id").GetGuid()), await RedeliverAsync(open, gone.GetProperty("id").GetGuid()) };

        Assert.All([tooLong, gone], delivery => Assert.False(delivery.GetProperty("can_redeliver").GetBoolean()));
        Assert.All(answers, answer => Assert.Equal((HttpStatusCode.Conflict, "delivery_body_not_kept"), (answer.Status, answer.Problem)));
    }

    [Fact]
    public async Task Redeliver_CallThatNobodyVouchesFor_IsRefusedAndItsBodyIsNowhere()
    {
        var workflow = await AddWorkflowAsync();
        await api.SendAsync(HttpMethod.Put, $"{Address(workflow)}/settings", "{}");
        await api.PostAsync(Address(workflow), """{"forged": true}""");
        await api.SendAsync(HttpMethod.Put, $"{Address(workflow)}/settings", """{"enabled": false, "require_signature": false}""");
        await api.PostAsync(Address(workflow), """{"forged": true}""");
        await api.SendAsync(HttpMethod.Put, $"{Address(workflow)}/settings", """{"require_signature": false}""");
        await api.PostAsync(Address(workflow), "{}", ("webhook-id", "m1"));
        await api.PostAsync(Address(workflow), "{}", ("webhook-id", "m1"));
        var deliveries = await DeliveriesAsync(workflow);

        var answers = new List<string?>();
        foreach (var delivery in deliveries.Where(d => d.GetProperty("verdict").GetString() != "accepted"))
            answers.Add((await RedeliverAsync(workflow, delivery.GetProperty("id").GetGuid())).Problem);

        Assert.Equal(["delivery_is_a_repeat", "delivery_not_genuine", "delivery_not_genuine"], answers);
        Assert.Equal([false, true, false, false], deliveries.Select(d => d.GetProperty("can_redeliver").GetBoolean()));
        Assert.Equal(0, await api.Database.AskAsync<long>("SELECT count(*) FROM webhook_deliveries WHERE body LIKE '%forged%'"));
        Assert.Equal(4, (await DeliveriesAsync(workflow)).Count);
    }

    [Fact]
    public async Task Redeliver_WebhookOffOrNothingThere_IsRefused()
    {
        var workflow = await AddWorkflowAsync();
        var delivery = (await api.PostAsync(Address(workflow), "{}")).Json.GetProperty("run_id").GetGuid();
        var prying = ("X-Tenant-Id", (await api.AddTenantAsync("Prying")).ToString());

        var foreign = await api.PostAsync($"{Address(workflow)}/deliveries/{delivery}/redeliver", null, prying);
        var elsewhere = await RedeliverAsync(await AddWorkflowAsync(), delivery);
        await api.SendAsync(HttpMethod.Put, $"{Address(workflow)}/settings", """{"enabled": false, "require_signature": false}""");
        var off = await RedeliverAsync(workflow, delivery);

        Assert.Equal(("workflow_not_found", "delivery_not_found"), (foreign.Problem, elsewhere.Problem));
        Assert.Equal((HttpStatusCode.Conflict, "webhook_disabled"), (off.Status, off.Problem));
        Assert.Single(await DeliveriesAsync(workflow));
    }

    private static string Address(Guid workflow) => $"/api/v1/triggers/webhook/{workflow}";

    private Task<Answer> RedeliverAsync(Guid workflow, Guid delivery) => api.PostAsync($"{Address(workflow)}/deliveries/{delivery}/redeliver");

    private async Task<IReadOnlyList<JsonElement>> DeliveriesAsync(Guid workflow) => [.. (await api.GetAsync($"{Address(workflow)}/deliveries")).Json.EnumerateArray()];

    private async Task<Guid> AddWorkflowAsync(string? inputSchema = null)
    {
        var pipeline = await api.AddPipelineAsync(DefaultTenant);
        var id = (await api.PostAsync("/api/pipeline-versions", $$"""
            {"tenant_id": "{{DefaultTenant}}", "pipeline_id": "{{pipeline}}", "version": "v1", "dag_spec": {}, "input_schema": {{inputSchema ?? "null"}} }
            """)).Id;
        await api.PostAsync($"/api/pipeline-versions/{id}/status", """{"status": "APPROVED"}""");
        return id;
    }
}
