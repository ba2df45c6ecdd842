using System.Net.Http.Json;
using System.Text.Json;
using NextLayer.AppHost.Embedded.Servers;
using NextLayer.Contracts.Runs;
using NextLayer.ControlPlane.Features.Events;
using NextLayer.ControlPlane.Features.Runs.Claiming;
using NextLayer.ControlPlane.Features.Runs.Reporting;
using NextLayer.Tests.ControlPlane.Runs;
using NextLayer.Tests.Support;

namespace NextLayer.Tests.ControlPlane.Streaming;

/// <summary><c>/ws/runs</c> on real control planes.</summary>
public sealed class ListStreamTests(Servers servers)
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Watch_RunMadeClaimedAndEndedOnAnotherReplica_IsShownAsItIs()
    {
        await using var queue = await TestQueue.CreateAsync(servers);
        var redis = await servers.RedisConnectionStringAsync();
        await using var reader = await ControlPlaneHost.StartAsync(queue.Database, redis);
        await using var writer = await ControlPlaneHost.StartAsync(queue.Database, redis);
        await queue.AddRunsAsync(3);
        using var list = await StreamPeer.OpenAsync(reader, "/ws/runs");

        var snapshot = await list.ReceiveAsync();
        var id = await CreateAsync(writer, queue);
        var ended = await UntilAsync(list, id, "CANCELLED", () => writer.Http.PostAsync($"/api/runs/{id}/cancel", null, Ct));

        Assert.Equal(3, snapshot.GetProperty("counts").GetProperty("QUEUED").GetInt32());
        Approved.Equal("RunsSnapshot", snapshot.GetRawText());
        Approved.Equal("RunsChange", ended.GetRawText());
    }

    [Fact]
    public async Task Watch_StatusesAskedFor_ShowsRunsThatComeAndThatGo()
    {
        await using var queue = await TestQueue.CreateAsync(servers);
        await using var host = await ControlPlaneHost.StartAsync(queue.Database);
        using var running = await OpenAsync(host, "/ws/runs?status=running");
        using var ended = await OpenAsync(host, "/ws/runs?status=FAILED&status=SUCCEEDED");
        await queue.AddRunAsync();

        var run = Assert.Single(await host.Get<RunClaimer>().ClaimAsync(new ClaimRequest { WorkerId = "w1", MaxRuns = 1 }, Ct));
        var came = await ReceiveChangeAsync(running);
        await host.Get<RunReporter>().ReportAsync("w1", [TestQueue.Report(run, completion: RunStatus.Succeeded)], Ct);
        var left = await ReceiveChangeAsync(running);
        var end = await ReceiveChangeAsync(ended);

        Assert.Equal(("run", run.Run.Id, "running"), (Type(came), Id(came), came.GetProperty("run").GetProperty("run_status").GetString()));
        Assert.Equal(("gone", run.Run.Id, "SUCCEEDED"), (Type(left), left.GetProperty("id").GetGuid(), left.GetProperty("status").GetString()));
        Assert.Equal(("run", run.Run.Id, "completed"), (Type(end), Id(end), end.GetProperty("run").GetProperty("run_status").GetString()));
        Approved.Equal("RunsGone", left.GetRawText());
    }

    [Fact]
    public async Task Watch_TenantPipelineOrWorkflow_ShowsNothingOfOthers()
    {
        await using var queue = await TestQueue.CreateAsync(servers);
        await using var host = await ControlPlaneHost.StartAsync(queue.Database);
        var (tenant, pipeline, version) = await AddOtherTenantAsync(queue);
        StreamPeer[] lists =
        [
            await OpenAsync(host, "/ws/runs", tenant),
            await OpenAsync(host, $"/ws/runs?tenant_id={tenant}"),
            await OpenAsync(host, $"/ws/runs?pipeline_id={pipeline}"),
            await OpenAsync(host, $"/ws/runs?workflow_id={version}"),
        ];
        using var everything = await OpenAsync(host, "/ws/runs");

        var other = await CreateAsync(host, queue);
        var seen = await ReceiveChangeAsync(everything); // The run of the first tenant has been told by now.
        var own = await CreateAsync(host, tenant, version);

        Assert.Equal(other, Id(seen));
        foreach (var list in lists)
        {
            Assert.Equal(own, Id(await ReceiveChangeAsync(list)));
            list.Dispose();
        }
    }

    [Fact]
    public async Task Watch_WithoutRedis_IsToldToReadAgainWhenAnotherReplicaWrote()
    {
        await using var queue = await TestQueue.CreateAsync(servers);
        await using var reader = await ControlPlaneHost.StartAsync(queue.Database);
        await using var writer = await ControlPlaneHost.StartAsync(queue.Database);
        using var list = await OpenAsync(reader, "/ws/runs");
        await list.ReceiveAsync("resync"); // What came before anybody looked.

        await CreateAsync(writer, queue);
        var resync = await list.ReceiveAsync();

        Assert.Equal(("resync", "polling"), (Type(resync), resync.GetProperty("reason").GetString()));
    }

    [Fact]
    public async Task Watch_RedisKilledAndBack_ReadsAgainMeanwhileAndThenIsLive()
    {
        await using var redis = await RedisServer.StartAsync(ct: Ct);
        await using var queue = await TestQueue.CreateAsync(servers);
        await using var reader = await ControlPlaneHost.StartAsync(queue.Database, redis.ConnectionString);
        await using var writer = await ControlPlaneHost.StartAsync(queue.Database, redis.ConnectionString);
        using var list = await OpenAsync(reader, "/ws/runs");
        await UntilLiveAsync(list, writer, queue);

        await redis.KillAsync();
        await CreateAsync(writer, queue);
        var resync = await list.ReceiveAsync("resync");
        await redis.StartAsync(Ct);
        await UntilLiveAsync(list, writer, queue);

        Assert.Contains(resync.GetProperty("reason").GetString(), new[] { "polling", "missed_news" });
    }

    [Fact]
    public async Task Watch_BurstOfThousandsOfRuns_IsToldToReadAgainAndNotFlooded()
    {
        const int runs = 10_000;
        await using var queue = await TestQueue.CreateAsync(servers);
        await using var host = await ControlPlaneHost.StartAsync(queue.Database, null, ("Stream:ListRunsPerSecond", "50"));
        using var list = await OpenAsync(host, "/ws/runs");
        await list.ReceiveAsync("resync"); // What came before anybody looked.

        for (var made = 0; made < runs; made += 1000)
        {
            var ids = await queue.AddRunsAsync(1000);
            host.Get<NewsPublisher>().Publish([.. ids.Select(id => new RunHint(id, queue.TenantId, 1, RunStatus.Queued))]);
        }

        var messages = new List<string>();
        var last = await CreateAsync(host, queue);
        while (await list.ReceiveAsync() is var message && !(Type(message) == "run" && Id(message) == last))
        {
            messages.Add(Type(message));
            if (Type(message) == "resync")
                last = await CreateAsync(host, queue); // One made before may be on the page that is read again.
        }

        Assert.Contains("resync", messages);
        Assert.True(messages.Count < runs / 10, $"{messages.Count} messages");
    }

    /// <summary>Makes runs until one comes by itself: the replicas hear each other.</summary>
    private static async Task UntilLiveAsync(StreamPeer list, ControlPlaneHost writer, TestQueue queue)
    {
        while (true)
        {
            var id = await CreateAsync(writer, queue);
            if (await list.ReceiveAsync() is var message && Type(message) == "run" && Id(message) == id)
                return;
        }
    }

    /// <summary>Acts and reads on until the run is shown in that state.</summary>
    private static async Task<JsonElement> UntilAsync(StreamPeer list, Guid id, string status, Func<Task> act)
    {
        await act();
        while (true)
        {
            var message = await list.ReceiveAsync();
            if (Type(message) == "run" && Id(message) == id && message.GetProperty("run").GetProperty("status").GetString() == status)
                return message;
        }
    }

    private static async Task<StreamPeer> OpenAsync(ControlPlaneHost host, string path, Guid? tenant = null)
    {
        var list = await StreamPeer.OpenAsync(host, path, tenant: tenant);
        Assert.Equal("snapshot", Type(await list.ReceiveAsync()));
        return list;
    }

    private static async Task<JsonElement> ReceiveChangeAsync(StreamPeer list)
    {
        while (true)
        {
            var message = await list.ReceiveAsync();
            if (Type(message) != "resync")
                return message;
        }
    }

    private static Task<Guid> CreateAsync(ControlPlaneHost host, TestQueue queue) => CreateAsync(host, queue.TenantId, queue.VersionId);

    private static async Task<Guid> CreateAsync(ControlPlaneHost host, Guid tenant, Guid version)
    {
        using var answer = await host.Http.PostAsJsonAsync("/api/runs", new { tenant_id = tenant, pipeline_version_id = version }, Ct);
        return (await answer.Content.ReadFromJsonAsync<JsonElement>(Ct)).GetProperty("id").GetGuid();
    }

    private static async Task<(Guid Tenant, Guid Pipeline, Guid Version)> AddOtherTenantAsync(TestQueue queue)
    {
        var (tenant, pipeline, version) = (Guid.CreateVersion7(), Guid.CreateVersion7(), Guid.CreateVersion7());
        await queue.Database.ExecuteAsync("INSERT INTO tenants (id, name, slug) VALUES ($1, 'Other', 'other')", tenant);
        await queue.Database.ExecuteAsync("INSERT INTO pipelines (id, tenant_id, name) VALUES ($1, $2, 'p')", pipeline, tenant);
        await queue.Database.ExecuteAsync(
            """
            INSERT INTO pipeline_versions (id, tenant_id, pipeline_id, version, version_number, status, definition, frozen_at)
            VALUES ($1, $2, $3, 'v1', 1, 'APPROVED', '{"steps": ["a"]}', now())
            """,
            version, tenant, pipeline);
        return (tenant, pipeline, version);
    }

    private static string Type(JsonElement message) => message.GetProperty("type").GetString()!; // Every message has one.

    private static Guid Id(JsonElement message) => message.GetProperty("run").GetProperty("id").GetGuid();
}
