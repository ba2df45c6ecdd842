using System.Net;
using System.Text.Json;
using NextLayer.Tests.Support;

namespace NextLayer.Tests.ControlPlane.Workflows;

/// <summary>Tests of drafts: runs of a copy that is there for nothing else.</summary>
public sealed class DraftTestTests(Api api) : IClassFixture<Api>
{
    private const string OneStep = """{"steps":[{"id":"a","type":"transform","config":{"mode":"object","output":{}}}]}""";

    [Fact]
    public async Task Test_ADraft_RunsItAsItWasHoweverItChangesLater()
    {
        var tenant = await WorkflowTenant.CreateAsync(api);
        var draftId = await tenant.AddDraftAsync(definition: OneStep);

        var made = await TestAsync(tenant, draftId, """{"input": {"n": 1}}""");
        await tenant.PutAsync($"/workflows/{draftId}", $$"""{"definition": {{WorkflowTenant.Steps}}}""");
        var claim = await api.PostAsync("/api/runs/claim", $$"""{"worker_id": "w1", "tenant_id": "{{tenant.Id}}", "lease_seconds": 60}""");
        var ran = await api.GetAsync($"/api/pipeline-versions/{made.Text("workflow_id")}");

        Assert.Equal((HttpStatusCode.Created, $"/api/v1/runs/{made.Id}"), (made.Status, made.Headers["Location"]));
        Assert.Equal(("test", """{"n":1}"""), (made.Text("trigger_type"), made.Json.GetProperty("input").GetRawText()));
        Assert.Equal(OneStep, claim.Json.GetProperty("pipeline_version").GetProperty("dag_spec").GetRawText());
        Assert.Equal(OneStep, ran.Json.GetProperty("dag_spec").GetRawText());
        Assert.Equal((draftId.ToString(), "v1", 1, "DEPRECATED"), (ran.Text("test_of"), ran.Text("version"), ran.Number("version_number"), ran.Text("status")));
        Assert.NotEqual(draftId.ToString(), made.Text("workflow_id"));
    }

    [Fact]
    public async Task Test_OfTheSameState_RunsTheSameCopyAndOfAnotherAnother()
    {
        var tenant = await WorkflowTenant.CreateAsync(api);
        var draftId = await tenant.AddDraftAsync();

        var first = await TestAsync(tenant, draftId);
        var second = await TestAsync(tenant, draftId);
        await tenant.PutAsync($"/workflows/{draftId}", """{"input_schema": {"type": "object"}}""");
        var third = await TestAsync(tenant, draftId);

        Assert.NotEqual(first.Id, second.Id);
        Assert.Equal(first.Text("workflow_id"), second.Text("workflow_id"));
        Assert.NotEqual(first.Text("workflow_id"), third.Text("workflow_id"));
    }

    [Fact]
    public async Task Copies_AreInNoListAndStandInNobodysWay()
    {
        var tenant = await WorkflowTenant.CreateAsync(api);
        var draftId = await tenant.AddDraftAsync();
        var pipelineId = (await tenant.GetAsync($"/workflows/{draftId}")).Text("pipeline_id");
        var run = await TestAsync(tenant, draftId);

        var published = await tenant.PostAsync($"/workflows/{draftId}/publish");
        var next = await tenant.PostAsync($"/workflows/{draftId}/duplicate");
        var workflows = await tenant.GetAsync("/workflows");
        var versions = await api.GetAsync($"/api/pipeline-versions?pipeline_id={pipelineId}");

        Assert.Equal(HttpStatusCode.OK, published.Status);
        Assert.Equal(("v2", 2), (next.Text("version_label"), next.Number("version")));
        Assert.Equal([next.Id, draftId], workflows.Ids());
        Assert.Equal("2", workflows.Headers["X-Total-Count"]);
        Assert.Equal([next.Id, draftId], versions.Json.GetProperty("items").EnumerateArray().Select(v => v.GetProperty("id").GetGuid()));
        Assert.Equal([run.Id], (await tenant.GetAsync("/runs?trigger_type=test")).Ids());
    }

    [Fact]
    public async Task Copy_CanNeitherBeApprovedNorRunNorChanged()
    {
        var tenant = await WorkflowTenant.CreateAsync(api);
        var draftId = await tenant.AddDraftAsync();
        var run = await TestAsync(tenant, draftId);
        var copyId = Guid.Parse(run.Text("workflow_id")!);

        var approved = await api.PostAsync($"/api/pipeline-versions/{copyId}/status", """{"status": "APPROVED"}""");
        var published = await tenant.PostAsync($"/workflows/{copyId}/publish");
        var changed = await tenant.PutAsync($"/workflows/{copyId}", """{"definition": {}}""");
        var queued = await api.PostAsync("/api/runs", $$"""{"tenant_id": "{{tenant.Id}}", "pipeline_version_id": "{{copyId}}", "trigger_type": "test"}""");
        var ran = await tenant.RunAsync(copyId);
        var tested = await TestAsync(tenant, copyId);
        var again = await tenant.PostAsync($"/runs/{run.Id}/rerun");

        Assert.Equal((HttpStatusCode.Conflict, "version_is_test"), (approved.Status, approved.Problem));
        Assert.Equal((HttpStatusCode.Conflict, "version_is_test"), (published.Status, published.Problem));
        Assert.Equal((HttpStatusCode.BadRequest, "workflow_not_draft"), (changed.Status, changed.Problem));
        Assert.Equal((HttpStatusCode.BadRequest, "pipeline_version_not_approved"), (queued.Status, queued.Problem));
        Assert.Equal((HttpStatusCode.BadRequest, "workflow_not_published"), (ran.Status, ran.Problem));
        Assert.Equal((HttpStatusCode.BadRequest, "workflow_not_draft"), (tested.Status, tested.Problem));
        Assert.Equal((HttpStatusCode.BadRequest, "workflow_not_published"), (again.Status, again.Problem));
        Assert.Contains($"test the draft {draftId} again", again.Text, StringComparison.Ordinal);
        Assert.Equal([run.Id], (await tenant.GetAsync("/runs")).Ids());
    }

    [Fact]
    public async Task Test_OfWhatIsNoDraft_IsRefused()
    {
        var tenant = await WorkflowTenant.CreateAsync(api);
        var stranger = await WorkflowTenant.CreateAsync(api);
        var published = await tenant.AddPublishedAsync();
        var reopened = await tenant.AddPublishedAsync();
        await api.PostAsync($"/api/pipeline-versions/{reopened}/status", """{"status": "DRAFT"}""");

        var answers = new[] { await TestAsync(tenant, published), await TestAsync(tenant, reopened), await TestAsync(stranger, published), await TestAsync(tenant, Guid.NewGuid()) };

        Assert.Equal(["workflow_not_draft", "workflow_not_draft", "workflow_not_found", "workflow_not_found"], answers.Select(a => a.Problem));
        Assert.Empty((await tenant.GetAsync("/runs")).Ids());
    }

    [Fact]
    public async Task Test_OfAnInvalidDraftOrInput_IsRefusedAtItsPlaceAndMakesNothing()
    {
        var tenant = await WorkflowTenant.CreateAsync(api);
        var broken = await tenant.AddDraftAsync(definition: """{"steps": [{"id": "a", "type": "nonsense"}]}""");
        var strict = await tenant.AddDraftAsync(inputSchema: """{"type": "object", "required": ["name"]}""");

        var invalid = await TestAsync(tenant, broken);
        var unfit = await TestAsync(tenant, strict);

        Assert.Equal((HttpStatusCode.BadRequest, "invalid_definition"), (invalid.Status, invalid.Problem));
        Assert.All(invalid.Errors.Keys, key => Assert.StartsWith("definition.", key, StringComparison.Ordinal));
        Assert.Equal(HttpStatusCode.BadRequest, unfit.Status);
        Assert.Equal(["input.name"], unfit.Errors.Keys);
        Assert.Empty((await tenant.GetAsync("/runs")).Ids());
        Assert.Equal(0, await api.Database.AskAsync<long>($"SELECT count(*) FROM pipeline_versions WHERE test_of = '{broken}'"));
    }

    [Fact]
    public async Task Test_UpToAStep_LeavesOutWhatComesBehindItHoweverUnfinished()
    {
        var tenant = await WorkflowTenant.CreateAsync(api);
        var draftId = await tenant.AddDraftAsync(definition: """{"steps": ["a", "b", {"id": "c", "type": "nonsense"}]}""");

        var run = await TestAsync(tenant, draftId, """{"up_to": "b"}""");
        var all = await TestAsync(tenant, draftId);
        var none = await TestAsync(tenant, draftId, """{"up_to": "d"}""");

        Assert.Equal((HttpStatusCode.Created, 2), (run.Status, run.Number("progress", "total")));
        Assert.Equal("""{"steps":["a","b"]}""", (await api.GetAsync($"/api/pipeline-versions/{run.Text("workflow_id")}")).Json.GetProperty("dag_spec").GetRawText());
        Assert.Equal("invalid_definition", all.Problem);
        Assert.Equal(HttpStatusCode.BadRequest, none.Status);
        Assert.Equal(["up_to"], none.Errors.Keys);
    }

    [Fact]
    public async Task Test_OneKeyManyTimesAtOnce_MakesOneRunEvenWhenTheDraftChangesMeanwhile()
    {
        var tenant = await WorkflowTenant.CreateAsync(api);
        var draftId = await tenant.AddDraftAsync();

        var answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(async i =>
        {
            if (i % 5 == 4)
                await tenant.PutAsync($"/workflows/{draftId}", $$$"""{"input_schema": {"type": "object", "title": "{{{i}}}"}}""");
            return await TestAsync(tenant, draftId, """{"idempotency_key": "k"}""");
        }));

        Assert.Single(answers, answer => answer.Status == HttpStatusCode.Created);
        Assert.Single(answers.Select(answer => answer.Text).Distinct());
        Assert.Single((await tenant.GetAsync("/runs")).Ids());
    }

    [Fact]
    public async Task Test_RepeatedAfterTheDraftIsGone_IsAnsweredAsAtFirst()
    {
        var tenant = await WorkflowTenant.CreateAsync(api);
        var draftId = await tenant.AddDraftAsync();
        var first = await TestAsync(tenant, draftId, """{"idempotency_key": "k"}""");

        await tenant.PutAsync($"/workflows/{draftId}", """{"definition": {"steps": [{"id": "a", "type": "nonsense"}]}}""");
        var changed = await TestAsync(tenant, draftId, """{"idempotency_key": "k"}""");
        await tenant.DeleteAsync($"/workflows/{draftId}");
        var gone = await TestAsync(tenant, draftId, """{"idempotency_key": "k"}""");
        var other = await TestAsync(tenant, draftId, """{"idempotency_key": "k", "input": {"n": 1}}""");

        Assert.Equal((HttpStatusCode.OK, first.Text), (changed.Status, changed.Text));
        Assert.Equal((HttpStatusCode.OK, first.Text), (gone.Status, gone.Text));
        Assert.Equal("idempotency_key_reused", other.Problem);
    }

    [Fact]
    public async Task TestAndDelete_AtOnce_NeverFailTheServer()
    {
        var tenant = await WorkflowTenant.CreateAsync(api);
        await Task.WhenAll(Enumerable.Range(0, 24).Select(async round =>
        {
            var draftId = await tenant.AddDraftAsync($"Round {round}");

            var answers = await Task.WhenAll(TestAsync(tenant, draftId), tenant.DeleteAsync($"/workflows/{draftId}"));

            Assert.Contains(answers[0].Status, new[] { HttpStatusCode.Created, HttpStatusCode.NotFound });
            Assert.Contains(answers[1].Status, new[] { HttpStatusCode.NoContent, HttpStatusCode.Conflict });
        }));
    }

    [Fact]
    public async Task Tests_CountAgainstTheDailyLimit()
    {
        var tenant = await WorkflowTenant.CreateAsync(api);
        var draftId = await tenant.AddDraftAsync();
        await api.PatchAsync($"/api/tenants/{tenant.Id}", """{"daily_run_limit": 1}""");

        var first = await TestAsync(tenant, draftId);
        var second = await TestAsync(tenant, draftId);

        Assert.Equal((HttpStatusCode.Created, HttpStatusCode.TooManyRequests), (first.Status, second.Status));
    }

    [Fact]
    public async Task Statistics_LeaveTestsOut()
    {
        var tenant = await WorkflowTenant.CreateAsync(api);
        var draftId = await tenant.AddDraftAsync();
        await tenant.FailAsync((await TestAsync(tenant, draftId)).Id);
        await tenant.PostAsync($"/workflows/{draftId}/publish");
        await tenant.RunAsync(draftId);

        var totals = (await api.GetAsync($"/api/v1/stats?tenant_id={tenant.Id}")).Json.GetProperty("totals");

        Assert.Equal((0, 1), (totals.GetProperty("failed").GetInt32(), totals.GetProperty("queued").GetInt32()));
    }

    [Fact]
    public async Task Draft_Tested_CanBeDeletedAndItsTestsStay()
    {
        var tenant = await WorkflowTenant.CreateAsync(api);
        var draftId = await tenant.AddDraftAsync();
        var run = await TestAsync(tenant, draftId);

        var deleted = await tenant.DeleteAsync($"/workflows/{draftId}");
        await tenant.CompleteAsync(run.Id);

        Assert.Equal(HttpStatusCode.NoContent, deleted.Status);
        Assert.Equal("completed", (await tenant.GetAsync($"/runs/{run.Id}")).Text("status"));
        Assert.Equal(HttpStatusCode.OK, (await api.GetAsync($"/api/pipeline-versions/{run.Text("workflow_id")}")).Status);
    }

    private static Task<Answer> TestAsync(WorkflowTenant tenant, Guid draftId, string json = "{}") =>
        tenant.PostAsync($"/workflows/{draftId}/test", json);
}
