using System.Net;
using System.Text.Json;
using NextLayer.Tests.Support;

namespace NextLayer.Tests.ControlPlane.Platform;

public sealed class RateLimitTests(Servers servers)
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Calls_BeyondTheBurst_AreAskedToWaitAndWorkersAreNot()
    {
        await using var db = await servers.CreateDatabaseAsync();
        await using var host = await ControlPlaneHost.StartAsync(db, null, ("RateLimit:PerSecond", "1"), ("RateLimit:Burst", "3"));

        var answers = new List<HttpStatusCode>();
        for (var i = 0; i < 20; i++)
            answers.Add((await host.Http.GetAsync("/api/runs", Ct)).StatusCode);
        using var refused = await host.Http.GetAsync("/api/tenants", Ct);
        using var claim = await host.Http.PostAsync("/api/runs/claim", Json("""{"worker_id": "w"}"""), Ct);
        using var health = await host.Http.GetAsync("/health", Ct);

        Assert.Equal(HttpStatusCode.OK, answers[0]);
        Assert.Contains(HttpStatusCode.TooManyRequests, answers);
        Assert.Equal(HttpStatusCode.TooManyRequests, refused.StatusCode);
        Assert.InRange(refused.Headers.RetryAfter!.Delta!.Value.TotalSeconds, 1, 60);
        var problem = JsonElement.Parse(await refused.Content.ReadAsStringAsync(Ct));
        Assert.Equal("urn:nextlayer:problem:rate_limited", problem.GetProperty("type").GetString());
        Assert.Equal((HttpStatusCode.OK, HttpStatusCode.OK), (claim.StatusCode, health.StatusCode));
    }

    [Fact]
    public async Task Writes_TurnedAway_AreNotInTheAuditLog()
    {
        await using var db = await servers.CreateDatabaseAsync();
        await using var host = await ControlPlaneHost.StartAsync(db, null, ("RateLimit:PerSecond", "1"), ("RateLimit:Burst", "3"));

        var answers = new List<HttpStatusCode>();
        for (var i = 0; i < 20; i++)
            answers.Add((await host.Http.PostAsync("/api/tenants", Json($$"""{"name": "Tenant {{i}}"}"""), Ct)).StatusCode);

        var made = answers.Count(status => status == HttpStatusCode.OK);
        Assert.InRange(made, 1, 19);
        Assert.Equal(made, await db.AskAsync<long>("SELECT count(*) FROM audit_log"));
    }

    private static StringContent Json(string json) => new(json, new System.Net.Http.Headers.MediaTypeHeaderValue("application/json"));
}
