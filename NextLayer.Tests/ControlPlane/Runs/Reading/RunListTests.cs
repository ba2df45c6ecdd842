using System.Text.Json;
using NextLayer.Tests.Support;

namespace NextLayer.Tests.ControlPlane.Runs.Reading;

/// <summary>Lists over a small world whose runs are made by hand, oldest first: every filter against what it must find.</summary>
public sealed class RunListTests(Api api) : IClassFixture<Api>, IAsyncLifetime
{
    private static readonly DateTimeOffset Start = new(2026, 2, 11, 12, 0, 0, TimeSpan.Zero);

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
    public async Task List_EachFilter_FindsItsRunsNewestFirst()
    {
        var a = await AddAsync(0, "QUEUED");
        var b = await AddAsync(1, "FAILED", error: "HTTP 502 from the shop");
        var c = await AddAsync(2, "SUCCEEDED", trigger: "webhook");
        var d = await AddAsync(3, "CANCELLED", version: otherVersionId, error: "100%_sure");
        var e = await AddAsync(4, "SUCCEEDED", version: otherVersionId, trigger: "schedule");

        await FindsAsync("", e, d, c, b, a);
        await FindsAsync("&status=QUEUED", a);
        await FindsAsync("&status=SUCCEEDED&status=FAILED", e, c, b);
        await FindsAsync($"&pipeline_id={pipelineId}", c, b, a);
        await FindsAsync($"&pipeline_version_id={otherVersionId}", e, d);
        await FindsAsync($"&pipeline_version_id={otherVersionId}&status=CANCELLED", d);
        await FindsAsync($"&pipeline_version_id={otherVersionId}&pipeline_id={pipelineId}");
        await FindsAsync("&trigger_type=webhook", c);
        await FindsAsync("&trigger_type=manual", d, b, a);
        await FindsAsync("&trigger_type=schedule&status=SUCCEEDED", e);
        await FindsAsync("&trigger_type=webhook&status=QUEUED");
        await FindsAsync("&trigger_type=manual&status=QUEUED&status=FAILED", b, a);
        await FindsAsync($"&trigger_type=manual&pipeline_version_id={otherVersionId}", d);
        await FindsAsync($"&trigger_type=schedule&pipeline_id={pipelineId}");
        await FindsAsync("&trigger_type=manual&q=shop", b);
        await FindsAsync("&trigger_type=webhook&q=shop");
        await FindsAsync("&trigger_type=webhook&created_before=2026-02-11T12:00:03Z", c);
        await FindsAsync("&created_after=2026-02-11T12:00:02Z", e, d, c);
        await FindsAsync("&created_after=2026-02-11T13:00:01%2B01:00&created_before=2026-02-11T12:00:03", c, b);
        await FindsAsync("&created_before=2026-02-11T12:00:01+00:00", a);
        await FindsAsync("&q=SHOP", b);
        await FindsAsync("&q=100%25_", d);
        await FindsAsync("&q=shop&status=SUCCEEDED");
        await FindsAsync($"&q={c}", c);
        await FindsAsync($"&q={a.ToString()[..18].ToUpperInvariant()}", a);
        await FindsAsync($"&q={a.ToString("N")[..6]}", e, d, c, b, a);
    }

    [Fact]
    public async Task List_SeldomTriggerTypeOfOneTenant_ShowsNothingOfAnother()
    {
        var other = await api.AddTenantAsync();
        var otherVersion = await api.AddVersionAsync(other, await api.AddPipelineAsync(other));
        var trigger = $"t{Guid.NewGuid():N}";
        var own = await AddAsync(0, "RUNNING", trigger: trigger);
        var theirs = await AddAsync(1, "FAILED", version: otherVersion, trigger: trigger, error: "boom");

        await FindsAsync($"&trigger_type={trigger}", own);
        Assert.Equal([theirs, own], Ids(await api.GetAsync($"/api/runs?trigger_type={trigger}")));
        Assert.Equal([theirs], Ids(await api.GetAsync($"/api/runs?trigger_type={trigger}&status=FAILED&status=QUEUED")));
        Assert.Equal([theirs], Ids(await api.GetAsync($"/api/runs?trigger_type={trigger}&q=boom")));
    }

    [Fact]
    public async Task List_ByCursor_ShowsEveryRunOnceAlsoWhileNewOnesCome()
    {
        var ids = new List<Guid>();
        for (var i = 0; i < 7; i++)
            ids.Insert(0, await AddAsync(i, i % 2 == 0 ? "QUEUED" : "FAILED", error: "x"));

        var seen = new List<Guid>();
        string? cursor = null;
        do
        {
            var page = await api.GetAsync($"/api/runs?tenant_id={tenantId}&limit=3{(cursor is null ? "" : $"&cursor={cursor}")}");
            seen.AddRange(Ids(page));
            cursor = page.Json.GetProperty("next_cursor").GetString();
            await AddAsync(100 + seen.Count, "QUEUED");
        }
        while (cursor is not null);

        Assert.Equal(ids, seen);
    }

    [Fact]
    public async Task List_LimitAndOffset_CutThePageAndTellTheTotal()
    {
        var ids = new List<Guid>();
        for (var i = 0; i < 5; i++)
            ids.Insert(0, await AddAsync(i, "QUEUED"));

        var page = await api.GetAsync($"/api/runs?tenant_id={tenantId}&limit=2&offset=1");

        Assert.Equal(ids[1..3], Ids(page));
        Assert.Equal("5", page.Headers["X-Total-Count"]);
        Assert.Equal((2, 1, 2), (Int(page, "limit"), Int(page, "offset"), Int(page, "count")));
    }

    [Fact]
    public async Task List_OffsetBehindTheEnd_IsEmptyAndStillTellsTheTotal()
    {
        await AddAsync(0, "QUEUED");

        var page = await api.GetAsync($"/api/runs?tenant_id={tenantId}&offset=10");

        Assert.Equal((0, "1"), (Int(page, "count"), page.Headers["X-Total-Count"]));
    }

    [Fact]
    public async Task List_ManyRuns_CountsUpToTenThousand()
    {
        await api.Database.ExecuteAsync("""
            INSERT INTO pipeline_runs (id, tenant_id, pipeline_id, pipeline_version_id, status, run_after, created_at, updated_at)
            SELECT gen_random_uuid(), $1, $2, $3, 'QUEUED', now(), now(), now() FROM generate_series(1, 10001)
            """, tenantId, pipelineId, versionId);

        var page = await api.GetAsync($"/api/runs?tenant_id={tenantId}&status=QUEUED");

        Assert.Equal("10000+", page.Headers["X-Total-Count"]);
    }

    [Fact]
    public async Task Get_UnknownAndMalformedId_GiveTheFirstDocumentsAnswer()
    {
        var unknown = await api.GetAsync($"/api/runs/{Guid.CreateVersion7()}");
        var malformed = await api.GetAsync("/api/runs/no-such-thing");

        Assert.Equal((404, """{"found":false,"reason":"run_not_found"}"""), ((int)unknown.Status, unknown.Text));
        Assert.Equal((404, """{"found":false,"reason":"run_not_found"}"""), ((int)malformed.Status, malformed.Text));
    }

    [Fact]
    public async Task RunAndPage_Shapes_AreAsApproved()
    {
        var id = await AddAsync(0, "FAILED", error: "boom");

        Approved.Equal("RunFound", (await api.GetAsync($"/api/runs/{id}")).Text);
        Approved.Equal("RunPage", (await api.GetAsync($"/api/runs?tenant_id={tenantId}")).Text);
    }

    private async Task FindsAsync(string filter, params Guid[] expected)
    {
        var page = await api.GetAsync($"/api/runs?tenant_id={tenantId}{filter}");

        Assert.True(page.Status == System.Net.HttpStatusCode.OK, $"{filter}: {page.Text}");
        Assert.True(expected.SequenceEqual(Ids(page)), $"{filter} found {page.Text}");
        Assert.Equal(expected.Length.ToString(), page.Headers["X-Total-Count"]);
    }

    private async Task<Guid> AddAsync(int second, string status, Guid? version = null, string trigger = "manual", string? error = null)
    {
        var made = Start.AddSeconds(second);
        var id = Guid.CreateVersion7(made);
        await api.Database.ExecuteAsync("""
            INSERT INTO pipeline_runs (id, tenant_id, pipeline_id, pipeline_version_id, status, trigger_type, run_after,
                                       created_at, updated_at, finished_at, error_message, lease_token, lease_seconds, lease_expires_at)
            SELECT $1, v.tenant_id, v.pipeline_id, v.id, $3, $4, $5, $5, $5,
                   CASE WHEN $3 IN ('SUCCEEDED', 'FAILED', 'CANCELLED') THEN $5 END,
                   CASE WHEN $3 IN ('FAILED', 'CANCELLED') THEN $6 END,
                   CASE WHEN $3 = 'RUNNING' THEN $1 END, CASE WHEN $3 = 'RUNNING' THEN 300 END,
                   CASE WHEN $3 = 'RUNNING' THEN now() + interval '5 minutes' END
            FROM pipeline_versions v WHERE v.id = $2
            """, id, version ?? versionId, status, trigger, made, error ?? "");
        return id;
    }

    private static List<Guid> Ids(Answer page) => [.. page.Json.GetProperty("items").EnumerateArray().Select(run => run.GetProperty("id").GetGuid())];

    private static int Int(Answer page, string member) => page.Json.GetProperty(member).GetInt32();
}
