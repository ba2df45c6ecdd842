using System.Net;
using System.Net.WebSockets;
using System.Text.Json;
using NextLayer.Contracts.Access;
using NextLayer.Tests.Support;

namespace NextLayer.Tests.ControlPlane.Access;

/// <summary>Two organisations on one NextLayer: lists, ids in bodies, keys, work and sockets.</summary>
public sealed class TwoTenantsTests(Servers servers)
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("/api/tenants")]
    [InlineData("/api/facilities")]
    [InlineData("/api/connector-instances")]
    [InlineData("/api/pipelines")]
    [InlineData("/api/pipeline-versions")]
    [InlineData("/api/runs")]
    public async Task List_OfTheQueueApi_HasOnlyTheCallersRows(string address)
    {
        await using var stack = await AccessStack.StartAsync(servers);

        var ours = await stack.GetAsync(stack.Ours.Keys[Role.Viewer], address);
        var named = await stack.GetAsync(stack.Ours.Keys[Role.Viewer], $"{address}?tenant_id={stack.Theirs.Tenant}");

        Assert.Equal("1", ours.Headers["X-Total-Count"]);
        Assert.DoesNotContain(stack.Theirs.Tenant.ToString(), ours.Text, StringComparison.Ordinal);
        Assert.DoesNotContain(stack.Theirs.Tenant.ToString(), named.Text, StringComparison.Ordinal);
        Assert.Contains(stack.Theirs.Tenant.ToString(), (await stack.GetAsync(stack.AdminKey, address)).Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/api/v1/workflows")]
    [InlineData("/api/v1/runs")]
    [InlineData("/api/v1/triggers/schedule")]
    [InlineData("/api/v1/members")]
    [InlineData("/api/v1/approvals")]
    [InlineData("/api/v1/stats")]
    [InlineData("/api/v1/audit")]
    public async Task Call_NamingAForeignTenantInItsHeader_IsAnsweredLikeAnAbsentOne(string address)
    {
        await using var stack = await AccessStack.StartAsync(servers);
        var key = stack.Ours.Keys[Role.Admin];

        var foreign = await stack.SendAsync(key, HttpMethod.Get, address, null, ("X-Tenant-Id", stack.Theirs.Tenant.ToString()));
        var absent = await stack.SendAsync(key, HttpMethod.Get, address, null, ("X-Tenant-Id", "01234567-89ab-7def-8123-456789abcdef"));

        Assert.Equal((HttpStatusCode.NotFound, "tenant_not_found"), (foreign.Status, foreign.Problem));
        Assert.Equal(absent.Text.Replace("01234567-89ab-7def-8123-456789abcdef", "", StringComparison.Ordinal), foreign.Text.Replace(stack.Theirs.Tenant.ToString(), "", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Create_WithForeignIdsInTheBody_IsRefusedLikeAbsentOnesAndMakesNothing()
    {
        await using var stack = await AccessStack.StartAsync(servers);
        var (ours, theirs, key) = (stack.Ours, stack.Theirs, stack.Ours.Keys[Role.Admin]);
        const string Absent = "01234567-89ab-7def-8123-456789abcdef";
        var calls = new (string Address, Func<object, object> Body)[]
        {
            ("/api/facilities", id => new { tenant_id = Is(id) ? theirs.Tenant : id, name = "Spy" }),
            ("/api/connector-instances", id => new { tenant_id = Is(id) ? theirs.Tenant : id, connector_type = "spy" }),
            ("/api/connector-instances", id => new { tenant_id = ours.Tenant, connector_type = "spy", facility_id = Is(id) ? theirs.Facility : id }),
            ("/api/pipelines", id => new { tenant_id = Is(id) ? theirs.Tenant : id, name = "Spy" }),
            ("/api/pipeline-versions", id => new { tenant_id = Is(id) ? theirs.Tenant : id, pipeline_id = theirs.Pipeline, version = "spy" }),
            ("/api/pipeline-versions", id => new { tenant_id = ours.Tenant, pipeline_id = Is(id) ? theirs.Pipeline : id, version = "spy" }),
            ("/api/runs", id => new { tenant_id = Is(id) ? theirs.Tenant : id, pipeline_version_id = theirs.Version }),
            ("/api/runs", id => new { tenant_id = ours.Tenant, pipeline_version_id = Is(id) ? theirs.Version : id }),
            ("/api/runs/batch", id => new { runs = new[] { new { tenant_id = ours.Tenant, pipeline_version_id = ours.Version }, new { tenant_id = Is(id) ? theirs.Tenant : ours.Tenant, pipeline_version_id = Is(id) ? theirs.Version : Guid.Parse(Absent) } } }),
            ("/api/v1/triggers/schedule", id => new { workflow_id = Is(id) ? theirs.Version : id, cron = "0 0 * * *", timezone = "UTC" }),
        };
        var runs = await stack.Database.AskAsync<long>("SELECT count(*) FROM pipeline_runs");

        foreach (var (address, body) in calls)
        {
            var foreign = await stack.PostAsync(key, address, JsonSerializer.Serialize(body("foreign")));
            var absent = await stack.PostAsync(key, address, JsonSerializer.Serialize(body(Absent)));
            Assert.Equal((address, absent.Status, Masked(absent)), (address, foreign.Status, Masked(foreign)));
            Assert.True((int)foreign.Status is >= 400 and < 500, $"{address}: {foreign.Text}");
        }

        Assert.Equal(runs, await stack.Database.AskAsync<long>("SELECT count(*) FROM pipeline_runs"));
        Assert.Equal(0L, await stack.Database.AskAsync<long>(
            "SELECT (SELECT count(*) FROM facilities WHERE name = 'Spy') + (SELECT count(*) FROM pipelines WHERE name = 'Spy') + (SELECT count(*) FROM connector_instances WHERE connector_type = 'spy') + (SELECT count(*) FROM pipeline_versions WHERE version = 'spy')"));

        static bool Is(object id) => id is "foreign";
    }

    [Fact]
    public async Task IdempotencyKey_OfTwoTenants_DoesNotMeet()
    {
        await using var stack = await AccessStack.StartAsync(servers);

        var ours = await stack.PostAsync(stack.Ours.Keys[Role.Admin], "/api/pipelines", $$"""{"tenant_id": "{{stack.Ours.Tenant}}", "name": "A"}""", ("Idempotency-Key", "same"));
        var theirs = await stack.PostAsync(stack.Theirs.Keys[Role.Admin], "/api/pipelines", $$"""{"tenant_id": "{{stack.Theirs.Tenant}}", "name": "A"}""", ("Idempotency-Key", "same"));
        var rotated = await stack.AddKeyAsync(stack.Ours.Tenant, Role.Admin);
        var repeat = await stack.PostAsync(rotated, "/api/pipelines", $$"""{"tenant_id": "{{stack.Ours.Tenant}}", "name": "A"}""", ("Idempotency-Key", "same"));

        Assert.Equal((HttpStatusCode.OK, HttpStatusCode.OK), (ours.Status, theirs.Status));
        Assert.NotEqual(ours.Id, theirs.Id);
        Assert.Equal(ours.Id, repeat.Id); // A new key of the same tenant repeats what the old one began.
    }

    [Fact]
    public async Task Run_SaysInItsFirstEventWhoStartedIt()
    {
        await using var stack = await AccessStack.StartAsync(servers);
        var key = stack.Ours.Keys[Role.Operator];

        var events = (await stack.GetAsync(key, $"/api/runs/{stack.Ours.Run}/events")).Json.GetProperty("items");

        Assert.Equal($"key:{key.Split('_')[1]}", events[0].GetProperty("payload").Text("by"));
    }

    [Fact]
    public async Task Claim_ByATenantsWorker_GivesOnlyItsRuns()
    {
        await using var stack = await AccessStack.StartAsync(servers);

        var foreign = await stack.PostAsync(stack.Ours.Keys[Role.Worker], "/api/runs/claim", $$"""{"worker_id": "w", "tenant_id": "{{stack.Theirs.Tenant}}", "max_runs": 10}""");
        var mine = await stack.PostAsync(stack.Ours.Keys[Role.Worker], "/api/runs/claim", """{"worker_id": "w", "max_runs": 10}""");
        var all = await stack.PostAsync(stack.WorkerKey, "/api/runs/claim", """{"worker_id": "w2", "max_runs": 10}""");

        Assert.False(foreign.Json.GetProperty("claimed").GetBoolean());
        Assert.Equal([stack.Ours.Run], mine.Json.GetProperty("runs").EnumerateArray().Select(run => run.GetProperty("run").GetProperty("id").GetGuid()));
        Assert.Equal([stack.Theirs.Run], all.Json.GetProperty("runs").EnumerateArray().Select(run => run.GetProperty("run").GetProperty("id").GetGuid()));
    }

    [Fact]
    public async Task Report_WithAForeignLease_ChangesNothing()
    {
        await using var stack = await AccessStack.StartAsync(servers);
        var claimed = (await stack.PostAsync(stack.Theirs.Keys[Role.Worker], "/api/runs/claim", """{"worker_id": "w", "max_runs": 1}""")).Json.GetProperty("runs")[0];
        var lease = claimed.GetProperty("lease").GetRawText();
        var spy = stack.Ours.Keys[Role.Worker];

        var report = await stack.PostAsync(
            spy, "/api/workers/w/reports", $$$"""{"reports": [{"run_id": "{{{stack.Theirs.Run}}}", "lease": {{{lease}}}, "completion": {"status": "SUCCEEDED"}}]}""");
        var beat = await stack.PostAsync(spy, "/api/workers/w/heartbeat", $$"""{"slots": 1, "version": "1", "runs": [{"run_id": "{{stack.Theirs.Run}}", "lease": {{lease}}}]}""");
        var complete = await stack.PostAsync(spy, $"/api/runs/{stack.Theirs.Run}/complete", $$"""{"status": "SUCCEEDED", "lease": {{lease}}}""");

        Assert.Equal("lease_lost", report.Json.GetProperty("results")[0].Text("verdict"));
        Assert.Equal("lost", beat.Json.GetProperty("runs")[0].Text("verdict"));
        Assert.Equal(HttpStatusCode.Conflict, complete.Status);
        Assert.Equal("RUNNING", await stack.Database.AskAsync<string>("SELECT status FROM pipeline_runs WHERE id = $1", stack.Theirs.Run));
    }

    [Fact]
    public async Task Tenant_ByItsOwnAdministrator_ChangesItsNameButNotWhatItPaysFor()
    {
        await using var stack = await AccessStack.StartAsync(servers);
        var (key, address) = (stack.Ours.Keys[Role.Admin], $"/api/tenants/{stack.Ours.Tenant}");

        Assert.Equal(HttpStatusCode.OK, (await stack.SendAsync(key, HttpMethod.Patch, address, """{"name": "Renamed"}""")).Status);
        foreach (var body in new[] { """{"daily_run_limit": 1000000}""", """{"daily_run_limit": null}""", """{"billing_status": "active"}""" })
            Assert.Equal(HttpStatusCode.Forbidden, (await stack.SendAsync(key, HttpMethod.Patch, address, body)).Status);
        Assert.Equal(HttpStatusCode.OK, (await stack.SendAsync(stack.AdminKey, HttpMethod.Patch, address, """{"daily_run_limit": 5}""")).Status);
    }

    [Fact]
    public async Task Webhook_WithoutASignature_AsksForACredentialOfItsTenant()
    {
        await using var stack = await AccessStack.StartAsync(servers);
        var address = $"/api/v1/triggers/webhook/{stack.Ours.Version}";

        Assert.Equal(HttpStatusCode.Unauthorized, (await stack.PostAsync(null, address)).Status);
        Assert.Equal(HttpStatusCode.Unauthorized, (await stack.PostAsync(null, "/api/v1/triggers/webhook/01234567-89ab-7def-8123-456789abcdef")).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await stack.PostAsync(stack.Theirs.Keys[Role.Admin], address)).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await stack.PostAsync(stack.Ours.Keys[Role.Viewer], address)).Status);
        Assert.Equal(HttpStatusCode.Created, (await stack.PostAsync(stack.Ours.Keys[Role.Operator], address)).Status);
    }

    [Fact]
    public async Task Sockets_ShowOnlyTheCallersRunsAndCloseWhenTheRightEnds()
    {
        await using var stack = await AccessStack.StartAsync(servers);
        var made = await stack.PostAsync(stack.Ours.Keys[Role.Admin], "/api/v1/api-keys", """{"name": "Watcher", "role": "viewer"}""");
        var key = made.Json.Text("key");

        Assert.Contains("401", (await Assert.ThrowsAsync<WebSocketException>(() => OpenAsync(stack, null, "/ws/runs"))).Message, StringComparison.Ordinal);
        Assert.Contains("404", (await Assert.ThrowsAsync<WebSocketException>(() => OpenAsync(stack, key, $"/ws/runs/{stack.Theirs.Run}"))).Message, StringComparison.Ordinal);
        using var list = await OpenAsync(stack, key, "/ws/runs");
        using var run = await OpenAsync(stack, key, $"/ws/runs/{stack.Ours.Run}");
        Assert.Equal(1, (await ReceiveAsync(list)).GetProperty("counts").GetProperty("QUEUED").GetInt32());
        Assert.Equal("snapshot", (await ReceiveAsync(run)).Text("type"));
        await stack.PostAsync(stack.Theirs.Keys[Role.Operator], $"/api/runs/{stack.Theirs.Run}/cancel");
        await stack.PostAsync(stack.Ours.Keys[Role.Operator], $"/api/runs/{stack.Ours.Run}/cancel");
        Assert.Equal(stack.Ours.Run, (await UntilRunAsync(list)).GetProperty("id").GetGuid());

        await stack.SendAsync(stack.Ours.Keys[Role.Admin], HttpMethod.Delete, $"/api/v1/api-keys/{made.Id}");

        Assert.Equal(4401, await UntilClosedAsync(list));
        Assert.Equal(4401, await UntilClosedAsync(run));
    }

    private static string Masked(Answer answer) =>
        System.Text.RegularExpressions.Regex.Replace(answer.Text, "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", "<id>");

    private static async Task<ClientWebSocket> OpenAsync(AccessStack stack, string? key, string address)
    {
        var socket = new ClientWebSocket();
        if (key is not null)
            socket.Options.SetRequestHeader("X-API-Key", key);
        await socket.ConnectAsync(new UriBuilder(stack.Host.Address) { Scheme = "ws", Path = address }.Uri, Ct);
        return socket;
    }

    private static async Task<JsonElement> ReceiveAsync(ClientWebSocket socket)
    {
        var buffer = new byte[64 * 1024];
        var length = 0;
        while (true)
        {
            var received = await socket.ReceiveAsync(buffer.AsMemory(length), Ct);
            length += received.Count;
            if (received.EndOfMessage)
                return JsonElement.Parse(buffer.AsSpan(0, length).ToArray());
        }
    }

    private static async Task<JsonElement> UntilRunAsync(ClientWebSocket socket)
    {
        while (true)
        {
            if ((await ReceiveAsync(socket)).TryGetProperty("run", out var run))
                return run;
        }
    }

    private static async Task<int> UntilClosedAsync(ClientWebSocket socket)
    {
        var buffer = new byte[64 * 1024];
        while ((await socket.ReceiveAsync(buffer.AsMemory(), Ct)).MessageType != WebSocketMessageType.Close)
        {
        }

        return (int)socket.CloseStatus!.Value; // A close message was read.
    }
}
