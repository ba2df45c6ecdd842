using System.Text.Json;
using Microsoft.AspNetCore.Http;
using NextLayer.Tests.Worker.Support;
using NextLayer.Worker.Execution;
using NextLayer.Worker.Steps.Http;

namespace NextLayer.Tests.Worker.Steps;

public sealed class HttpRequestStepTests : IDisposable
{
    private readonly GuardedHttp http = new(new GuardedConnector(new AllowedHosts(["127.0.0.0/8"])));
    private readonly StepBench bench = new();

    private HttpRequestStep Step => new(http, TestConnectors.None, TimeProvider.System);

    [Fact]
    public async Task Get_OfJson_GivesStatusHeadersAndParsedBody()
    {
        await using var server = await StandIn.StartAsync(c =>
        {
            c.Response.Headers["X-Page"] = "1";
            return c.Response.WriteAsJsonAsync(new { ok = true });
        });

        var output = await bench.OutputAsync(Step, new { method = "GET", url = server.Url("/orders?b=2"), query = new { a = "x y", list = new[] { 1, 2 } } });

        Assert.Equal(200, output.GetProperty("status_code").GetInt32());
        Assert.True(output.GetProperty("body").GetProperty("ok").GetBoolean());
        Assert.Equal("1", output.GetProperty("headers").GetProperty("x-page").GetString());
        Assert.True(output.GetProperty("duration_ms").GetInt64() >= 0);
        Assert.Equal("/orders?b=2&a=x%20y&list=1&list=2", Assert.Single(server.Requests).PathAndQuery);
        Assert.Contains(bench.Lines, l => l.Message.StartsWith($"GET {server.Url("/orders")} -> 200", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Post_SendsBodyAndKeysAgainstDoingItTwice()
    {
        await using var server = await StandIn.StartAsync(c => c.Response.WriteAsync("done"));

        var output = await bench.OutputAsync(Step, new { method = "POST", url = server.Url("/"), body_type = "json", body = new { a = 1 } });

        var asked = Assert.Single(server.Requests);
        Assert.Equal("""{"a":1}""", asked.Body);
        Assert.Equal("application/json; charset=utf-8", asked.Headers["content-type"]);
        Assert.Equal($"{StepBench.RunId}/2/s", asked.Headers["idempotency-key"]);
        Assert.Equal("7", asked.Headers["x-nextlayer-epoch"]);
        Assert.StartsWith("NextLayer/", asked.Headers["user-agent"], StringComparison.Ordinal);
        Assert.Equal(JsonValueKind.String, output.GetProperty("body").ValueKind);
    }

    [Fact]
    public async Task Get_SendsNoKeyAgainstDoingItTwice()
    {
        await using var server = await StandIn.StartAsync(c => c.Response.WriteAsync("done"));

        await bench.OutputAsync(Step, new { method = "GET", url = server.Url("/") });

        Assert.False(Assert.Single(server.Requests).Headers.ContainsKey("idempotency-key"));
    }

    [Theory]
    [InlineData("form", """{"a": "1 2", "b": [true, 3]}""", "a=1+2&b=true&b=3", "application/x-www-form-urlencoded")]
    [InlineData("text", "\"plain\"", "plain", "text/plain; charset=utf-8")]
    [InlineData("text", """{"a": 1}""", """{"a":1}""", "text/plain; charset=utf-8")]
    [InlineData("none", "\"ignored\"", "", null)]
    public async Task Body_OfEachType_IsSentAsSuch(string type, string body, string sent, string? contentType)
    {
        await using var server = await StandIn.StartAsync(_ => Task.CompletedTask);

        await bench.OutputAsync(Step, $$"""{"method": "PUT", "url": "{{server.Address}}", "body_type": "{{type}}", "body": {{body}}}""");

        var asked = Assert.Single(server.Requests);
        Assert.Equal((sent, contentType), (asked.Body, asked.Headers.GetValueOrDefault("content-type")));
    }

    [Theory]
    [InlineData("""{"auth": "basic", "auth_config": {"username": "u", "password": "p"}}""", "authorization", "Basic dTpw")]
    [InlineData("""{"auth": "bearer", "auth_config": {"token": "t"}}""", "authorization", "Bearer t")]
    [InlineData("""{"auth": "header", "auth_config": {"header": "X-Key", "value": "v"}}""", "x-key", "v")]
    [InlineData("""{"headers": {"X-Number": 5, "Content-Type": "text/csv"}, "body": "a;b"}""", "content-type", "text/csv")]
    public async Task Auth_AndHeaders_AreSent(string config, string header, string value)
    {
        await using var server = await StandIn.StartAsync(_ => Task.CompletedTask);
        var whole = JsonSerializer.Deserialize<Dictionary<string, object>>(config)!; // Never null.
        whole["method"] = "POST";
        whole["url"] = server.Address;

        await bench.OutputAsync(Step, whole);

        Assert.Equal(value, Assert.Single(server.Requests).Headers[header]);
    }

    [Theory]
    [InlineData(500, true)]
    [InlineData(429, true)]
    [InlineData(408, true)]
    [InlineData(404, false)]
    [InlineData(409, false)]
    public async Task Status_ThatIsNoSuccess_FailsAndSaysWhetherToTryAgain(int status, bool retryable)
    {
        await using var server = await StandIn.StartAsync(c =>
        {
            c.Response.StatusCode = status;
            c.Response.Headers.RetryAfter = "7";
            return c.Response.WriteAsync("sorry");
        });

        var failure = await bench.FailureAsync(Step, new { method = "GET", url = server.Url("/x") });

        Assert.Equal(("HTTP_STATUS", retryable), (failure.Error.Code, failure.Error.Retryable));
        Assert.Equal(retryable ? TimeSpan.FromSeconds(7) : null, failure.RetryAfter);
        Assert.Equal(status, failure.Error.Detail!.Value.GetProperty("http_status").GetInt32());
        Assert.Equal("sorry", failure.Error.Detail!.Value.GetProperty("body").GetString());
    }

    [Theory]
    [InlineData("""{"title": "Conflict", "detail": "It was paid already."}""", ": It was paid already.")]
    [InlineData("""{"title": "Conflict"}""", ": Conflict")]
    [InlineData("""{"error": {"message": "No such card.", "type": "x"}}""", ": No such card.")]
    [InlineData("""{"error": "invalid_grant", "error_description": "The code has expired."}""", ": The code has expired.")]
    [InlineData("""{"error": "Every courier is on the road.", "status": 503}""", ": Every courier is on the road.")]
    [InlineData("""{"errors": [{"message": "First."}, {"message": "Second."}]}""", ": First.")]
    [InlineData("""{"message": "  ", "error": 7}""", ".")]
    [InlineData("""{"message": "\ud800"}""", ".")]
    [InlineData("""["sorry"]""", ".")]
    [InlineData("<h1>sorry</h1>", ".")]
    [InlineData("", ".")]
    public async Task Status_ThatIsNoSuccess_SaysWhatTheAnswerSays(string body, string end)
    {
        await using var server = await StandIn.StartAsync(c =>
        {
            c.Response.StatusCode = 422;
            return c.Response.WriteAsync(body);
        });

        var failure = await bench.FailureAsync(Step, new { method = "GET", url = server.Url("/x") });

        Assert.Equal($"{server.Url("/x")} answered 422{end}", failure.Error.Message);
    }

    [Theory]
    [InlineData("404", 404, true)]
    [InlineData("200-204, 404", 404, true)]
    [InlineData("200-204, 404", 205, false)]
    public async Task SuccessCodes_DecideWhatSucceeds(string codes, int status, bool succeeds)
    {
        await using var server = await StandIn.StartAsync(c =>
        {
            c.Response.StatusCode = status;
            return Task.CompletedTask;
        });

        var result = await bench.RunAsync(Step, new { method = "GET", url = server.Address, success_codes = codes });

        Assert.Equal(succeeds, result is StepResult.Completed);
    }

    [Theory]
    [InlineData("auto", "application/problem+json", """{"a":1}""", """{"a":1}""")]
    [InlineData("auto", "application/json", "not json", "\"not json\"")]
    [InlineData("auto", "application/json", """{"a":1,"a":2}""", "\"{\\u0022a\\u0022:1,\\u0022a\\u0022:2}\"")]
    [InlineData("auto", "text/html; charset=iso-8859-1", "\u00fc", "\"\u00fc\"")]
    [InlineData("auto", "image/png", "abc", "\"YWJj\"")]
    [InlineData("json", "text/plain", "[1]", "[1]")]
    [InlineData("text", "application/json", "[1]", "\"[1]\"")]
    [InlineData("base64", "text/plain", "abc", "\"YWJj\"")]
    [InlineData("auto", "text/plain", "", "null")]
    public async Task Response_IsReadAsAsked(string response, string contentType, string body, string expected)
    {
        await using var server = await StandIn.StartAsync(c =>
        {
            c.Response.ContentType = contentType;
            return c.Response.Body.WriteAsync(System.Text.Encoding.Latin1.GetBytes(body)).AsTask();
        });

        var output = await bench.OutputAsync(Step, new { method = "GET", url = server.Address, response });

        Assert.True(JsonElement.DeepEquals(JsonDocument.Parse(expected).RootElement, output.GetProperty("body")), output.GetRawText());
    }

    [Fact]
    public async Task Response_LargerThanMaxBytes_Fails()
    {
        await using var server = await StandIn.StartAsync(c => c.Response.WriteAsync(new string('x', 2000)));

        var failure = await bench.FailureAsync(Step, new { method = "GET", url = server.Address, max_bytes = 1999 });

        Assert.Equal(("RESPONSE_TOO_LARGE", false), (failure.Error.Code, failure.Error.Retryable));
    }

    [Fact]
    public async Task Response_ThatMustBeJsonAndIsNot_Fails()
    {
        await using var server = await StandIn.StartAsync(c => c.Response.WriteAsync("<html>"));

        var failure = await bench.FailureAsync(Step, new { method = "GET", url = server.Address, response = "json" });

        Assert.Equal("RESPONSE_INVALID", failure.Error.Code);
    }

    [Fact]
    public async Task Connection_Refused_MayBeTriedAgain()
    {
        var server = await StandIn.StartAsync(_ => Task.CompletedTask);
        var address = server.Address;
        await server.DisposeAsync();

        var failure = await bench.FailureAsync(Step, new { method = "GET", url = address });

        Assert.Equal(("NETWORK", true), (failure.Error.Code, failure.Error.Retryable));
    }

    [Fact]
    public async Task Connection_ClosedInMidAnswer_MayBeTriedAgain()
    {
        await using var server = await StandIn.StartAsync(async c =>
        {
            c.Response.ContentLength = 100;
            await c.Response.WriteAsync("half");
            await c.Response.Body.FlushAsync();
            c.Abort();
        });

        var failure = await bench.FailureAsync(Step, new { method = "GET", url = server.Address });

        Assert.Equal(("NETWORK", true), (failure.Error.Code, failure.Error.Retryable));
    }

    [Fact]
    public async Task Redirect_IsFollowedAsBrowsersDo()
    {
        await using var server = await StandIn.StartAsync(c =>
        {
            if (c.Request.Path == "/new")
                return c.Response.WriteAsync("here");
            c.Response.Redirect("/new");
            return Task.CompletedTask;
        });

        var output = await bench.OutputAsync(Step, new { method = "POST", url = server.Url("/old"), body = "x" });

        Assert.Equal(["POST /old", "GET /new"], server.Requests.Select(r => $"{r.Method} {r.PathAndQuery}"));
        Assert.Equal("", server.Requests.Last().Body);
        Assert.Equal(server.Url("/new").ToString(), output.GetProperty("url").GetString());
    }

    [Fact]
    public async Task Redirect_ToAnotherOrigin_TakesNoCredentialAlong()
    {
        await using var other = await StandIn.StartAsync(c => c.Response.WriteAsync("other"));
        await using var server = await StandIn.StartAsync(c =>
        {
            c.Response.StatusCode = 307;
            c.Response.Headers.Location = other.Url("/there").ToString();
            return Task.CompletedTask;
        });

        await bench.OutputAsync(Step, new
        {
            method = "POST",
            url = server.Address,
            body = "x",
            auth = "bearer",
            auth_config = new { token = "secret" },
            headers = new Dictionary<string, string> { ["Cookie"] = "a=b", ["X-Secret"] = "c", ["X-Session"] = "by secret", ["Accept"] = "text/plain" },
        });

        var asked = Assert.Single(other.Requests);
        Assert.Equal(("POST", "x"), (asked.Method, asked.Body));
        Assert.DoesNotContain(asked.Headers.Keys, name => name is "authorization" or "cookie" or "x-secret" or "x-session");
        Assert.Equal("text/plain", asked.Headers["accept"]);
        Assert.Equal(("Bearer secret", "by secret"), (Assert.Single(server.Requests).Headers["authorization"], server.Requests.Single().Headers["x-session"]));
    }

    [Fact]
    public async Task Redirect_WithoutEnd_Fails()
    {
        await using var server = await StandIn.StartAsync(c =>
        {
            c.Response.Redirect("/again");
            return Task.CompletedTask;
        });

        var failure = await bench.FailureAsync(Step, new { method = "GET", url = server.Address });

        Assert.Equal("HTTP_REDIRECT", failure.Error.Code);
        Assert.Equal(11, server.Requests.Count);
    }

    [Fact]
    public async Task Redirect_NotToBeFollowed_IsTheAnswer()
    {
        await using var server = await StandIn.StartAsync(c =>
        {
            c.Response.Redirect("/again");
            return Task.CompletedTask;
        });

        var output = await bench.OutputAsync(Step, new { method = "GET", url = server.Address, follow_redirects = false, success_codes = "302" });

        Assert.Equal("/again", output.GetProperty("headers").GetProperty("location").GetString());
    }

    [Fact]
    public async Task Paginate_ByParam_CountsUntilAPageIsEmpty()
    {
        await using var server = await StandIn.StartAsync(c =>
        {
            var page = int.Parse(c.Request.Query["page"]!);
            return c.Response.WriteAsJsonAsync(new { data = new { items = page <= 2 ? new[] { page * 10, (page * 10) + 1 } : [] } });
        });

        var output = await bench.OutputAsync(
            Step, new { method = "GET", url = server.Url("/list?size=2"), paginate = new { param = "page", items_path = "data.items" } });

        Assert.Equal("[10,11,20,21]", output.GetProperty("body").GetRawText());
        Assert.Equal(3, output.GetProperty("pages").GetInt32());
        Assert.Equal("/list?size=2&page=1", server.Requests.First().PathAndQuery);
    }

    [Fact]
    public async Task Paginate_ByNextUrl_FollowsItUpToMaxPages()
    {
        await using var server = await StandIn.StartAsync(c => c.Response.WriteAsJsonAsync(new { items = new[] { 1 }, next = "/more" }));

        var output = await bench.OutputAsync(
            Step, new { method = "GET", url = server.Url("/first"), paginate = new { next_url = "next", items_path = "items", max_pages = 3 } });

        Assert.Equal("[1,1,1]", output.GetProperty("body").GetRawText());
        Assert.Equal(["/first", "/more", "/more"], server.Requests.Select(r => r.PathAndQuery));
    }

    [Theory]
    [InlineData("http://[")]
    [InlineData("ftp://example.com/more")]
    public async Task Paginate_ByANextUrlThatIsNone_Fails(string next)
    {
        await using var server = await StandIn.StartAsync(c => c.Response.WriteAsJsonAsync(new { items = new[] { 1 }, next }));

        var failure = await bench.FailureAsync(
            Step, new { method = "GET", url = server.Url("/first"), paginate = new { next_url = "next", items_path = "items" } });

        Assert.Equal("RESPONSE_INVALID", failure.Error.Code);
    }

    [Fact]
    public async Task Paginate_BeyondWhatAnOutputHolds_EndsThere()
    {
        await using var server = await StandIn.StartAsync(c => c.Response.WriteAsJsonAsync(new { items = new[] { new string('x', 100_000) }, next = "/more" }));

        var failure = await bench.FailureAsync(
            Step, new { method = "GET", url = server.Url("/first"), paginate = new { next_url = "next", items_path = "items", max_pages = 50 } });

        Assert.Equal(("OUTPUT_TOO_LARGE", 3), (failure.Error.Code, server.Requests.Count));
    }

    [Fact]
    public async Task Paginate_ByLinkHeader_FollowsIt()
    {
        await using var server = await StandIn.StartAsync(c =>
        {
            if (c.Request.Path == "/first")
                c.Response.Headers.Link = "</prev>; rel=\"prev\", </second>; rel=\"next\"";
            return c.Response.WriteAsJsonAsync(new[] { 1 });
        });

        var output = await bench.OutputAsync(Step, new { method = "GET", url = server.Url("/first"), paginate = new { next_url = "link" } });

        Assert.Equal("[1,1]", output.GetProperty("body").GetRawText());
    }

    [Theory]
    [InlineData("""{"method": "GET"}""")]
    [InlineData("""{"method": "TRACE", "url": "http://example.com"}""")]
    [InlineData("""{"method": "GET", "url": "ftp://example.com"}""")]
    [InlineData("""{"method": "GET", "url": "/relative"}""")]
    [InlineData("""{"method": "GET", "url": "http://u:p@example.com"}""")]
    [InlineData("""{"method": "GET", "url": "http://example.com", "success_codes": "ok"}""")]
    [InlineData("""{"method": "GET", "url": "http://example.com", "headers": {"a b": "c"}}""")]
    [InlineData("""{"method": "GET", "url": "http://example.com", "headers": {"a": "b\r\nc: d"}}""")]
    [InlineData("""{"method": "GET", "url": "http://example.com", "auth": "basic"}""")]
    [InlineData("""{"method": "GET", "url": "http://example.com", "auth": "magic"}""")]
    [InlineData("""{"method": "GET", "url": "http://example.com", "max_bytes": 0}""")]
    [InlineData("""{"method": "GET", "url": "http://example.com", "paginate": {}}""")]
    [InlineData("""{"method": "GET", "url": "http://example.com", "response": 5}""")]
    public async Task Config_ThatMakesNoSense_FailsWithoutACall(string config)
    {
        var failure = await bench.FailureAsync(Step, config);

        Assert.Equal(("CONFIG", false), (failure.Error.Code, failure.Error.Retryable));
        Assert.StartsWith("config", failure.Error.Message, StringComparison.Ordinal);
    }

    public void Dispose() => http.Dispose();
}
