using System.Net;
using System.Text.Json;
using NextLayer.Tests.Support;

namespace NextLayer.Tests.ControlPlane.Workflows;

/// <summary>What the Workflow API shows of runs.</summary>
public sealed class RunReadTests(Api api) : IClassFixture<Api>
{
    [Fact]
    public async Task Get_CompletedRun_HasTheUnionOfOutputsAndTimes()
    {
        var tenant = await WorkflowTenant.CreateAsync(api);
        var id = await tenant.AddRunAsync();
        await tenant.CompleteAsync(id);

        var run = await tenant.GetAsync($"/runs/{id}");

        Assert.Equal("completed", run.Text("status"));
        Assert.Equal("""{"a":{"x":1.50},"b":[1,null]}""", JsonSerializer.Serialize(run.Json.GetProperty("context")));
        Assert.Equal((2, 2, 0), (run.Number("progress", "total"), run.Number("progress", "completed"), run.Number("progress", "pending")));
        Assert.True(run.Json.GetProperty("started_at").GetDateTimeOffset() <= run.Json.GetProperty("completed_at").GetDateTimeOffset());
        Assert.Equal(JsonValueKind.Null, run.Json.GetProperty("error").ValueKind);
    }

    [Fact]
    public async Task Get_FailedAndRetried_CountsTheStepsAsTheyAreNow()
    {
        var tenant = await WorkflowTenant.CreateAsync(api);
        var id = await tenant.AddRunAsync();
        await tenant.FailAsync(id);
        var failed = await tenant.GetAsync($"/runs/{id}");
        await tenant.PostAsync($"/runs/{id}/retry");

        var retried = await tenant.GetAsync($"/runs/{id}");

        Assert.Equal(("failed", "b: It broke.", 1, 1, 0), (failed.Text("status"), failed.Text("error"), failed.Number("progress", "completed"), failed.Number("progress", "failed"), failed.Number("progress", "pending")));
        Assert.Equal(("pending", 2, 1, 0, 1), (retried.Text("status"), retried.Number("generation"), retried.Number("progress", "completed"), retried.Number("progress", "failed"), retried.Number("progress", "pending")));
        Assert.Equal("""{"a":{"x":1.50}}""", JsonSerializer.Serialize(retried.Json.GetProperty("context")));
    }

    [Fact]
    public async Task Progress_EveryState_IsCountedOnce()
    {
        var tenant = await WorkflowTenant.CreateAsync(api);
        var id = (await tenant.RunAsync(await tenant.AddPublishedAsync(definition: """{"steps": ["a", "b", "c", "d", "e", "f"]}"""))).Id;
        await tenant.ReportAsync(id, await tenant.ClaimAsync(), """
            "steps": [{"step_id": "a", "step_type": "noop", "attempt": 1, "status": "completed"},
                      {"step_id": "b", "step_type": "noop", "attempt": 1, "status": "running"},
                      {"step_id": "c", "step_type": "noop", "attempt": 1, "status": "waiting", "wait_reason": "timer"},
                      {"step_id": "d", "step_type": "noop", "attempt": 1, "status": "failed", "retry_in_ms": 60000,
                       "error": {"code": "X", "message": "x", "retryable": true}},
                      {"step_id": "e", "step_type": "noop", "attempt": 1, "status": "skipped"}]
            """);

        var progress = (await tenant.GetAsync($"/runs/{id}")).Json.GetProperty("progress").GetRawText();
        var listed = (await tenant.GetAsync("/runs")).Json[0].GetProperty("progress").GetRawText();

        Assert.Equal("""{"total":6,"pending":1,"running":1,"waiting":2,"completed":1,"failed":0,"skipped":1,"cancelled":0}""", progress);
        Assert.Equal(progress, listed);
    }

    [Fact]
    public async Task List_Filters_FindWhatFitsNewestFirst()
    {
        var tenant = await WorkflowTenant.CreateAsync(api);
        var workflowId = await tenant.AddPublishedAsync();
        var failed = (await tenant.RunAsync(workflowId)).Id;
        await tenant.FailAsync(failed);
        var completed = await tenant.AddRunAsync();
        await tenant.CompleteAsync(completed);
        var pending = (await tenant.RunAsync(workflowId)).Id;
        var time = (await tenant.GetAsync($"/runs/{completed}")).Text("created_at")!.Replace("+", "%2B", StringComparison.Ordinal);

        Assert.Equal([pending, completed, failed], (await tenant.GetAsync("/runs")).Ids());
        Assert.Equal([pending, failed], (await tenant.GetAsync($"/runs?workflow_id={workflowId}")).Ids());
        Assert.Equal([completed], (await tenant.GetAsync("/runs?status=completed")).Ids());
        Assert.Equal([pending, failed], (await tenant.GetAsync("/runs?status=failed&status=pending")).Ids());
        Assert.Equal([failed], (await tenant.GetAsync("/runs?q=It%20broke")).Ids());
        Assert.Empty((await tenant.GetAsync("/runs?trigger_type=webhook")).Ids());
        Assert.Empty((await tenant.GetAsync("/runs?since=2999-01-01")).Ids());
        Assert.Equal(3, (await tenant.GetAsync("/runs?since=2001-01-01&until=2999-01-01T00:00:00Z")).Ids().Count);
        Assert.Contains(failed, (await tenant.GetAsync($"/runs?until={time}")).Ids());
        Assert.Empty((await tenant.GetAsync($"/runs?workflow_id={Guid.CreateVersion7()}")).Ids());
    }

    [Fact]
    public async Task List_Pages_ShowEachRunOnceWithTheTotal()
    {
        var tenant = await WorkflowTenant.CreateAsync(api);
        var workflowId = await tenant.AddPublishedAsync();
        var ids = new List<Guid>();
        for (var i = 0; i < 5; i++)
            ids.Insert(0, (await tenant.RunAsync(workflowId)).Id);

        var pages = new[] { await tenant.GetAsync("/runs?per_page=2"), await tenant.GetAsync("/runs?per_page=2&page=2"), await tenant.GetAsync("/runs?per_page=2&page=3") };

        Assert.Equal(ids, pages.SelectMany(page => page.Ids()));
        Assert.All(pages, page => Assert.Equal("5", page.Headers["X-Total-Count"]));
        Assert.Equal(JsonValueKind.Null, pages[0].Json[0].GetProperty("context").ValueKind);
    }

    [Theory]
    [InlineData("status=SUCCEEDED", "status")]
    [InlineData("since=yesterday", "since")]
    [InlineData("workflow_id=1", "workflow_id")]
    [InlineData("page=1000001", "page")]
    [InlineData("per_page=0", "per_page")]
    public async Task List_UnusableParameter_Is400(string query, string field)
    {
        var answer = await api.GetAsync($"/api/v1/runs?{query}");

        Assert.Equal(HttpStatusCode.BadRequest, answer.Status);
        Assert.Contains(field, answer.Errors.Keys);
    }

    [Fact]
    public async Task History_OfACompletedRun_ReplaysEverything()
    {
        var tenant = await WorkflowTenant.CreateAsync(api);
        var id = await tenant.AddRunAsync();
        await tenant.CompleteAsync(id);

        var steps = await tenant.GetAsync($"/runs/{id}/steps");
        var events = await tenant.GetAsync($"/runs/{id}/events");
        var rest = await tenant.GetAsync($"/runs/{id}/events?after_seq=2&limit=1");
        var logs = await tenant.GetAsync($"/runs/{id}/logs?level=error");

        Assert.Equal(["a", "b"], steps.Json.EnumerateArray().Select(step => step.GetProperty("step_id").GetString()));
        var seqs = events.Json.EnumerateArray().Select(e => e.GetProperty("seq").GetInt32()).ToList();
        Assert.Equal(Enumerable.Range(1, seqs.Count), seqs);
        Assert.Equal(("run.queued", "run.completed"), (events.Json[0].GetProperty("event").GetString(), events.Json[seqs.Count - 1].GetProperty("event").GetString()));
        Assert.Equal(($"{seqs.Count}", $"{seqs.Count}", "2"), (events.Headers["X-Total-Count"], rest.Headers["X-Total-Count"], steps.Headers["X-Total-Count"]));
        Assert.Equal(3, Assert.Single(rest.Json.EnumerateArray()).GetProperty("seq").GetInt32());
        Assert.Equal("two", Assert.Single(logs.Json.EnumerateArray()).GetProperty("message").GetString());
        Assert.Equal(1, (await tenant.GetAsync($"/runs/{id}/logs?after_line=1")).Json.GetArrayLength());
    }

    [Theory]
    [InlineData("/events?after_seq=-1", "after_seq")]
    [InlineData("/events?limit=0", "limit")]
    [InlineData("/logs?limit=1001", "limit")]
    [InlineData("/logs?level=loud", "level")]
    public async Task History_UnusableParameter_Is400(string rest, string field)
    {
        var tenant = await WorkflowTenant.CreateAsync(api);

        var answer = await tenant.GetAsync($"/runs/{await tenant.AddRunAsync()}{rest}");

        Assert.Equal(HttpStatusCode.BadRequest, answer.Status);
        Assert.Contains(field, answer.Errors.Keys);
    }

    [Theory]
    [InlineData("GET", "")]
    [InlineData("GET", "/steps")]
    [InlineData("GET", "/children")]
    [InlineData("GET", "/events")]
    [InlineData("GET", "/logs")]
    [InlineData("GET", "/explain")]
    [InlineData("POST", "/cancel")]
    [InlineData("POST", "/retry")]
    [InlineData("POST", "/rerun")]
    public async Task AnyCall_ForeignRun_AnswersAsForAnAbsentOne(string method, string rest)
    {
        var owner = await WorkflowTenant.CreateAsync(api);
        var foreign = await owner.AddRunAsync();
        await owner.FailAsync(foreign);
        var stranger = await WorkflowTenant.CreateAsync(api);
        var absent = Guid.CreateVersion7();

        var answer = await stranger.SendAsync(new HttpMethod(method), $"/runs/{foreign}{rest}");
        var reference = await stranger.SendAsync(new HttpMethod(method), $"/runs/{absent}{rest}");

        Assert.Equal((HttpStatusCode.NotFound, "run_not_found"), (answer.Status, answer.Problem));
        Assert.Equal(reference.Text.Replace(absent.ToString(), foreign.ToString(), StringComparison.Ordinal), answer.Text);
        Assert.Equal("failed", (await owner.GetAsync($"/runs/{foreign}")).Text("status"));
        Assert.Empty((await stranger.GetAsync("/runs")).Ids());
    }
}
