using System.Net;
using System.Text.Json;
using NextLayer.ControlPlane.Features.Runs.Claiming;
using NextLayer.ControlPlane.Features.Workers;
using NextLayer.Tests.ControlPlane.Access;
using NextLayer.Tests.ControlPlane.Runs;
using NextLayer.Tests.Support;

namespace NextLayer.Tests.ControlPlane.Workers;

/// <summary>Workers that are taken out of service by an operator.</summary>
public sealed class DrainTests(Servers servers)
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Drain_Worker_GetsNothingNewAndKeepsWhatItHas()
    {
        await using var queue = await TestQueue.CreateAsync(servers);
        await using var host = await ControlPlaneHost.StartAsync(queue.Database);
        var request = Guid.CreateVersion7();
        await BeatAsync(host, "w1");
        await queue.AddRunAsync();
        var held = Assert.Single(await queue.ClaimAsync("w1", requestId: request));
        var next = await queue.AddRunAsync();

        var answer = await PostAsync(host, "w1", "drain");

        Assert.Equal(("draining", 1), (answer.Json.Text("state"), answer.Json.GetProperty("running_runs").GetInt32()));
        Assert.Empty(await queue.ClaimAsync("w1", maxRuns: 10));
        Assert.Equal(held.Run.Id, Assert.Single(await queue.ClaimAsync("w1", requestId: request)).Run.Id); // The answer was lost, not the run.
        var side = await queue.Claims.ClaimAsync([new ClaimItem("w1", null, 5, 30, null), new ClaimItem("w2", null, 5, 30, null)], Ct);
        Assert.Equal([0, 1], side.Select(runs => runs.Count));
        Assert.Equal((next, "w2"), (side[1][0].Run.Id, side[1][0].Run.ClaimedBy));
    }

    [Fact]
    public async Task Drain_TwiceThenNothingLeft_IsDrainedUntilResumed()
    {
        await using var queue = await TestQueue.CreateAsync(servers);
        await using var host = await ControlPlaneHost.StartAsync(queue.Database);
        await BeatAsync(host, "w1");

        var first = await PostAsync(host, "w1", "drain");
        var second = await PostAsync(host, "w1", "drain");
        await BeatAsync(host, "w1"); // A new process under the same id, which knows of nothing.
        var listed = (await GetAsync(host, "/api/workers")).Json.GetProperty("items")[0];
        await queue.AddRunAsync();
        var before = await queue.ClaimAsync("w1");
        var resumed = await PostAsync(host, "w1", "resume");
        var again = await PostAsync(host, "w1", "resume");

        Assert.Equal((HttpStatusCode.OK, first.Text), (second.Status, second.Text));
        Assert.Equal(first.Json.Text("drain_requested_at"), listed.Text("drain_requested_at"));
        Assert.Equal("drained", listed.Text("state"));
        Assert.Empty(before);
        Assert.Equal(("live", JsonValueKind.Null), (resumed.Json.Text("state"), resumed.Json.GetProperty("drain_requested_at").ValueKind));
        Assert.Equal("live", again.Json.Text("state"));
        Assert.Single(await queue.ClaimAsync("w1"));
        Approved.Equal("DrainedWorker", first.Text);
    }

    [Theory]
    [InlineData("drain")]
    [InlineData("resume")]
    public async Task Change_UnknownWorker_Is404(string action)
    {
        await using var queue = await TestQueue.CreateAsync(servers);
        await using var host = await ControlPlaneHost.StartAsync(queue.Database);

        var answer = await PostAsync(host, "nobody", action);

        Assert.Equal((HttpStatusCode.NotFound, "worker_not_found"), (answer.Status, answer.Problem));
    }

    [Fact]
    public async Task Drain_HeartbeatThatWaits_IsToldAtOnceAndInTheOtherReplica()
    {
        await using var queue = await TestQueue.CreateAsync(servers);
        await using var here = await ControlPlaneHost.StartAsync(queue.Database);
        await using var there = await ControlPlaneHost.StartAsync(queue.Database);
        await BeatAsync(here, "w1");
        var waiting = new[] { here, there }.Select(host => BeatAsync(host, "w1", """{"slots": 4, "wait_seconds": 30}""")).ToList();

        await PostAsync(here, "w1", "drain");
        var told = await Task.WhenAll(waiting);
        var known = BeatAsync(there, "w1", """{"slots": 4, "wait_seconds": 30, "draining": true}""");
        await PostAsync(here, "w1", "resume");

        Assert.All(told, answer => Assert.True(answer.GetProperty("drain").GetBoolean()));
        Assert.False((await known).GetProperty("drain").GetBoolean());
    }

    [Fact]
    public async Task Drain_AmongClaims_LeavesNoneOnItsWay()
    {
        await using var queue = await TestQueue.CreateAsync(servers);
        await using var host = await ControlPlaneHost.StartAsync(queue.Database);
        await BeatAsync(host, "w1");
        await queue.AddRunsAsync(300);
        var drained = false;

        async Task<int> ClaimUntilDrainedAsync()
        {
            var claimed = 0;
            while (!Volatile.Read(ref drained))
                claimed += (await queue.ClaimAsync("w1", maxRuns: 2)).Count;
            return claimed;
        }

        var claimers = Enumerable.Range(0, 6).Select(_ => Task.Run(ClaimUntilDrainedAsync, Ct)).ToList();
        await host.Get<WorkerDrains>().ChangeAsync("w1", drain: true, Ct);
        var held = await HeldAsync(queue);
        Volatile.Write(ref drained, true);
        var claimed = (await Task.WhenAll(claimers)).Sum();

        Assert.Equal((held, held), (claimed, await HeldAsync(queue)));
    }

    [Fact]
    public async Task Drain_WithAuth_IsForOperatorsOfTheInstallationAndInTheAuditLog()
    {
        await using var stack = await AccessStack.StartAsync(servers);
        await stack.PostAsync(stack.WorkerKey, "/api/workers/w1/heartbeat", """{"slots": 4}""");

        var refused = await stack.PostAsync(stack.Ours.Keys[NextLayer.Contracts.Access.Role.Admin], "/api/workers/w1/drain");
        var done = await stack.PostAsync(stack.AdminKey, "/api/workers/w1/drain");

        Assert.Equal((HttpStatusCode.Forbidden, HttpStatusCode.OK), (refused.Status, done.Status));
        Assert.Equal(
            ["DrainWorker worker w1 succeeded"],
            await stack.Database.ListAsync<string>("SELECT concat_ws(' ', action, object_type, object_id, outcome) FROM audit_log WHERE action = 'DrainWorker'"));
    }

    private static async Task<int> HeldAsync(TestQueue queue) =>
        (int)await queue.Database.AskAsync<long>("SELECT count(*) FROM pipeline_runs WHERE status = 'RUNNING' AND claimed_by = 'w1'");

    private static Task<Answer> PostAsync(ControlPlaneHost host, string worker, string action) => SendAsync(host, HttpMethod.Post, $"/api/workers/{worker}/{action}", null);

    private static Task<Answer> GetAsync(ControlPlaneHost host, string address) => SendAsync(host, HttpMethod.Get, address, null);

    private static async Task<JsonElement> BeatAsync(ControlPlaneHost host, string worker, string json = """{"slots": 4}""") =>
        (await SendAsync(host, HttpMethod.Post, $"/api/workers/{worker}/heartbeat", json)).Json;

    private static async Task<Answer> SendAsync(ControlPlaneHost host, HttpMethod method, string address, string? json)
    {
        using var request = new HttpRequestMessage(method, address);
        if (json is not null)
            request.Content = new StringContent(json, System.Text.Encoding.UTF8, "application/json");
        using var response = await host.Http.SendAsync(request, Ct);
        return new Answer(response.StatusCode, response.Content.Headers.ContentType?.MediaType, await response.Content.ReadAsStringAsync(Ct), new Dictionary<string, string>());
    }
}
