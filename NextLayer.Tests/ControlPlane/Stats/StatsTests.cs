using System.Text.Json;
using NextLayer.Contracts.Json;
using NextLayer.Contracts.Stats;
using NextLayer.Tests.Support;

namespace NextLayer.Tests.ControlPlane.Stats;

public sealed class StatsTests(Api api) : IClassFixture<Api>
{
    private static readonly DateTimeOffset Noon = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public async Task Stats_OfOneTenant_CountByTimeAndStateAndMeasure()
    {
        var pipeline = await PipelineAsync("Nightly");
        await AddAsync(pipeline, Noon.AddMinutes(5), "SUCCEEDED", waitSeconds: 2, runSeconds: 10);
        await AddAsync(pipeline, Noon.AddMinutes(6), "SUCCEEDED", waitSeconds: 4, runSeconds: 30);
        await AddAsync(pipeline, Noon.AddMinutes(45), "FAILED", waitSeconds: 6, runSeconds: 1);
        await AddAsync(pipeline, Noon.AddMinutes(59), "QUEUED");
        await AddAsync(pipeline, Noon.AddMinutes(60), "QUEUED"); // Behind the end.

        var stats = await ReadAsync($"?tenant_id={pipeline.TenantId}&from=2026-03-01T12:00Z&to=2026-03-01T13:00Z&buckets=4");

        Assert.Equal(900, stats.BucketSeconds);
        Assert.Equal([(2, 0, 0), (0, 0, 0), (0, 0, 0), (0, 1, 1)], stats.Buckets.Select(b => (b.Succeeded, b.Failed, b.Queued)));
        Assert.Equal(Noon.AddMinutes(45), stats.Buckets[3].At);
        Assert.Equal((2, 1, 1, false), (stats.Totals.Succeeded, stats.Totals.Failed, stats.Totals.Queued, stats.Truncated));
        Assert.Equal((20_000, 30_000), (stats.Duration.P50Ms, stats.Duration.MaxMs));
        Assert.Equal((4_000, 6_000), (stats.QueueWait.P50Ms, stats.QueueWait.MaxMs));
        Assert.Equal((2, Noon.AddMinutes(59)), (stats.Queue.Depth, stats.Queue.OldestDueAt));
        var fared = Assert.Single(stats.Pipelines);
        Assert.Equal((pipeline.PipelineId, "Nightly", 4, 1), (fared.PipelineId, fared.Name, fared.Runs, fared.Failed));
    }

    [Fact]
    public async Task Stats_OfOnePipeline_LeaveOthersOut()
    {
        var one = await PipelineAsync("One");
        var other = await PipelineAsync("Other");
        await AddAsync(one, Noon, "FAILED", 0, 1);
        await AddAsync(other, Noon, "SUCCEEDED", 0, 1);

        var stats = await ReadAsync($"?pipeline_id={one.PipelineId}&from=2026-03-01&to=2026-03-02");

        Assert.Equal((0, 1), (stats.Totals.Succeeded, stats.Totals.Failed));
    }

    [Fact]
    public async Task Stats_WithoutRuns_AreWholeAndEmpty()
    {
        var pipeline = await PipelineAsync("Idle");

        var answer = await api.GetAsync($"/api/v1/stats?pipeline_id={pipeline.PipelineId}&from=2026-03-01T12:00Z&to=2026-03-01T14:00Z&buckets=2");

        Approved.Equal("NoRuns", answer.Text);
    }

    [Fact]
    public async Task Stats_OfAForEach_CountItAsOneRunAsTheListsDo()
    {
        var pipeline = await PipelineAsync("Each");
        await AddAsync(pipeline, Noon, "SUCCEEDED", 0, 1);
        await AddAsync(pipeline, Noon, "FAILED", 0, 1);
        await api.Database.ExecuteAsync(
            """
            UPDATE pipeline_runs SET trigger_type = 'for_each', parent_step_id = 'each', child_index = 0, depth = 1,
                   parent_run_id = (SELECT id FROM pipeline_runs WHERE pipeline_id = $1 AND status = 'SUCCEEDED')
            WHERE pipeline_id = $1 AND status = 'FAILED'
            """,
            pipeline.PipelineId);

        var stats = await ReadAsync($"?pipeline_id={pipeline.PipelineId}&from=2026-03-01&to=2026-03-02");

        Assert.Equal((1, 0), (stats.Totals.Succeeded, stats.Totals.Failed));
    }

    [Fact]
    public async Task Stats_TestsOfDrafts_CountWhereTheyAreAskedFor()
    {
        var pipeline = await PipelineAsync("Draft");
        await AddAsync(pipeline, Noon, "SUCCEEDED", 0, 1);
        await AddAsync(pipeline, Noon, "FAILED", 0, 1);
        await api.Database.ExecuteAsync("UPDATE pipeline_runs SET trigger_type = 'test' WHERE pipeline_id = $1 AND status = 'FAILED'", pipeline.PipelineId);
        var query = $"?pipeline_id={pipeline.PipelineId}&from=2026-03-01&to=2026-03-02";

        var (usual, all) = (await ReadAsync(query), await ReadAsync($"{query}&tests=true"));

        Assert.Equal((1, 0), (usual.Totals.Succeeded, usual.Totals.Failed));
        Assert.Equal((1, 1), (all.Totals.Succeeded, all.Totals.Failed));
    }

    [Fact]
    public async Task Stats_OfEverything_AreThoseOfTheLastDay()
    {
        var stats = await ReadAsync("");

        Assert.Equal(TimeSpan.FromDays(1), stats.To - stats.From);
        Assert.Equal(48, stats.Buckets.Count);
    }

    [Theory]
    [InlineData("from=2026-03-02&to=2026-03-01", "from")]
    [InlineData("from=2020-01-01&to=2026-03-01", "from")]
    [InlineData("to=0001-01-01", "to")]
    [InlineData("buckets=0", "buckets")]
    [InlineData("from=soon", "from")]
    [InlineData("tenant_id=1", "tenant_id")]
    public async Task Stats_UnusableParameter_IsNamed(string query, string name)
    {
        var answer = await api.GetAsync($"/api/v1/stats?{query}");

        Assert.Equal(System.Net.HttpStatusCode.BadRequest, answer.Status);
        Assert.Contains(name, answer.Errors.Keys);
    }

    private async Task<RunStats> ReadAsync(string query)
    {
        var answer = await api.GetAsync($"/api/v1/stats{query}");
        Assert.True(answer.Status == System.Net.HttpStatusCode.OK, answer.Text);
        return answer.Json.Deserialize<RunStats>(NextLayerJson.Options)!; // Never the text null.
    }

    private async Task<Target> PipelineAsync(string name)
    {
        var tenantId = await api.AddTenantAsync();
        var pipelineId = await api.AddPipelineAsync(tenantId, name);
        return new Target(tenantId, pipelineId, await api.AddVersionAsync(tenantId, pipelineId));
    }

    private Task<int> AddAsync(Target target, DateTimeOffset created, string status, int waitSeconds = 0, int runSeconds = 0)
    {
        var ended = status is "SUCCEEDED" or "FAILED";
        return api.Database.ExecuteAsync(
            """
            INSERT INTO pipeline_runs (id, tenant_id, pipeline_id, pipeline_version_id, status, run_after, created_at, updated_at, started_at, finished_at, error_message)
            VALUES ($1, $2, $3, $4, $5, $6, $6, $6, CASE WHEN $7 THEN $6 + $8 * interval '1 second' END,
                    CASE WHEN $7 THEN $6 + ($8 + $9) * interval '1 second' END, CASE WHEN $5 = 'FAILED' THEN 'It failed.' END)
            """,
            Guid.CreateVersion7(created), target.TenantId, target.PipelineId, target.VersionId, status, created, ended, waitSeconds, runSeconds);
    }

    private sealed record Target(Guid TenantId, Guid PipelineId, Guid VersionId);
}
