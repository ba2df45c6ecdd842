using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using NextLayer.Contracts.Json;
using NextLayer.Contracts.Runs;
using NextLayer.Tests.Support;

namespace NextLayer.Tests.ControlPlane.Runs;

/// <summary><c>POST /api/runs/{id}/connectors</c>: who may ask, and which connector a name means.</summary>
public sealed class RunConnectorTests(Servers servers)
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Find_ByIdAndByType_GivesTheConnector()
    {
        await using var queue = await TestQueue.CreateAsync(servers);
        await using var host = await ControlPlaneHost.StartAsync(queue.Database);
        var run = await queue.ClaimNewAsync();
        var id = await AddAsync(queue, queue.TenantId, "smtp");

        var byId = await AskAsync(host, run.Run.Id, run.Lease, id.ToString());
        var byType = await AskAsync(host, run.Run.Id, run.Lease, "smtp");

        Assert.Equal((HttpStatusCode.OK, "no-store"), (byId.Status, byId.CacheControl));
        Assert.Equal(byId.Text, byType.Text);
        Approved.Equal("RunConnector", byId.Text);
    }

    [Fact]
    public async Task Find_OfAnotherTenant_IsNotFound()
    {
        await using var queue = await TestQueue.CreateAsync(servers);
        await using var host = await ControlPlaneHost.StartAsync(queue.Database);
        var run = await queue.ClaimNewAsync();
        var id = await AddAsync(queue, Guid.Parse("00000000-0000-7000-8000-000000000001"), "smtp");

        Assert.Equal((HttpStatusCode.NotFound, "connector_not_found"), (await AskAsync(host, run.Run.Id, run.Lease, id.ToString())).Problem);
        Assert.Equal((HttpStatusCode.NotFound, "connector_not_found"), (await AskAsync(host, run.Run.Id, run.Lease, "smtp")).Problem);
    }

    [Fact]
    public async Task Find_WithoutTheLease_GivesNothing()
    {
        await using var queue = await TestQueue.CreateAsync(servers);
        await using var host = await ControlPlaneHost.StartAsync(queue.Database);
        var run = await queue.ClaimNewAsync();
        var waiting = await queue.AddRunAsync();
        await AddAsync(queue, queue.TenantId, "smtp");

        Assert.Equal((HttpStatusCode.Conflict, "lease_lost"), (await AskAsync(host, run.Run.Id, run.Lease with { Epoch = 9 }, "smtp")).Problem);
        Assert.Equal((HttpStatusCode.Conflict, "lease_lost"), (await AskAsync(host, run.Run.Id, run.Lease with { Token = Guid.NewGuid() }, "smtp")).Problem);
        Assert.Equal((HttpStatusCode.Conflict, "lease_lost"), (await AskAsync(host, waiting, run.Lease, "smtp")).Problem);
        Assert.Equal((HttpStatusCode.NotFound, "run_not_found"), (await AskAsync(host, Guid.NewGuid(), run.Lease, "smtp")).Problem);
    }

    [Theory]
    [InlineData("NEEDS_REAUTH")]
    [InlineData("DISABLED")]
    public async Task Find_OfOneThatCannotBeUsed_IsAConflict(string status)
    {
        await using var queue = await TestQueue.CreateAsync(servers);
        await using var host = await ControlPlaneHost.StartAsync(queue.Database);
        var run = await queue.ClaimNewAsync();
        var id = await AddAsync(queue, queue.TenantId, "smtp", status);

        Assert.Equal((HttpStatusCode.Conflict, "connector_unusable"), (await AskAsync(host, run.Run.Id, run.Lease, id.ToString())).Problem);
        Assert.Equal((HttpStatusCode.Conflict, "connector_unusable"), (await AskAsync(host, run.Run.Id, run.Lease, "smtp")).Problem);
    }

    [Fact]
    public async Task Find_ByTypeAmongSeveral_TakesTheOnlyActiveOneOrNone()
    {
        await using var queue = await TestQueue.CreateAsync(servers);
        await using var host = await ControlPlaneHost.StartAsync(queue.Database);
        var run = await queue.ClaimNewAsync();
        await AddAsync(queue, queue.TenantId, "smtp", "DISABLED");
        var active = await AddAsync(queue, queue.TenantId, "smtp");

        var one = await AskAsync(host, run.Run.Id, run.Lease, "smtp");
        await AddAsync(queue, queue.TenantId, "smtp");
        var two = await AskAsync(host, run.Run.Id, run.Lease, "smtp");

        Assert.Equal(active, JsonElement.Parse(one.Text).GetProperty("id").GetGuid());
        Assert.Equal((HttpStatusCode.Conflict, "connector_ambiguous"), two.Problem);
    }

    [Theory]
    [InlineData("""{"connector": "smtp"}""")]
    [InlineData("""{"lease": {"epoch": 1, "token": "00000000-0000-0000-0000-000000000000"}}""")]
    [InlineData("""{"lease": {"epoch": 1, "token": "00000000-0000-0000-0000-000000000000"}, "connector": "  "}""")]
    [InlineData("""{"lease": {"epoch": 1, "token": "x"}, "connector": "smtp"}""")]
    public async Task Find_WithABadBody_Is400(string body)
    {
        await using var queue = await TestQueue.CreateAsync(servers);
        await using var host = await ControlPlaneHost.StartAsync(queue.Database);

        using var answer = await host.Http.PostAsync(
            $"/api/runs/{Guid.NewGuid()}/connectors", new StringContent(body, System.Text.Encoding.UTF8, "application/json"), Ct);

        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
    }

    [Fact]
    public async Task Find_GivesTheSecretsOfTheConnector_AndThePreviousOneWhileItIsUsed()
    {
        await using var queue = await TestQueue.CreateAsync(servers);
        await using var host = await ControlPlaneHost.StartAsync(queue.Database);
        var run = await queue.ClaimNewAsync();
        var id = await CreateAsync(host, queue, new { connector_type = "webhook", secrets = new { signing_secret = "first-secret" } });
        using var rotation = await host.Http.PutAsJsonAsync(
            $"/api/connector-instances/{id}/secrets/signing_secret", new { value = "second-secret", overlap_seconds = 60 }, Ct);

        var overlapping = await AskAsync(host, run.Run.Id, run.Lease, "webhook");
        await queue.Database.ExecuteAsync("UPDATE connector_secrets SET previous_until = now() - interval '1 second'");
        var after = await AskAsync(host, run.Run.Id, run.Lease, "webhook");

        Approved.Equal("RunConnectorWithSecrets", overlapping.Text);
        Assert.Equal("{}", JsonElement.Parse(after.Text).GetProperty("previous_secrets").GetRawText());
    }

    [Fact]
    public async Task Find_OfAReference_ReadsItUnderTheConnectorsOwnSecrets()
    {
        var file = Path.GetTempFileName();
        await File.WriteAllTextAsync(file, """{"token": "from-file", "password": "from-file"}""", Ct);
        await using var queue = await TestQueue.CreateAsync(servers);
        await using var host = await ControlPlaneHost.StartAsync(queue.Database, null, ("Secrets:References:Allowed:0", $"file:{file}"));
        var run = await queue.ClaimNewAsync();
        await CreateAsync(host, queue, new { connector_type = "http", secrets_ref = $"file:{file}", secrets = new { token = "own-token" } });

        var found = await AskAsync(host, run.Run.Id, run.Lease, "http");
        await File.WriteAllTextAsync(file, "just-a-token", Ct);
        var bare = await AskAsync(host, run.Run.Id, run.Lease, "http");
        File.Delete(file);
        var gone = await AskAsync(host, run.Run.Id, run.Lease, "http");

        Assert.Equal("""{"token":"own-token","password":"from-file"}""", JsonElement.Parse(found.Text).GetProperty("secrets").GetRawText());
        Assert.Equal("""{"token":"own-token"}""", JsonElement.Parse(bare.Text).GetProperty("secrets").GetRawText());
        Assert.Equal((HttpStatusCode.Conflict, "connector_unusable"), gone.Problem);
        Assert.Contains("leads to nothing", gone.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Find_OfASecretWhoseKeyIsGone_SaysThatItHasToBeSetAgain()
    {
        await using var queue = await TestQueue.CreateAsync(servers);
        await using var host = await ControlPlaneHost.StartAsync(queue.Database);
        var run = await queue.ClaimNewAsync();
        await CreateAsync(host, queue, new { connector_type = "smtp", secrets = new { password = "plain secret" } });
        await queue.Database.ExecuteAsync("UPDATE connector_secrets SET sealed = sealed || 'x'");

        var found = await AskAsync(host, run.Run.Id, run.Lease, "smtp");

        Assert.Equal((HttpStatusCode.Conflict, "connector_unusable"), found.Problem);
        Assert.Contains("has to be set again", found.Text, StringComparison.Ordinal);
    }

    private static async Task<Guid> CreateAsync(ControlPlaneHost host, TestQueue queue, object connector)
    {
        var body = JsonSerializer.SerializeToNode(connector)!.AsObject(); // An object.
        body["tenant_id"] = queue.TenantId;
        using var answer = await host.Http.PostAsJsonAsync("/api/connector-instances", body, Ct);
        return JsonElement.Parse(await answer.Content.ReadAsStringAsync(Ct)).GetProperty("id").GetGuid();
    }

    private static async Task<Guid> AddAsync(TestQueue queue, Guid tenantId, string type, string status = "ACTIVE")
    {
        var id = Guid.CreateVersion7();
        await queue.Database.ExecuteAsync(
            """
            INSERT INTO connector_instances (id, tenant_id, connector_type, status, config)
            VALUES ($1, $2, $3, $4, '{"host": "mail.example", "port": 2525}')
            """,
            id, tenantId, type, status);
        return id;
    }

    private static async Task<Found> AskAsync(ControlPlaneHost host, Guid runId, Lease lease, string connector)
    {
        using var answer = await host.Http.PostAsJsonAsync(
            $"/api/runs/{runId}/connectors", new RunConnectorRequest { Lease = lease, Connector = connector }, NextLayerJson.Options, Ct);
        return new Found(answer.StatusCode, await answer.Content.ReadAsStringAsync(Ct), answer.Headers.CacheControl?.ToString());
    }

    private sealed record Found(HttpStatusCode Status, string Text, string? CacheControl)
    {
        public (HttpStatusCode, string?) Problem => (Status, JsonElement.Parse(Text).GetProperty("type").GetString()?.Split(':')[^1]);
    }
}
