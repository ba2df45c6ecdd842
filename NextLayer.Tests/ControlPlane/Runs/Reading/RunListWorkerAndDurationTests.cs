using System.Net;
using NextLayer.Tests.Support;

namespace NextLayer.Tests.ControlPlane.Runs.Reading;

/// <summary>Lists of one worker's runs and of long ones, alone and together with every other filter.</summary>
public sealed class RunListWorkerAndDurationTests(Api api) : IClassFixture<Api>, IAsyncLifetime
{
    private static readonly DateTimeOffset Start = new(2026, 3, 11, 12, 0, 0, TimeSpan.Zero);

    // Names and lengths that no other test of the class uses: lists of everybody's runs show all of them.
    private readonly string worker = $"w/{Guid.NewGuid():N}";
    private Guid tenantId;
    private Guid pipelineId;
    private Guid versionId;
    private Guid otherVersionId;

    public async ValueTask InitializeAsync()
    {
        tenantId = await api.AddTenantAsync();
        pipelineId = await api.AddPipelineAsync(tenantId);
        versionId = await api.AddVersionAsync(tenantId, pipelineId);
        otherVersionId = await api.AddVersionAsync(tenantId, await api.AddPipelineAsync(tenantId));
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    [Fact]
    public async Task Worker_HoldsOrHeldLast_IsFoundInEveryState()
    {
        await AddAsync(0, "QUEUED", worker: null);
        var a = await AddAsync(1, "QUEUED"); // Handed back.
        var b = await AddAsync(2, "RUNNING");
        var c = await AddAsync(3, "PAUSED");
        var d = await AddAsync(4, "SUCCEEDED", version: otherVersionId, trigger: "webhook");
        var e = await AddAsync(5, "FAILED", error: "boom");
        await AddAsync(6, "RUNNING", worker: "another");
        await AddAsync(7, "SUCCEEDED", worker: "another");
        var child = await AddAsync(8, "SUCCEEDED", trigger: "for_each", parent: e);
        var ofWorker = $"&worker_id={Uri.EscapeDataString(worker)}";

        await FindsAsync(ofWorker, e, d, c, b, a);
        await FindsAsync($"{ofWorker}&status=RUNNING", b);
        await FindsAsync($"{ofWorker}&status=RUNNING&status=FAILED", e, b);
        await FindsAsync($"{ofWorker}&pipeline_id={pipelineId}", e, c, b, a);
        await FindsAsync($"{ofWorker}&pipeline_version_id={otherVersionId}", d);
        await FindsAsync($"{ofWorker}&pipeline_version_id={otherVersionId}&pipeline_id={pipelineId}");
        await FindsAsync($"{ofWorker}&trigger_type=webhook", d);
        await FindsAsync($"{ofWorker}&trigger_type=manual&status=QUEUED", a);
        await FindsAsync($"{ofWorker}&trigger_type=for_each", child);
        await FindsAsync($"{ofWorker}&q=boom", e);
        await FindsAsync($"{ofWorker}&q={c}", c);
        await FindsAsync($"{ofWorker}&created_after=2026-03-11T12:00:03Z&created_before=2026-03-11T12:00:05Z", d, c);
        await FindsAsync("&worker_id=nobody");
        Assert.Equal([e, d, c, b, a], Ids(await api.GetAsync($"/api/runs?{ofWorker[1..]}")));
    }

    [Fact]
    public async Task Duration_OfFinishedRuns_FindsThoseAsLongOrLonger()
    {
        var a = await AddAsync(0, "SUCCEEDED", took: 0.4);
        var b = await AddAsync(1, "FAILED", took: 9.5, error: "boom");
        var c = await AddAsync(2, "SUCCEEDED", took: 60, version: otherVersionId, trigger: "webhook");
        var d = await AddAsync(3, "CANCELLED", took: 59.999, error: "enough");
        var e = await AddAsync(4, "SUCCEEDED", took: 7_300, worker: "slow");
        await AddAsync(5, "RUNNING");
        await AddAsync(6, "PAUSED");
        var never = await AddAsync(7, "CANCELLED", worker: null, error: "never begun");
        var child = await AddAsync(8, "SUCCEEDED", took: 90_000, trigger: "for_each", parent: e);

        await FindsAsync("&duration_ms_min=0", e, d, c, b, a);
        await FindsAsync("&duration_ms_min=401", e, d, c, b);
        await FindsAsync("&duration_ms_min=1000", e, d, c, b);
        await FindsAsync("&duration_ms_min=9501", e, d, c);
        await FindsAsync("&duration_ms_min=60000", e, c);
        await FindsAsync("&duration_ms_min=60001", e);
        await FindsAsync("&duration_ms_min=3600000", e);
        await FindsAsync("&duration_ms_min=7300001");
        await FindsAsync("&duration_ms_min=31622400000");
        await FindsAsync("&duration_ms_min=1000&status=SUCCEEDED&status=RUNNING", e, c);
        await FindsAsync("&duration_ms_min=1&status=RUNNING");
        await FindsAsync("&duration_ms_min=1000&status=QUEUED");
        await FindsAsync($"&duration_ms_min=1000&pipeline_id={pipelineId}", e, d, b);
        await FindsAsync($"&duration_ms_min=100&pipeline_version_id={otherVersionId}", c);
        await FindsAsync("&duration_ms_min=1000&worker_id=slow", e);
        await FindsAsync("&duration_ms_min=300&worker_id=slow", e);
        await FindsAsync("&duration_ms_min=10000&trigger_type=webhook", c);
        await FindsAsync("&duration_ms_min=1000&trigger_type=for_each", child);
        await FindsAsync("&duration_ms_min=1000&q=boom", b);
        await FindsAsync("&duration_ms_min=10000&q=boom");
        await FindsAsync($"&duration_ms_min=1000&q={d}", d);
        await FindsAsync("&duration_ms_min=1000&created_before=2026-03-11T12:00:03Z", c, b);
        Assert.DoesNotContain(never, Ids(await api.GetAsync("/api/runs?duration_ms_min=0&limit=100")));
        Assert.Equal([e, c], Ids(await api.GetAsync("/api/runs?duration_ms_min=60000&limit=100")).Intersect([a, b, c, d, e]));
    }

    [Fact]
    public async Task EachFilter_ByCursor_ShowsEveryRunOnce()
    {
        var ids = new List<Guid>();
        for (var i = 0; i < 7; i++)
            ids.Insert(0, await AddAsync(i, i % 2 == 0 ? "SUCCEEDED" : "FAILED", took: 5 + i, error: "x"));

        foreach (var filter in new[] { $"worker_id={Uri.EscapeDataString(worker)}", $"tenant_id={tenantId}&duration_ms_min=2000" })
        {
            var seen = new List<Guid>();
            string? cursor = null;
            do
            {
                var page = await api.GetAsync($"/api/runs?{filter}&limit=3{(cursor is null ? "" : $"&cursor={cursor}")}");
                seen.AddRange(Ids(page));
                cursor = page.Json.GetProperty("next_cursor").GetString();
            }
            while (cursor is not null);

            Assert.Equal(ids, seen);
        }
    }

    [Fact]
    public async Task Total_IsExactWhereTheIndexHasAllThatIsAsked()
    {
        for (var i = 0; i < 3; i++)
            await AddAsync(i, "SUCCEEDED", took: 70);

        async Task<string> TotalAsync(string filter) => (await api.GetAsync($"/api/runs?tenant_id={tenantId}&limit=2&{filter}")).Headers["X-Total-Count"];

        Assert.Equal("3", await TotalAsync($"worker_id={Uri.EscapeDataString(worker)}"));
        Assert.Equal("3", await TotalAsync("duration_ms_min=60000"));
        Assert.Equal("3+", await TotalAsync("duration_ms_min=65000"));
    }

    [Fact]
    public async Task WorkflowApi_TakesTheSameFilters()
    {
        var quick = await AddAsync(0, "SUCCEEDED", took: 2);
        var slow = await AddAsync(1, "SUCCEEDED", took: 20);
        await AddAsync(2, "SUCCEEDED", took: 20, worker: "another");

        async Task<List<Guid>> ListAsync(string filter) =>
            [.. (await api.SendAsync(HttpMethod.Get, $"/api/v1/runs?worker_id={Uri.EscapeDataString(worker)}{filter}", null, ("X-Tenant-Id", tenantId.ToString())))
                .Json.EnumerateArray().Select(run => run.GetProperty("id").GetGuid())];

        Assert.Equal([slow, quick], await ListAsync(""));
        Assert.Equal([slow], await ListAsync("&duration_ms_min=10000"));
        Assert.Equal([slow], await ListAsync("&duration_ms_min=10000&status=completed"));
    }

    [Theory]
    [InlineData("worker_id=")]
    [InlineData("duration_ms_min=-1")]
    [InlineData("duration_ms_min=1.5")]
    [InlineData("duration_ms_min=long")]
    [InlineData("duration_ms_min=31622400001")]
    [InlineData("duration_ms_min=99999999999999999999")]
    public async Task WhatIsNone_Is400(string filter)
    {
        foreach (var list in new[] { "/api/runs", "/api/v1/runs" })
        {
            var answer = await api.SendAsync(HttpMethod.Get, $"{list}?{filter}", null, ("X-Tenant-Id", tenantId.ToString()));

            Assert.True(answer.Status == HttpStatusCode.BadRequest, $"{list}?{filter}: {answer.Text}");
            Assert.Contains(filter.Split('=')[0], answer.Text, StringComparison.Ordinal);
        }
    }

    private async Task FindsAsync(string filter, params Guid[] expected)
    {
        var page = await api.GetAsync($"/api/runs?tenant_id={tenantId}{filter}");

        Assert.True(page.Status == HttpStatusCode.OK, $"{filter}: {page.Text}");
        Assert.True(expected.SequenceEqual(Ids(page)), $"{filter} found {page.Text}");
        Assert.Equal(expected.Length.ToString(), page.Headers["X-Total-Count"]);
    }

    private Task<Guid> AddAsync(
        int second, string status, Guid? version = null, string trigger = "manual", string? error = null, double took = 0.1, Guid? parent = null) =>
        AddAsync(second, status, worker, version, trigger, error, took, parent);

    private async Task<Guid> AddAsync(
        int second, string status, string? worker, Guid? version = null, string trigger = "manual", string? error = null, double took = 0.1, Guid? parent = null)
    {
        var made = Start.AddSeconds(second);
        var id = Guid.CreateVersion7(made);
        await api.Database.ExecuteAsync("""
            INSERT INTO pipeline_runs (id, tenant_id, pipeline_id, pipeline_version_id, status, trigger_type, run_after, created_at, updated_at,
                                       claimed_by, started_at, finished_at, error_message, wait_reason, lease_token, lease_seconds, lease_expires_at,
                                       parent_run_id, parent_step_id, child_index, depth)
            SELECT $1, v.tenant_id, v.pipeline_id, v.id, $3, $4, $5, $5, $5,
                   nullif($6, ''), CASE WHEN $6 <> '' THEN $5 END,
                   CASE WHEN $3 IN ('SUCCEEDED', 'FAILED', 'CANCELLED') THEN $5 + make_interval(secs => $8) END,
                   CASE WHEN $3 IN ('FAILED', 'CANCELLED') THEN $7 END,
                   CASE WHEN $3 = 'PAUSED' THEN 'approval' END,
                   CASE WHEN $3 = 'RUNNING' THEN $1 END, CASE WHEN $3 = 'RUNNING' THEN 300 END,
                   CASE WHEN $3 = 'RUNNING' THEN now() + interval '5 minutes' END,
                   nullif($9, $1), CASE WHEN $9 <> $1 THEN 'each' END, CASE WHEN $9 <> $1 THEN 0 END, CASE WHEN $9 <> $1 THEN 1 ELSE 0 END
            FROM pipeline_versions v WHERE v.id = $2
            """, id, version ?? versionId, status, trigger, made, worker ?? "", error ?? "", took, parent ?? id);
        return id;
    }

    private static List<Guid> Ids(Answer page) => [.. page.Json.GetProperty("items").EnumerateArray().Select(run => run.GetProperty("id").GetGuid())];
}
