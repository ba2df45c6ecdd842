using System.Net;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using NextLayer.Contracts.Access;
using NextLayer.Tests.Support;

namespace NextLayer.Tests.ControlPlane.Access;

/// <summary>People with tokens of an identity provider, and forgers of them.</summary>
public sealed class TokenTests(Servers servers)
{
    private static DateTimeOffset Now => TimeProvider.System.GetUtcNow();

    [Fact]
    public async Task Me_WithAToken_SaysWhoAndWhere()
    {
        await using var stack = await AccessStack.StartAsync(servers);
        await stack.PostAsync(stack.Ours.Keys[Role.Admin], "/api/v1/members", """{"subject": "ada", "role": "operator"}""");

        var me = (await stack.GetAsync(Tokens.Hs256(Tokens.Claims("ada", Now)), "/api/v1/me")).Json;

        Assert.Equal(("ada", "user", "Name of ada", "ada@example.test"), (me.Text("subject"), me.Text("kind"), me.Text("name"), me.Text("email")));
        var membership = Assert.Single(me.GetProperty("memberships").EnumerateArray());
        Assert.Equal((stack.Ours.Tenant, "operator"), (membership.GetProperty("tenant_id").GetGuid(), membership.Text("role")));
        Assert.Contains("runs.start", membership.GetProperty("permissions").EnumerateArray().Select(p => p.GetString()));
        Approved.Equal("Me", me.GetRawText());
    }

    [Fact]
    public async Task Call_ByAPersonWithoutAMembership_IsForbiddenAndSaysWhatIsMissing()
    {
        await using var stack = await AccessStack.StartAsync(servers);

        var answer = await stack.GetAsync(Tokens.Hs256(Tokens.Claims("nobody", Now)), "/api/runs");

        Assert.Equal((HttpStatusCode.Forbidden, "forbidden"), (answer.Status, answer.Problem));
        Assert.Contains("runs.read", answer.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Me_OfAnAdministratorFromTheSettings_HasEveryRightEverywhere()
    {
        await using var stack = await AccessStack.StartAsync(servers);

        var me = (await stack.GetAsync(Tokens.Hs256(Tokens.Claims("root-user", Now)), "/api/v1/me")).Json;

        Assert.Equal("admin", me.Text("platform_role"));
        Assert.Contains("tenants.manage", me.GetProperty("platform_permissions").EnumerateArray().Select(p => p.GetString()));
    }

    public static TheoryData<string> Forgeries => [.. ForgedTokens().Keys];

    [Theory]
    [MemberData(nameof(Forgeries))]
    public async Task Call_WithAForgedOrStaleToken_Is401AndChangesNothing(string name)
    {
        await using var stack = await AccessStack.StartAsync(servers);

        var answer = await stack.PostAsync(ForgedTokens()[name], "/api/tenants", """{"name": "Mallory"}""");

        Assert.Equal((HttpStatusCode.Unauthorized, "unauthenticated"), (answer.Status, answer.Problem));
        Assert.StartsWith("Bearer", answer.Headers["WWW-Authenticate"], StringComparison.Ordinal);
        Assert.Equal(0L, await stack.Database.AskAsync<long>("SELECT count(*) FROM tenants WHERE name = 'Mallory'"));
    }

    [Theory]
    [InlineData("""{"alg": "\ud800"}""")]
    [InlineData("""{"alg": "HS256", "kid": "\ud800"}""")]
    [InlineData("""{"alg": "HS256", "typ": "\udc00x"}""")]
    [InlineData("""{"alg": "HS256", "\ud800": 1}""")]
    [InlineData("""["HS256"]""")]
    public async Task Call_WithAHeaderOfBrokenText_Is401(string header)
    {
        await using var stack = await AccessStack.StartAsync(servers);

        Assert.Equal(HttpStatusCode.Unauthorized, (await stack.GetAsync($"{Tokens.Encode(header)}.e30.AA", "/api/v1/me")).Status);
    }

    [Fact]
    public async Task Call_WithATokenThatNeverExpires_IsTaken()
    {
        await using var stack = await AccessStack.StartAsync(servers);
        var claims = Tokens.Claims("root-user", Now);
        claims["exp"] = 253_402_300_799;

        Assert.Equal(HttpStatusCode.OK, (await stack.GetAsync(Tokens.Hs256(claims), "/api/v1/me")).Status);
    }

    [Fact]
    public async Task Call_ByAPersonWhoseNameCannotBeStored_IsServedWithoutTheName()
    {
        await using var stack = await AccessStack.StartAsync(servers);
        var claims = Tokens.Claims("root-user", Now);
        claims["user_metadata"] = new JsonObject { ["full_name"] = "Nul\0" };
        var token = Tokens.Hs256(claims);

        Assert.Equal(HttpStatusCode.OK, (await stack.PostAsync(token, "/api/tenants", """{"name": "Made"}""")).Status);
        Assert.Equal(System.Text.Json.JsonValueKind.Null, (await stack.GetAsync(token, "/api/v1/me")).Json.GetProperty("name").ValueKind);
    }

    [Theory]
    [InlineData(29, true)]
    [InlineData(31, false)]
    public async Task Call_WithATokenOfAnotherClock_IsTakenWithinThirtySeconds(int seconds, bool taken)
    {
        var clock = new ManualClock();
        await using var stack = await AccessStack.StartAsync(servers, clock);
        var now = DateTimeOffset.FromUnixTimeSeconds(clock.GetUtcNow().ToUnixTimeSeconds());
        clock.Advance(now.AddSeconds(1) - clock.GetUtcNow()); // Tokens know whole seconds.
        now = now.AddSeconds(1);
        var expired = Tokens.Claims("root-user", now);
        expired["exp"] = now.AddSeconds(-seconds).ToUnixTimeSeconds();
        var early = Tokens.Claims("root-user", now);
        early["nbf"] = now.AddSeconds(seconds).ToUnixTimeSeconds();

        Assert.Equal(taken, (await stack.GetAsync(Tokens.Hs256(expired), "/api/v1/me")).Status == HttpStatusCode.OK);
        Assert.Equal(taken, (await stack.GetAsync(Tokens.Hs256(early), "/api/v1/me")).Status == HttpStatusCode.OK);
    }

    [Fact]
    public async Task Call_WithTokensOfAPublishedKeySet_FollowsItsRotation()
    {
        using var rsa = RSA.Create(2048);
        using var ec = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var next = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        await using var provider = await KeySetServer.StartAsync(Tokens.Jwk(rsa, "r1"), Tokens.Jwk(ec, "e1"));
        var clock = new ManualClock();
        await using var stack = await AccessStack.StartAsync(servers, clock, ("Auth:Jwt:JwksUri", provider.Address));
        var claims = Tokens.Claims("root-user", Now);

        Assert.Equal(HttpStatusCode.OK, (await stack.GetAsync(Tokens.Rs256(claims, rsa, "r1"), "/api/v1/me")).Status);
        Assert.Equal(HttpStatusCode.OK, (await stack.GetAsync(Tokens.Es256(claims, ec, "e1"), "/api/v1/me")).Status);
        Assert.Equal(1, provider.Reads);

        // A key that nobody has heard of is asked for once in a while, not with every call.
        Assert.Equal(HttpStatusCode.Unauthorized, (await stack.GetAsync(Tokens.Es256(claims, next, "e2"), "/api/v1/me")).Status);
        Assert.Equal(HttpStatusCode.Unauthorized, (await stack.GetAsync(Tokens.Es256(claims, next, "e2"), "/api/v1/me")).Status);
        Assert.Equal(1, provider.Reads);

        provider.Publish(Tokens.Jwk(next, "e2"));
        clock.Advance(TimeSpan.FromSeconds(31));
        Assert.Equal(HttpStatusCode.OK, (await stack.GetAsync(Tokens.Es256(claims, next, "e2"), "/api/v1/me")).Status);
        Assert.Equal(HttpStatusCode.Unauthorized, (await stack.GetAsync(Tokens.Rs256(claims, rsa, "r1"), "/api/v1/me")).Status);
    }

    [Fact]
    public async Task Call_WithAPublicKeyUsedAsASecret_Is401()
    {
        using var rsa = RSA.Create(2048);
        await using var provider = await KeySetServer.StartAsync(Tokens.Jwk(rsa, "r1"));
        await using var stack = await AccessStack.StartAsync(servers, null, ("Auth:Jwt:JwksUri", provider.Address));
        var header = new JsonObject { ["alg"] = "HS256", ["kid"] = "r1" };

        foreach (var secret in new[] { rsa.ExportRSAPublicKeyPem(), rsa.ExportSubjectPublicKeyInfoPem(), Tokens.Jwk(rsa, "r1").ToJsonString() })
        {
            var token = Tokens.Hs256(Tokens.Claims("root-user", Now), secret, header.DeepClone().AsObject());
            Assert.Equal(HttpStatusCode.Unauthorized, (await stack.GetAsync(token, "/api/v1/me")).Status);
        }

        // Signed by the right key, but under another algorithm than it is published for.
        var wrong = Tokens.Sign(
            new JsonObject { ["alg"] = "PS256", ["kid"] = "r1" }, Tokens.Claims("root-user", Now), data => rsa.SignData(data, HashAlgorithmName.SHA256, RSASignaturePadding.Pss));
        Assert.Equal(HttpStatusCode.Unauthorized, (await stack.GetAsync(wrong, "/api/v1/me")).Status);
    }

    [Fact]
    public async Task Call_WhileTheKeySetCannotBeRead_Is503ForTokensAndKeysGoOn()
    {
        using var rsa = RSA.Create(2048);
        await using var stack = await AccessStack.StartAsync(servers, null, ("Auth:Jwt:JwksUri", "http://127.0.0.1:9/jwks"));

        var answer = await stack.GetAsync(Tokens.Rs256(Tokens.Claims("root-user", Now), rsa, "r1"), "/api/v1/me");

        Assert.Equal((HttpStatusCode.ServiceUnavailable, "signing_keys_unavailable"), (answer.Status, answer.Problem));
        Assert.Equal(HttpStatusCode.OK, (await stack.GetAsync(stack.AdminKey, "/api/v1/me")).Status);
    }

    // Each would be an administrator's, were it taken.
    private static Dictionary<string, string> ForgedTokens()
    {
        var good = Tokens.Claims("root-user", Now);
        using var rsa = RSA.Create(2048);
        var parts = Tokens.Hs256(good).Split('.');
        return new Dictionary<string, string>
        {
            ["another secret"] = Tokens.Hs256(good, "another secret of more than thirty-two bytes"),
            ["alg none"] = $"{Tokens.Encode("""{"alg":"none"}""")}.{parts[1]}.",
            ["alg none with a signature"] = $"{Tokens.Encode("""{"alg":"none"}""")}.{parts[1]}.{parts[2]}",
            ["alg None"] = $"{Tokens.Encode("""{"alg":"nOnE"}""")}.{parts[1]}.{parts[2]}",
            ["alg HS512"] = Tokens.Sign(new JsonObject { ["alg"] = "HS512" }, Tokens.Claims("root-user", Now), data => HMACSHA512.HashData(System.Text.Encoding.UTF8.GetBytes(AccessStack.JwtSecret), data)),
            ["two algs"] = $"{Tokens.Encode("""{"alg":"HS256","alg":"HS256"}""")}.{parts[1]}.{parts[2]}",
            ["RS256 without a key set"] = Tokens.Rs256(Tokens.Claims("root-user", Now), rsa, "r1"),
            ["embedded key"] = Tokens.Hs256(good, header: new JsonObject { ["alg"] = "HS256", ["jwk"] = Tokens.Jwk(rsa, "r1") }),
            ["key elsewhere"] = Tokens.Hs256(good, header: new JsonObject { ["alg"] = "HS256", ["jku"] = "https://mallory.example" }),
            ["critical header"] = Tokens.Hs256(good, header: new JsonObject { ["alg"] = "HS256", ["crit"] = new JsonArray("b64"), ["b64"] = false }),
            ["encrypted"] = $"{Tokens.Encode("""{"alg":"dir","enc":"A128GCM"}""")}..AAAA.AAAA.AAAA",
            ["five parts"] = $"{parts[0]}.{parts[1]}.{parts[2]}.AAAA.AAAA",
            ["two parts"] = $"{parts[0]}.{parts[1]}",
            ["changed claims"] = $"{parts[0]}.{Tokens.Encode(Tokens.Claims("root-user", Now.AddHours(1)).ToJsonString())}.{parts[2]}",
            ["another issuer"] = Tokens.Hs256(With("iss", "https://mallory.example")),
            ["no issuer"] = Tokens.Hs256(With("iss", null)),
            ["another audience"] = Tokens.Hs256(With("aud", "anon")),
            ["no audience"] = Tokens.Hs256(With("aud", null)),
            ["expired"] = Tokens.Hs256(With("exp", Now.AddMinutes(-2).ToUnixTimeSeconds())),
            ["never expires"] = Tokens.Hs256(With("exp", null)),
            ["not yet"] = Tokens.Hs256(With("nbf", Now.AddMinutes(2).ToUnixTimeSeconds())),
            ["no subject"] = Tokens.Hs256(With("sub", null)),
            ["garbage"] = "not-a-token",
            ["empty parts"] = "..",
            ["a key's prefix"] = "nlk_" + Tokens.Hs256(good),
            ["huge"] = new string('a', 20_000),
        };
    }

    private static JsonObject With(string claim, JsonNode? value)
    {
        var claims = Tokens.Claims("root-user", Now);
        if (value is null)
            claims.Remove(claim);
        else
            claims[claim] = value;
        return claims;
    }

    /// <summary>Publishes keys like an identity provider.</summary>
    private sealed class KeySetServer(WebApplication app) : IAsyncDisposable
    {
        private volatile JsonObject[] keys = [];
        private int reads;

        public string Address => app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First() + "/jwks";

        public int Reads => reads;

        public static async Task<KeySetServer> StartAsync(params JsonObject[] keys)
        {
            var builder = WebApplication.CreateSlimBuilder();
            builder.Logging.ClearProviders();
            builder.WebHost.UseUrls("http://127.0.0.1:0");
            var app = builder.Build();
            var server = new KeySetServer(app);
            server.Publish(keys);
            app.MapGet("/jwks", () => server.Read());
            await app.StartAsync(TestContext.Current.CancellationToken);
            return server;
        }

        public void Publish(params JsonObject[] published) => keys = published;

        public async ValueTask DisposeAsync() => await app.DisposeAsync();

        private IResult Read()
        {
            Interlocked.Increment(ref reads);
            return Results.Json(new JsonObject { ["keys"] = new JsonArray([.. keys.Select(key => key.DeepClone())]) });
        }
    }
}
