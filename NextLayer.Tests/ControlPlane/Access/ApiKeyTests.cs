using System.Net;
using NextLayer.Contracts.Access;
using NextLayer.Tests.Support;

namespace NextLayer.Tests.ControlPlane.Access;

/// <summary>Machines' keys: made, used, narrowed, ended.</summary>
public sealed class ApiKeyTests(Servers servers)
{
    private const string Keys = "/api/v1/api-keys";

    [Fact]
    public async Task Create_ShowsTheKeyOnceAndKeepsOnlyItsHash()
    {
        await using var stack = await AccessStack.StartAsync(servers);
        var admin = stack.Ours.Keys[Role.Admin];

        var made = await stack.PostAsync(admin, Keys, """{"name": "Shop", "role": "operator"}""", ("Idempotency-Key", "k1"));
        var key = made.Json.Text("key");
        var repeat = await stack.PostAsync(admin, Keys, """{"name": "Shop", "role": "operator"}""", ("Idempotency-Key", "k1"));

        Assert.Equal(HttpStatusCode.Created, made.Status);
        Assert.Matches("^nlk_[a-z0-9]{16}_[A-Za-z0-9]{43}$", key);
        Assert.Equal("no-store", made.Headers["Cache-Control"]);
        Assert.Equal((HttpStatusCode.OK, made.Id, true), (repeat.Status, repeat.Id, repeat.Json.GetProperty("key").ValueKind == System.Text.Json.JsonValueKind.Null));
        Assert.Equal(HttpStatusCode.OK, (await stack.GetAsync(key, "/api/runs")).Status);
        var secret = key.Split('_')[2];
        Assert.DoesNotContain(secret, (await stack.GetAsync(admin, Keys)).Text, StringComparison.Ordinal);
        Assert.Equal(0L, await stack.Database.AskAsync<long>(
            $"SELECT (SELECT count(*) FROM api_keys k WHERE k::text LIKE '%{secret}%') + (SELECT count(*) FROM idempotency_keys WHERE convert_from(body, 'UTF8') LIKE '%{secret}%')"));
    }

    [Fact]
    public async Task NarrowedKey_MakesNoKeyThatMayMore()
    {
        await using var stack = await AccessStack.StartAsync(servers);
        var narrow = await stack.AddKeyAsync(stack.Ours.Tenant, Role.Admin, ["keys.manage", "runs.read"]);

        var whole = await stack.PostAsync(narrow, Keys, """{"name": "More", "role": "admin"}""");
        var viewer = await stack.PostAsync(narrow, Keys, """{"name": "More", "role": "viewer"}""");
        var other = await stack.PostAsync(narrow, Keys, """{"name": "More", "role": "admin", "scopes": ["runs.read", "work"]}""");
        var same = await stack.PostAsync(narrow, Keys, """{"name": "Less", "role": "admin", "scopes": ["runs.read"]}""");

        Assert.All([whole, viewer, other], refused => Assert.Equal((HttpStatusCode.Forbidden, "forbidden"), (refused.Status, refused.Problem)));
        Assert.Contains("permission work ", other.Detail, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.Created, same.Status);
        Assert.Equal(0L, await stack.Database.AskAsync<long>("SELECT count(*) FROM api_keys WHERE name = 'More'"));
    }

    [Fact]
    public async Task Revoke_FromManyAtOnceWhileTheKeyIsUsed_EndsItOnce()
    {
        await using var stack = await AccessStack.StartAsync(servers);
        for (var round = 0; round < 3; round++)
        {
            var made = await stack.PostAsync(stack.Ours.Keys[Role.Admin], Keys, """{"name": "Short", "role": "viewer"}""");
            var calls = Enumerable.Range(0, 6).Select(_ => stack.SendAsync(stack.Ours.Keys[Role.Admin], HttpMethod.Delete, $"{Keys}/{made.Id}")).ToList();
            calls.Add(stack.GetAsync(made.Json.Text("key"), "/api/v1/me"));

            var answers = await Task.WhenAll(calls);

            Assert.All(answers[..6], answer => Assert.Equal(HttpStatusCode.NoContent, answer.Status));
            Assert.Equal(HttpStatusCode.Unauthorized, (await stack.GetAsync(made.Json.Text("key"), "/api/v1/me")).Status);
        }
    }

    [Theory]
    [InlineData("Authorization", "Bearer {0}")]
    [InlineData("Authorization", "bearer {0}")]
    [InlineData("X-API-Key", "{0}")]
    public async Task Call_WithAKey_TakesEitherHeader(string header, string value)
    {
        await using var stack = await AccessStack.StartAsync(servers);

        var answer = await stack.SendAsync(null, HttpMethod.Get, "/api/v1/me", null, (header, string.Format(value, stack.Ours.Keys[Role.Viewer])));

        Assert.Equal((HttpStatusCode.OK, "api_key"), (answer.Status, answer.Json.Text("kind")));
    }

    [Theory]
    [InlineData("nlk_aaaaaaaaaaaaaaaa_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    [InlineData("nlk_short_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    [InlineData("nlk_")]
    [InlineData("")]
    public async Task Call_WithAnUnknownKey_Is401(string key)
    {
        await using var stack = await AccessStack.StartAsync(servers);

        Assert.Equal(HttpStatusCode.Unauthorized, (await stack.SendAsync(null, HttpMethod.Get, "/api/runs", null, ("X-API-Key", key))).Status);
    }

    [Fact]
    public async Task Call_WithAWrongSecret_TwoCredentialsOrAKeyInTheAddress_Is401()
    {
        await using var stack = await AccessStack.StartAsync(servers);
        var key = stack.Ours.Keys[Role.Admin];
        var wrong = key[..^1] + (key[^1] == 'A' ? 'B' : 'A');

        Assert.Equal(HttpStatusCode.Unauthorized, (await stack.GetAsync(wrong, "/api/runs")).Status);
        Assert.Equal(HttpStatusCode.Unauthorized, (await stack.SendAsync(key, HttpMethod.Get, "/api/runs", null, ("X-API-Key", key))).Status);
        Assert.Equal(HttpStatusCode.Unauthorized, (await stack.SendAsync(null, HttpMethod.Get, $"/api/runs?api_key={key}&access_token={key}")).Status);
        Assert.Equal(HttpStatusCode.Unauthorized, (await stack.SendAsync(null, HttpMethod.Get, "/api/runs", null, ("Authorization", $"Basic {key}"))).Status);
    }

    [Fact]
    public async Task Revoke_EndsTheKeyAtOnceAndMayBeRepeated()
    {
        await using var stack = await AccessStack.StartAsync(servers);
        var admin = stack.Ours.Keys[Role.Admin];
        var made = await stack.PostAsync(admin, Keys, """{"name": "Shop", "role": "viewer"}""");
        var key = made.Json.Text("key");
        Assert.Equal(HttpStatusCode.OK, (await stack.GetAsync(key, "/api/runs")).Status);

        Assert.Equal(HttpStatusCode.NoContent, (await stack.SendAsync(admin, HttpMethod.Delete, $"{Keys}/{made.Id}")).Status);
        Assert.Equal(HttpStatusCode.NoContent, (await stack.SendAsync(admin, HttpMethod.Delete, $"{Keys}/{made.Id}")).Status);

        Assert.Equal(HttpStatusCode.Unauthorized, (await stack.GetAsync(key, "/api/runs")).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await stack.SendAsync(stack.Theirs.Keys[Role.Admin], HttpMethod.Delete, $"{Keys}/{made.Id}")).Status);
    }

    [Fact]
    public async Task Call_WithAnExpiredKey_Is401()
    {
        var clock = new ManualClock();
        await using var stack = await AccessStack.StartAsync(servers, clock);
        var made = await stack.PostAsync(
            stack.Ours.Keys[Role.Admin], Keys, $$"""{"name": "Brief", "role": "viewer", "expires_at": "{{clock.GetUtcNow().AddMinutes(1):O}}"}""");
        var key = made.Json.Text("key");
        Assert.Equal(HttpStatusCode.OK, (await stack.GetAsync(key, "/api/runs")).Status);

        clock.Advance(TimeSpan.FromMinutes(1));

        Assert.Equal(HttpStatusCode.Unauthorized, (await stack.GetAsync(key, "/api/runs")).Status);
    }

    [Theory]
    [InlineData("""{"name": " ", "role": "viewer"}""", "name")]
    [InlineData("""{"name": "x", "role": "emperor"}""", "role")]
    [InlineData("""{"name": "x", "role": "viewer", "scopes": []}""", "scopes")]
    [InlineData("""{"name": "x", "role": "viewer", "scopes": ["runs.start"]}""", "scopes")]
    [InlineData("""{"name": "x", "role": "viewer", "expires_at": "2020-01-01T00:00:00Z"}""", "expires_at")]
    public async Task Create_BadInput_IsRefusedWithItsField(string body, string field)
    {
        await using var stack = await AccessStack.StartAsync(servers);

        var answer = await stack.PostAsync(stack.Ours.Keys[Role.Admin], Keys, body);

        Assert.Equal(HttpStatusCode.BadRequest, answer.Status);
        Assert.Contains(field, answer.Errors.Keys.Select(path => path.TrimStart('$', '.')));
    }

    [Fact]
    public async Task Call_BeyondTheKeysScopes_IsForbidden()
    {
        await using var stack = await AccessStack.StartAsync(servers);
        var key = await stack.AddKeyAsync(stack.Ours.Tenant, Role.Admin, ["runs.read"]);

        Assert.Equal(HttpStatusCode.OK, (await stack.GetAsync(key, $"/api/runs/{stack.Ours.Run}")).Status);
        Assert.Equal(HttpStatusCode.Forbidden, (await stack.GetAsync(key, "/api/facilities")).Status);
        Assert.Equal(HttpStatusCode.Forbidden, (await stack.PostAsync(key, $"/api/runs/{stack.Ours.Run}/cancel")).Status);
    }

    [Fact]
    public async Task List_ShowsLastUseAndOnlyTheTenantsKeys()
    {
        await using var stack = await AccessStack.StartAsync(servers);

        var ours = (await stack.GetAsync(stack.Ours.Keys[Role.Admin], Keys)).Json.EnumerateArray().ToList();

        Assert.Equal(4, ours.Count);
        Assert.All(ours, key => Assert.Equal(stack.Ours.Tenant, key.GetProperty("tenant_id").GetGuid()));
        Assert.Contains(ours, key => key.Text("role") == "admin" && key.Text("last_used_from") == "127.0.0.1" && key.Text("last_used_at").Length > 0);
        Approved.Equal("ApiKey", System.Text.RegularExpressions.Regex.Replace(ours[^1].GetRawText(), "\"key_id\":\"[a-z0-9]+\"|key:[a-z0-9]+", m => m.Value.StartsWith("key:") ? "key:<key_id>" : "\"key_id\":\"<key_id>\""));
    }
}
