using System.Net;
using System.Text.Json;
using NextLayer.Tests.Support;

namespace NextLayer.Tests.ControlPlane.Workflows;

/// <summary>Starting runs: who may, with what, and once.</summary>
public sealed class RunStartTests(Api api) : IClassFixture<Api>
{
    [Fact]
    public async Task Run_Published_QueuesARunThatTheQueueApiSees()
    {
        var tenant = await WorkflowTenant.CreateAsync(api);
        var workflowId = await tenant.AddPublishedAsync();

        var made = await tenant.RunAsync(workflowId, """{"input": {"a": 1.0}}""");
        var shown = await tenant.GetAsync($"/runs/{made.Id}");
        var queued = (await api.GetAsync($"/api/runs/{made.Id}")).Json.GetProperty("run");

        Assert.Equal((HttpStatusCode.Created, $"/api/v1/runs/{made.Id}"), (made.Status, made.Headers["Location"]));
        Assert.Equal(made.Text, shown.Text);
        Assert.Equal(("pending", "manual", """{"a":1.0}""", 2), (made.Text("status"), made.Text("trigger_type"), made.Json.GetProperty("input").GetRawText(), made.Number("progress", "pending")));
        Assert.Equal(("QUEUED", workflowId, """{"a":1.0}"""), (queued.GetProperty("status").GetString(), queued.GetProperty("pipeline_version_id").GetGuid(), queued.GetProperty("parameters").GetRawText()));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("{}")]
    [InlineData("""{"input": null}""")]
    public async Task Run_NoInput_IsAnEmptyObject(string? body)
    {
        var tenant = await WorkflowTenant.CreateAsync(api);

        var made = await tenant.PostAsync($"/workflows/{await tenant.AddPublishedAsync()}/run", body);

        Assert.Equal((HttpStatusCode.Created, "{}"), (made.Status, made.Json.GetProperty("input").GetRawText()));
    }

    [Fact]
    public async Task Run_PriorityAndStartTime_AreTheRuns()
    {
        var tenant = await WorkflowTenant.CreateAsync(api);
        var workflowId = await tenant.AddPublishedAsync();

        var made = await tenant.RunAsync(workflowId, """{"priority": 5, "run_after": "2999-01-01T00:00:00Z"}""");
        var late = await tenant.RunAsync(workflowId, """{"run_after": "2001-01-01T00:00:00Z"}""");

        Assert.Equal((5, "2999-01-01T00:00:00+00:00"), (made.Number("priority"), made.Text("run_after")));
        Assert.Equal(made.Text, (await tenant.GetAsync($"/runs/{made.Id}")).Text);
        Assert.Equal(JsonValueKind.Null, late.Json.GetProperty("run_after").ValueKind);
        Assert.Equal(late.Text, (await tenant.GetAsync($"/runs/{late.Id}")).Text);
    }

    [Theory]
    [InlineData("DRAFT")]
    [InlineData("DEPRECATED")]
    public async Task Run_NotPublished_Is400AndMakesNothing(string status)
    {
        var tenant = await WorkflowTenant.CreateAsync(api);
        var workflowId = await tenant.AddDraftAsync();
        await api.PostAsync($"/api/pipeline-versions/{workflowId}/status", $$"""{"status": "{{status}}"}""");

        var answer = await tenant.RunAsync(workflowId, "{}", ("Idempotency-Key", "k"));

        Assert.Equal((HttpStatusCode.BadRequest, "workflow_not_published"), (answer.Status, answer.Problem));
        Assert.Empty((await tenant.GetAsync("/runs")).Ids());
        await tenant.PostAsync($"/workflows/{workflowId}/publish");
        Assert.Equal(HttpStatusCode.Created, (await tenant.RunAsync(workflowId, "{}", ("Idempotency-Key", "k"))).Status);
    }

    [Theory]
    [InlineData("""{"input": []}""", "input")]
    [InlineData("""{"input": "x"}""", "input")]
    [InlineData("""{"input": {}}""", "input.name")]
    [InlineData("""{"input": {"name": "x", "lines": [{"n": 1}, {"n": "two"}]}}""", "input.lines[1].n")]
    [InlineData("""{"input": {"name": "x"}, "priority": 101}""", "priority")]
    [InlineData("""{"input": {"name": "x"}, "run_after": "soon"}""", "run_after")]
    [InlineData("""{"input": {"name": "x"}, "idempotency_key": 7}""", "idempotency_key")]
    public async Task Run_InputThatDoesNotFit_Is400AtItsPlace(string body, string path)
    {
        var tenant = await WorkflowTenant.CreateAsync(api);
        var workflowId = await tenant.AddPublishedAsync(inputSchema: """
            {"type": "object", "required": ["name"], "properties": {"lines": {"type": "array", "items": {"properties": {"n": {"type": "integer"}}}}}}
            """);

        var answer = await tenant.RunAsync(workflowId, body);

        Assert.Equal(HttpStatusCode.BadRequest, answer.Status);
        Assert.Contains(answer.Errors.Keys, key => key.StartsWith(path.Split('.')[0], StringComparison.Ordinal) && (key == path || path == "input.name"));
        Assert.Empty((await tenant.GetAsync("/runs")).Ids());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Run_SameKeyTwice_AnswersToTheByteAsAtFirst(bool inBody)
    {
        var tenant = await WorkflowTenant.CreateAsync(api);
        var workflowId = await tenant.AddPublishedAsync();
        var member = inBody ? """, "idempotency_key": "k" """ : "";
        var headers = inBody ? [] : new[] { ("X-Idempotency-Key", "k") };
        var body = $$$"""{"input": {"created_at": "x", "deep": {"created_at": 1}}{{{member}}}}""";
        var first = await tenant.RunAsync(workflowId, body, headers);
        await tenant.ClaimAsync();

        var again = await tenant.RunAsync(workflowId, body, headers);
        var other = await tenant.RunAsync(workflowId, $$$"""{"input": {}{{{member}}}}""", headers);

        Assert.Equal(HttpStatusCode.Created, first.Status);
        Assert.Equal((HttpStatusCode.OK, first.Text, first.Headers["Location"]), (again.Status, again.Text, again.Headers["Location"]));
        Assert.Equal((HttpStatusCode.UnprocessableEntity, "idempotency_key_reused"), (other.Status, other.Problem));
        Assert.Equal([first.Id], (await tenant.GetAsync("/runs")).Ids());
    }

    [Fact]
    public async Task Run_KeyInHeaderAndBody_MustBeTheSame()
    {
        var tenant = await WorkflowTenant.CreateAsync(api);
        var workflowId = await tenant.AddPublishedAsync();

        var same = await tenant.RunAsync(workflowId, """{"idempotency_key": "a"}""", ("Idempotency-Key", "a"));
        var two = await tenant.RunAsync(workflowId, """{"idempotency_key": "a"}""", ("Idempotency-Key", "b"));
        var none = await tenant.RunAsync(workflowId, """{"idempotency_key": ""}""");

        Assert.Equal(HttpStatusCode.Created, same.Status);
        Assert.Equal("invalid_idempotency_key", two.Problem);
        Assert.Equal("invalid_idempotency_key", none.Problem);
    }

    [Fact]
    public async Task Run_OneKeyInTwoTenants_MakesTwoRuns()
    {
        var one = await WorkflowTenant.CreateAsync(api);
        var two = await WorkflowTenant.CreateAsync(api);

        var answers = new[]
        {
            await one.RunAsync(await one.AddPublishedAsync(), "{}", ("Idempotency-Key", "k")),
            await two.RunAsync(await two.AddPublishedAsync(), "{}", ("Idempotency-Key", "k")),
        };

        Assert.All(answers, answer => Assert.Equal(HttpStatusCode.Created, answer.Status));
    }

    [Fact]
    public async Task Run_OneKeyManyAtOnce_MakesOneRun()
    {
        var tenant = await WorkflowTenant.CreateAsync(api);
        var workflowId = await tenant.AddPublishedAsync();

        var answers = await Task.WhenAll(Enumerable.Range(0, 12).Select(_ => tenant.RunAsync(workflowId, """{"input": {"n": 1}}""", ("Idempotency-Key", "k"))));

        Assert.Single(answers.Select(answer => answer.Text).Distinct());
        Assert.Single(answers, answer => answer.Status == HttpStatusCode.Created);
        Assert.Equal(11, answers.Count(answer => answer.Status == HttpStatusCode.OK));
        Assert.Single((await tenant.GetAsync("/runs")).Ids());
    }

    [Fact]
    public async Task Run_OneKeyForADraftAndForAPublishedAtOnce_RefusesTheDraftAlone()
    {
        var tenant = await WorkflowTenant.CreateAsync(api);
        var draft = await tenant.AddDraftAsync();
        var published = await tenant.AddPublishedAsync();
        await Task.WhenAll(Enumerable.Range(0, 12).Select(async round =>
        {
            var answers = await Task.WhenAll(
                tenant.RunAsync(draft, "{}", ("Idempotency-Key", $"k{round}")),
                tenant.RunAsync(published, "{}", ("Idempotency-Key", $"k{round}")));

            Assert.Contains(answers[0].Problem, new[] { "workflow_not_published", "idempotency_key_reused" });
            Assert.Equal(HttpStatusCode.Created, answers[1].Status);
        }));
    }

    [Fact]
    public async Task Rerun_FailedRun_IsANewRunLinkedToTheFirst()
    {
        var tenant = await WorkflowTenant.CreateAsync(api);
        var workflowId = await tenant.AddPublishedAsync();
        var first = await tenant.RunAsync(workflowId, """{"input": {"n": 1}, "priority": 3}""");
        await tenant.FailAsync(first.Id);

        var same = await tenant.PostAsync($"/runs/{first.Id}/rerun");
        var edited = await tenant.PostAsync($"/runs/{first.Id}/rerun", """{"input": {"n": 2}, "idempotency_key": "again"}""");
        var repeat = await tenant.PostAsync($"/runs/{first.Id}/rerun", """{"input": {"n": 2}, "idempotency_key": "again"}""");

        Assert.Equal((HttpStatusCode.Created, "pending", """{"n":1}""", 3), (same.Status, same.Text("status"), same.Json.GetProperty("input").GetRawText(), same.Number("priority")));
        Assert.Equal(first.Id.ToString(), edited.Text("rerun_of"));
        Assert.Equal("""{"n":2}""", edited.Json.GetProperty("input").GetRawText());
        Assert.Equal((HttpStatusCode.OK, edited.Text), (repeat.Status, repeat.Text));
        var shown = await tenant.GetAsync($"/runs/{first.Id}");
        Assert.Equal(("failed", 1), (shown.Text("status"), shown.Number("generation")));
        Assert.Equal([edited.Id, same.Id], shown.Json.GetProperty("reruns").EnumerateArray().Select(id => id.GetGuid()));
        Assert.Equal(first.Id, (await api.GetAsync($"/api/runs/{edited.Id}")).Json.GetProperty("run").GetProperty("rerun_of").GetGuid());
    }

    [Fact]
    public async Task Rerun_ThatCannotBe_IsRefused()
    {
        var tenant = await WorkflowTenant.CreateAsync(api);
        var workflowId = await tenant.AddPublishedAsync(inputSchema: """{"type": "object", "properties": {"n": {"type": "integer"}}}""");
        var run = await tenant.RunAsync(workflowId);
        var misfit = await tenant.PostAsync($"/runs/{run.Id}/rerun", """{"input": {"n": "x"}}""");
        await api.PostAsync($"/api/pipeline-versions/{workflowId}/status", """{"status": "DEPRECATED"}""");

        var archived = await tenant.PostAsync($"/runs/{run.Id}/rerun");

        Assert.Contains("input.n", misfit.Errors.Keys);
        Assert.Equal((HttpStatusCode.BadRequest, "workflow_not_published"), (archived.Status, archived.Problem));
        Assert.Equal([run.Id], (await tenant.GetAsync("/runs")).Ids());
    }
}
