using System.Net;
using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using NextLayer.Tests.Support;
using NextLayer.Tests.Worker.Support;
using Npgsql;

namespace NextLayer.Tests.ControlPlane.Connectors;

/// <summary><c>POST /api/connector-instances/{id}/test</c>, against servers of each kind that say yes and no.</summary>
public sealed class ConnectorTestTests(ConnectorTestTests.Neighbours stack) : IClassFixture<ConnectorTestTests.Neighbours>
{
    private const string Canary = "canary-5ec4e7-value";

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("http", """{"base_url": "{at}v1", "test_path": "/ping"}""", "token", "GET /v1/ping")]
    [InlineData("http", """{"base_url": "{at}", "username": "me"}""", "password", "GET /")]
    [InlineData("http", """{"base_url": "{at}", "header": "X-Key"}""", "value", "GET /")]
    [InlineData("openai", """{"base_url": "{at}v1"}""", "api_key", "GET /v1/models")]
    [InlineData("openai_compatible", """{"base_url": "{at}v1"}""", "api_key", "GET /v1/models")]
    [InlineData("anthropic", """{"base_url": "{at}"}""", "api_key", "GET /v1/models?limit=1")]
    [InlineData("google", """{"base_url": "{at}"}""", "api_key", "GET /v1beta/models?pageSize=1")]
    public async Task Test_OverHttp_SendsTheCredentialAndTellsWhatCame(string type, string config, string secret, string asked)
    {
        await using var good = await StandIn.StartAsync(_ => Task.CompletedTask);
        await using var bad = await StandIn.StartAsync(context =>
        {
            context.Response.StatusCode = 401;
            return context.Response.WriteAsync($"{Canary} is wrong");
        });

        var (worked, _, status) = await TestAsync(type, config.Replace("{at}", good.Address.ToString(), StringComparison.Ordinal), secret, Canary);
        var (refused, text, after) = await TestAsync(type, config.Replace("{at}", bad.Address.ToString(), StringComparison.Ordinal), secret, Canary);

        var call = Assert.Single(good.Requests);
        Assert.Equal(asked, $"{call.Method} {call.PathAndQuery}");
        Assert.Contains(call.Headers.Values, value => value.Contains(Canary, StringComparison.Ordinal) || value.Contains(Convert.ToBase64String(System.Text.Encoding.UTF8.GetBytes($"me:{Canary}")), StringComparison.Ordinal));
        Assert.Equal((true, "ACTIVE"), (worked.GetProperty("ok").GetBoolean(), status));
        Assert.Equal((false, "NEEDS_REAUTH"), (refused.GetProperty("ok").GetBoolean(), after));
        Assert.DoesNotContain(Canary, text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(403, false, "ACTIVE")]
    [InlineData(404, true, "ACTIVE")]
    [InlineData(429, false, "ACTIVE")]
    [InlineData(500, false, "ACTIVE")]
    [InlineData(302, true, "ACTIVE")]
    public async Task Test_OfAnHttpApi_GoesByTheStatus(int status, bool ok, string after)
    {
        await using var server = await StandIn.StartAsync(context =>
        {
            context.Response.StatusCode = status;
            context.Response.Headers.Location = "http://169.254.169.254/";
            return Task.CompletedTask;
        });

        var (result, _, stands) = await TestAsync("http", $$"""{"base_url": "{{server.Address}}"}""", "token", Canary);

        Assert.Equal((ok, after), (result.GetProperty("ok").GetBoolean(), stands));
    }

    [Theory]
    [InlineData(true, "starttls")]
    [InlineData(true, "implicit")]
    [InlineData(false, "starttls")]
    public async Task Test_OfAMailServer_SignsInAndSendsNothing(bool accepts, string tls)
    {
        await using var sink = new SmtpSink { IsImplicit = tls == "implicit", Says = accepts ? [] : new() { ["AUTH"] = $"535 5.7.8 {Canary} is wrong" } }.Start();
        var config = JsonSerializer.Serialize(new { host = "localhost", port = sink.Port, tls, username = "me", ca_certificate = sink.CaCertificate });

        var (result, text, status) = await TestAsync("smtp", config, "password", Canary);

        Assert.Equal((accepts, accepts ? "ACTIVE" : "NEEDS_REAUTH"), (result.GetProperty("ok").GetBoolean(), status));
        Assert.Empty(sink.Messages);
        Assert.DoesNotContain(Canary, text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("postgres", true)]
    [InlineData("no_such_database", false)]
    public async Task Test_OfADatabase_SignsIn(string database, bool ok)
    {
        var own = new NpgsqlConnectionStringBuilder(stack.Database.ConnectionString);
        var config = JsonSerializer.Serialize(new { host = own.Host, port = own.Port, database, username = own.Username });

        var (result, _, status) = await TestAsync("postgres", config, "password", own.Password ?? Canary);

        Assert.Equal((ok, "ACTIVE"), (result.GetProperty("ok").GetBoolean(), status));
        Assert.Contains(ok ? "is PostgreSQL" : "3D000", result.GetProperty("message").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Test_OfAServiceAccount_AsksForAToken()
    {
        using var rsa = RSA.Create(2048);
        var account = JsonSerializer.Serialize(new { type = "service_account", client_email = "robot@example.com", private_key = rsa.ExportPkcs8PrivateKeyPem() });
        await using var google = await StandIn.StartAsync(context => context.Response.WriteAsJsonAsync(new { access_token = "ya29.token", expires_in = 3600 }));

        var (result, text, _) = await TestAsync("bigquery", $$"""{"token_url": "{{google.Address}}token"}""", "service_account", account);

        Assert.True(result.GetProperty("ok").GetBoolean(), text);
        var assertion = Uri.UnescapeDataString(Assert.Single(google.Requests).Body.Split("assertion=")[1]).Split('.');
        Assert.True(rsa.VerifyData(
            System.Text.Encoding.ASCII.GetBytes($"{assertion[0]}.{assertion[1]}"), System.Buffers.Text.Base64Url.DecodeFromChars(assertion[2]), HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1));
        Assert.DoesNotContain("ya29", text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("http", """{"base_url": "http://169.254.169.254/latest"}""", "not a public address")]
    [InlineData("http", """{"base_url": "http://10.1.2.3/"}""", "not a public address")]
    [InlineData("http", """{"base_url": "http://[::ffff:10.0.0.1]/"}""", "not a public address")]
    [InlineData("smtp", """{"host": "192.168.7.7"}""", "not a public address")]
    [InlineData("postgres", """{"host": "172.16.1.1", "database": "d", "username": "u"}""", "not a public address")]
    [InlineData("bigquery", """{"token_url": "http://10.1.2.3/"}""", "service_account must be")]
    [InlineData("http", """{"base_url": "ftp://x.example"}""", "config.base_url must be")]
    [InlineData("http", """{"base_url": "http://127.0.0.1:1", "test_path": "http://evil.example/"}""", "test_path")]
    [InlineData("http", "{}", "config.base_url must be")]
    [InlineData("http", """{"base_url": "http://127.0.0.1:1"}""", "cannot be reached")]
    [InlineData("smtp", """{"host": "127.0.0.1", "port": 1}""", "cannot be reached")]
    [InlineData("smtp", "{}", "host is missing")]
    [InlineData("postgres", """{"host": "127.0.0.1", "port": 1, "database": "d", "username": "u"}""", "cannot be reached")]
    [InlineData("postgres", """{"host": "127.0.0.1", "port": 99999, "database": "d", "username": "u"}""", "config.port")]
    public async Task Test_OfWhatCannotBeReached_SaysWhy(string type, string config, string why)
    {
        var secret = type switch { "http" => "token", "bigquery" => "service_account", _ => "password" };

        var (result, text, status) = await TestAsync(type, config, secret, Canary);

        Assert.Equal((false, "ACTIVE"), (result.GetProperty("ok").GetBoolean(), status));
        Assert.Contains(why, result.GetProperty("message").GetString(), StringComparison.Ordinal);
        Assert.DoesNotContain(Canary, text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Test_ThatGoesWell_EndsTheNeedToSignInAgain_AndIsKept()
    {
        await using var server = await StandIn.StartAsync(_ => Task.CompletedTask);
        var id = await AddAsync("http", $$"""{"base_url": "{{server.Address}}"}""", "token", Canary);
        await stack.PatchAsync($"/api/connector-instances/{id}", """{"status": "NEEDS_REAUTH"}""");

        var result = await stack.PostAsync($"/api/connector-instances/{id}/test");
        var shown = await stack.GetAsync($"/api/connector-instances/{id}");

        Assert.Equal("ACTIVE", shown.Json.GetProperty("status").GetString());
        Assert.Equal(result.Text, shown.Json.GetProperty("last_test").GetRawText());
        Assert.Equal(["checked_at", "duration_ms", "message", "ok"], result.Json.EnumerateObject().Select(member => member.Name).Order());
    }

    [Fact]
    public async Task Test_OfACredentialThatIsReplacedMeanwhile_JudgesNothing()
    {
        var (asked, answer) = (new TaskCompletionSource(), new TaskCompletionSource());
        await using var server = await StandIn.StartAsync(async context =>
        {
            asked.SetResult();
            await answer.Task;
            context.Response.StatusCode = 401;
        });
        var id = await AddAsync("http", $$"""{"base_url": "{{server.Address}}"}""", "token", Canary);

        var testing = stack.PostAsync($"/api/connector-instances/{id}/test");
        await asked.Task.WaitAsync(TimeSpan.FromSeconds(20), Ct);
        await stack.SendAsync(HttpMethod.Put, $"/api/connector-instances/{id}/secrets/token", """{"value": "the new one"}""");
        answer.SetResult();

        Assert.False((await testing).Json.GetProperty("ok").GetBoolean());
        var shown = (await stack.GetAsync($"/api/connector-instances/{id}")).Json;
        Assert.Equal(("ACTIVE", JsonValueKind.Null), (shown.GetProperty("status").GetString(), shown.GetProperty("last_test").ValueKind));
    }

    [Fact]
    public async Task Test_OfAServerThatNeverAnswers_EndsByItself()
    {
        var (asked, end) = (new TaskCompletionSource(), new TaskCompletionSource());
        await using var server = await StandIn.StartAsync(async _ =>
        {
            asked.SetResult();
            await end.Task;
        });
        var id = await AddAsync("http", $$"""{"base_url": "{{server.Address}}"}""", "token", Canary);
        var clock = new ManualClock();
        await using var host = await ControlPlaneHost.StartAsync(clock, stack.Database, null, ("HttpRequest:AllowedHosts", "127.0.0.0/8"));

        var testing = host.Http.PostAsync($"/api/connector-instances/{id}/test", null, Ct);
        await asked.Task.WaitAsync(TimeSpan.FromSeconds(20), Ct);
        clock.Advance(TimeSpan.FromSeconds(11));
        using var answer = await testing;
        end.SetResult();

        Assert.Contains("There was no answer within 10 s.", await answer.Content.ReadAsStringAsync(Ct), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Test_OfWhatNobodyKnowsHowToTry_IsAConflict()
    {
        var id = await AddAsync("shopify", "{}", "token", Canary);

        Assert.Equal("connector_not_testable", (await stack.PostAsync($"/api/connector-instances/{id}/test")).Problem);
        Assert.Equal("connector_instance_not_found", (await stack.PostAsync($"/api/connector-instances/{Guid.NewGuid()}/test")).Problem);
    }

    private async Task<Guid> AddAsync(string type, string config, string secret, string value) =>
        (await stack.PostAsync(
            "/api/connector-instances",
            $$$"""{"tenant_id": "00000000-0000-7000-8000-000000000001", "connector_type": "{{{type}}}", "config": {{{config}}}, "secrets": {"{{{secret}}}": {{{JsonSerializer.Serialize(value)}}}}}""")).Id;

    private async Task<(JsonElement Result, string Text, string? Status)> TestAsync(string type, string config, string secret, string value)
    {
        var id = await AddAsync(type, config, secret, value);
        var answer = await stack.PostAsync($"/api/connector-instances/{id}/test");
        Assert.Equal(HttpStatusCode.OK, answer.Status);
        var shown = await stack.GetAsync($"/api/connector-instances/{id}");
        return (answer.Json, answer.Text + shown.Text, shown.Json.GetProperty("status").GetString());
    }

    /// <summary>A control plane that may reach this machine, where the servers of the tests are.</summary>
    public sealed class Neighbours(Servers servers) : Api(servers, ("HttpRequest:AllowedHosts", "127.0.0.0/8,localhost"));
}
