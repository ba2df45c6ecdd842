using System.Net;
using System.Text.Json;
using NextLayer.Contracts.Access;
using NextLayer.Tests.AppHost;
using NextLayer.Tests.ControlPlane.Access;
using NextLayer.Tests.ControlPlane.Workflows;
using NextLayer.Tests.Support;

namespace NextLayer.Tests.ControlPlane.Runs;

public sealed class RunProgressTests(Api api, Servers servers) : IClassFixture<Api>
{
    private const string ForEach = """
        {"steps": ["a", {"id": "each", "type": "for_each", "config": {"items": [1, 2, 3], "concurrency": 2, "body": {"steps": ["x", "y"]}}}]}
        """;

    [Fact]
    public async Task Progress_OfSeveralRuns_CountsTheirSteps()
    {
        var tenant = await WorkflowTenant.CreateAsync(api);
        var completed = await tenant.AddRunAsync();
        await tenant.CompleteAsync(completed);
        var fresh = await tenant.AddRunAsync();

        var answer = await api.GetAsync($"/api/runs/progress?run_id={fresh}&run_id={completed}&run_id={Guid.NewGuid()}");

        var runs = answer.Json.EnumerateArray().ToDictionary(run => run.GetProperty("run_id").GetGuid());
        Assert.Equal([completed, fresh], runs.Keys.Order());
        Assert.Equal((2, 2, 0, 1), Counts(runs[fresh]));
        Assert.Equal((2, 0, 2, await LastSeqAsync(completed)), Counts(runs[completed]));
        Assert.Equal("[]", runs[completed].GetProperty("for_each").GetRawText());
    }

    [Fact]
    public async Task Progress_OfAForEach_CountsItsItems()
    {
        var tenant = await WorkflowTenant.CreateAsync(api);
        var parent = (await tenant.RunAsync(await tenant.AddPublishedAsync(definition: ForEach))).Id;
        await tenant.ReportAsync(parent, await tenant.ClaimAsync(), """
            "steps": [{"step_id": "a", "step_type": "noop", "attempt": 1, "status": "completed"},
                      {"step_id": "each", "step_type": "for_each", "attempt": 1, "status": "waiting", "wait_reason": "children",
                       "wait": {"children": {"items": [1, 2, 3], "concurrency": 2}}}],
            "completion": {"status": "PAUSED"}
            """);

        await Eventually.TrueAsync(
            async () => await api.Database.AskAsync<int>("SELECT running FROM child_groups WHERE run_id = $1", parent) == 2,
            "Two of the three items run.");
        var standing = await StandingAsync(parent);

        Assert.Equal("""[{"step_id":"each","total":3,"pending":1,"running":2,"succeeded":0,"failed":0}]""", JsonSerializer.Serialize(standing.GetProperty("for_each")));
        Assert.Equal((2, 0, 1), (Counts(standing).Total, Counts(standing).Pending, Counts(standing).Completed));
    }

    [Fact]
    public async Task Progress_OfAnotherTenantsRun_IsMissing()
    {
        await using var stack = await AccessStack.StartAsync(servers);
        await stack.Database.ExecuteAsync("INSERT INTO child_groups SELECT id, 'each', tenant_id, 1, 1, 'running', NULL, '{}', 4 FROM pipeline_runs");
        var address = $"/api/runs/progress?run_id={stack.Ours.Run}&run_id={stack.Theirs.Run}";

        var ours = (await stack.GetAsync(stack.Ours.Keys[Role.Viewer], address)).Json.EnumerateArray().Single();
        var all = await stack.GetAsync(stack.AdminKey, address);

        Assert.Equal(stack.Ours.Run, ours.GetProperty("run_id").GetGuid());
        Assert.Equal(4, ours.GetProperty("for_each")[0].GetProperty("total").GetInt32());
        Assert.Equal(2, all.Json.GetArrayLength());
    }

    [Theory]
    [InlineData("")]
    [InlineData("?run_id=")]
    [InlineData("?run_id=7")]
    public async Task Progress_WithoutUsableIds_Is400(string query)
    {
        var answer = await api.GetAsync($"/api/runs/progress{query}");

        Assert.Equal(HttpStatusCode.BadRequest, answer.Status);
        Assert.Contains("run_id", answer.Errors.Keys);
    }

    [Fact]
    public async Task Progress_OfMoreThan100_Is400()
    {
        var ids = string.Join('&', Enumerable.Range(0, 101).Select(_ => $"run_id={Guid.NewGuid()}"));

        var answer = await api.GetAsync($"/api/runs/progress?{ids}");

        Assert.Equal((HttpStatusCode.BadRequest, "must be given 1 to 100 times."), (answer.Status, answer.Errors["run_id"]));
    }

    private async Task<JsonElement> StandingAsync(Guid id) =>
        (await api.GetAsync($"/api/runs/progress?run_id={id}")).Json.EnumerateArray().Single();

    private async Task<int> LastSeqAsync(Guid id) => (await api.GetAsync($"/api/runs/{id}")).Json.GetProperty("run").GetProperty("last_event_seq").GetInt32();

    private static (int Total, int Pending, int Completed, int LastSeq) Counts(JsonElement standing)
    {
        var progress = standing.GetProperty("progress");
        return (progress.GetProperty("total").GetInt32(), progress.GetProperty("pending").GetInt32(),
            progress.GetProperty("completed").GetInt32(), standing.GetProperty("last_event_seq").GetInt32());
    }
}
