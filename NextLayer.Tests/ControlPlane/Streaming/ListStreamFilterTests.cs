using System.Text.Json;
using NextLayer.Contracts.Runs;
using NextLayer.ControlPlane.Features.Runs.Claiming;
using NextLayer.ControlPlane.Features.Runs.Reporting;
using NextLayer.Tests.ControlPlane.Runs;
using NextLayer.Tests.Support;

namespace NextLayer.Tests.ControlPlane.Streaming;

/// <summary><c>/ws/runs</c> of one worker's runs and of long ones: what comes onto such a list, and what leaves it.</summary>
public sealed class ListStreamFilterTests(Servers servers)
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Worker_TakesARunAndLosesItToAnother_IsToldBothAndNothingElse()
    {
        await using var queue = await TestQueue.CreateAsync(servers);
        await using var host = await ControlPlaneHost.StartAsync(queue.Database);
        using var list = await OpenAsync(host, "/ws/runs?worker_id=w1");
        using var all = await OpenAsync(host, "/ws/runs");
        await ClaimNewAsync(queue, host, "w2"); // Never the list's.
        await UntilAsync(all, "RUNNING", "w2");

        var run = await ClaimNewAsync(queue, host, "w1");
        var came = await ReceiveAsync(list);
        await host.Get<RunReporter>().ReportAsync("w1", [TestQueue.Report(run, completion: RunStatus.Queued)], Ct);
        var back = await ReceiveAsync(list);
        var again = Assert.Single(await host.Get<RunClaimer>().ClaimAsync(new ClaimRequest { WorkerId = "w2", MaxRuns = 1 }, Ct));
        var left = await ReceiveAsync(list);
        await host.Get<RunReporter>().ReportAsync("w2", [TestQueue.Report(again, completion: RunStatus.Succeeded)], Ct);
        await UntilAsync(all, "SUCCEEDED", "w2");
        var next = await ClaimNewAsync(queue, host, "w1");

        Assert.Equal([(run.Run.Id, "RUNNING", "w1"), (run.Run.Id, "QUEUED", "w1"), (run.Run.Id, "RUNNING", "w2")], new[] { came, back, left }.Select(Told));
        Assert.Equal((next.Run.Id, "RUNNING", "w1"), Told(await ReceiveAsync(list)));
    }

    [Fact]
    public async Task Duration_ShowsRunsThatTookAsLongOnceTheyHaveEnded()
    {
        await using var queue = await TestQueue.CreateAsync(servers);
        await using var host = await ControlPlaneHost.StartAsync(queue.Database);
        using var list = await OpenAsync(host, "/ws/runs?duration_ms_min=3600000");
        using var all = await OpenAsync(host, "/ws/runs");

        var quick = await ClaimNewAsync(queue, host, "w1");
        await host.Get<RunReporter>().ReportAsync("w1", [TestQueue.Report(quick, completion: RunStatus.Succeeded)], Ct);
        await UntilAsync(all, "SUCCEEDED", "w1");
        var slow = await ClaimNewAsync(queue, host, "w1");
        await queue.Database.ExecuteAsync("UPDATE pipeline_runs SET started_at = now() - interval '1 hour' WHERE id = $1", slow.Run.Id);
        await host.Get<RunReporter>().ReportAsync("w1", [TestQueue.Report(slow, completion: RunStatus.Failed)], Ct);
        var ended = await ReceiveAsync(list);
        using var answer = await host.Http.PostAsync($"/api/runs/{slow.Run.Id}/retry", null, Ct);
        var retried = await ReceiveAsync(list);

        Assert.Equal([(slow.Run.Id, "FAILED", "w1"), (slow.Run.Id, "QUEUED", "w1")], new[] { ended, retried }.Select(Told));
    }

    [Fact]
    public async Task Labels_ShowsRunsFromWhenTheyHaveThemAllUntilTheyLoseOne()
    {
        await using var queue = await TestQueue.CreateAsync(servers);
        await using var host = await ControlPlaneHost.StartAsync(queue.Database);
        using var list = await OpenAsync(host, "/ws/runs?label=env%3Dprod&label=team%3Da");
        var ids = await queue.AddRunsAsync(2);

        await LabelAsync(queue, host, ids[0], """{"env": "prod", "team": "b"}""");
        await LabelAsync(queue, host, ids[1], """{"env": "prod", "team": "a"}""");
        var came = await ReceiveAsync(list);
        await LabelAsync(queue, host, ids[0], "{}"); // Was never on the list.
        await LabelAsync(queue, host, ids[1], """{"env": "prod"}""");
        var left = await ReceiveAsync(list);

        Assert.Equal((ids[1], "QUEUED", null), Told(came));
        Assert.Equal("a", came.GetProperty("run").GetProperty("labels").GetProperty("team").GetString());
        Assert.Equal((ids[1], "QUEUED", null), Told(left));
        Assert.False(left.GetProperty("run").GetProperty("labels").TryGetProperty("team", out _));
    }

    [Fact]
    public async Task Snapshot_CountsWhatFits()
    {
        await using var queue = await TestQueue.CreateAsync(servers);
        await using var host = await ControlPlaneHost.StartAsync(queue.Database);
        await ClaimNewAsync(queue, host, "w1");
        await ClaimNewAsync(queue, host, "w2");
        using var list = await StreamPeer.OpenAsync(host, "/ws/runs?worker_id=w1");

        var counts = (await list.ReceiveAsync()).GetProperty("counts");

        Assert.Equal((1, 0), (counts.GetProperty("RUNNING").GetInt32(), counts.GetProperty("SUCCEEDED").GetInt32()));
    }

    private static async Task<ClaimedRow> ClaimNewAsync(TestQueue queue, ControlPlaneHost host, string workerId)
    {
        await queue.AddRunAsync();
        return Assert.Single(await host.Get<RunClaimer>().ClaimAsync(new ClaimRequest { WorkerId = workerId, MaxRuns = 1 }, Ct));
    }

    private static async Task LabelAsync(TestQueue queue, ControlPlaneHost host, Guid runId, string labels)
    {
        using var request = new HttpRequestMessage(HttpMethod.Put, $"/api/v1/runs/{runId}/labels");
        request.Headers.Add("X-Tenant-Id", queue.TenantId.ToString());
        request.Content = new StringContent($$"""{"labels": {{labels}} }""", System.Text.Encoding.UTF8, "application/json");
        using var answer = await host.Http.SendAsync(request, Ct);
        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync(Ct));
    }

    private static async Task<StreamPeer> OpenAsync(ControlPlaneHost host, string path)
    {
        var list = await StreamPeer.OpenAsync(host, path);
        Assert.Equal("snapshot", (await list.ReceiveAsync()).GetProperty("type").GetString());
        return list;
    }

    private static async Task<JsonElement> ReceiveAsync(StreamPeer list)
    {
        while (true)
        {
            var message = await list.ReceiveAsync();
            if (message.GetProperty("type").GetString() != "resync")
                return message;
        }
    }

    private static async Task UntilAsync(StreamPeer list, string status, string worker)
    {
        while (Told(await ReceiveAsync(list)) is var told && (told.Status != status || told.Worker != worker))
        {
        }
    }

    private static (Guid Id, string? Status, string? Worker) Told(JsonElement message)
    {
        var run = message.GetProperty("run");
        return (run.GetProperty("id").GetGuid(), run.GetProperty("status").GetString(), run.GetProperty("claimed_by").GetString());
    }
}
