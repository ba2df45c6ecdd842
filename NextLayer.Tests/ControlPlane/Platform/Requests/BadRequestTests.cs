using System.Net;
using System.Text;
using NextLayer.Tests.Support;

namespace NextLayer.Tests.ControlPlane.Platform.Requests;

/// <summary>Nothing a client sends gets a 500, and every refusal says in the client's own words what is wrong.</summary>
public sealed class BadRequestTests(Api api) : IClassFixture<Api>
{
    [Theory]
    [InlineData("""{}""", "name", "is required.")]
    [InlineData("""{"name": null}""", "name", "must not be null.")]
    [InlineData("""{"name": 5}""", "name", "must be a string.")]
    [InlineData("""{"name": ""}""", "name", "must have 1 to 200 characters.")]
    [InlineData("""{"name": "  "}""", "name", "must not be blank.")]
    [InlineData("""{"name": "x", "billing_status": "rich"}""", "billing_status", "must be one of trialing, active, past_due, canceled, incomplete, paused.")]
    [InlineData("""{"name": "x", "daily_run_limit": 1.5}""", "daily_run_limit", "must be a whole number.")]
    [InlineData("""{"name": "x", "daily_run_limit": -1}""", "daily_run_limit", "must be 0 or more.")]
    [InlineData("""{"name": "x", "slug": "a b"}""", "slug", "must have 3 to 50 letters, digits or underscores.")]
    [InlineData("""[]""", "$", "must be an object.")]
    [InlineData("null", "$", "is needed: send a JSON object.")]
    public async Task Post_UnfitBody_NamesTheField(string body, string field, string sentence)
    {
        var answer = await api.PostAsync("/api/tenants", body);

        Assert.Equal((HttpStatusCode.BadRequest, "invalid_request"), (answer.Status, answer.Problem));
        Assert.Equal(sentence, answer.Errors[field]);
    }

    [Fact]
    public async Task Post_SeveralUnfitFields_NamesAll()
    {
        var answer = await api.PostAsync("/api/runs", """{"tenant_id": "x", "parameters": 1, "run_after": "soon", "priority": []}""");

        Assert.Equal(
            ["pipeline_version_id", "priority", "run_after", "tenant_id"],
            answer.Errors.Keys.Order());
        Assert.Equal("must be a time in ISO 8601, as 2026-02-11T12:00:00+00:00.", answer.Errors["run_after"]);
    }

    [Fact]
    public async Task Post_NullInAList_NamesThePlace()
    {
        var answer = await api.PostAsync("/api/runs/batch", """{"runs": [null]}""");

        Assert.Equal("must not be null.", answer.Errors["runs[0]"]);
    }

    [Fact]
    public async Task Post_BadItemInAList_NamesThePlace()
    {
        var id = Guid.CreateVersion7();

        var answer = await api.PostAsync(
            "/api/runs/batch", $$"""{"runs": [{"tenant_id": "{{id}}", "pipeline_version_id": "{{id}}", "priority": 101}]}""");

        Assert.Equal("must be -100 to 100.", answer.Errors["runs[0].priority"]);
    }

    [Theory]
    [InlineData("/api/tenants?limit=0", "limit", "must be 1 to 100.")]
    [InlineData("/api/tenants?limit=many", "limit", "must be a whole number.")]
    [InlineData("/api/tenants?offset=-1", "offset", "must be 0 or more.")]
    [InlineData("/api/facilities?tenant_id=x", "tenant_id", "must be a UUID, as 0190a2f4-7c1e-7abc-8def-0123456789ab.")]
    [InlineData("/api/pipeline-versions?status=draft", "status", "must be one of DRAFT, APPROVED, DEPRECATED.")]
    [InlineData("/api/runs?status=DONE", "status", "must be one of QUEUED, RUNNING, PAUSED, SUCCEEDED, FAILED, CANCELLED.")]
    [InlineData("/api/runs?created_after=yesterday", "created_after", "must be a time in ISO 8601, as 2026-02-11T12:00:00+00:00.")]
    [InlineData("/api/runs?cursor=x", "cursor", "must be the next_cursor of an earlier page.")]
    public async Task Get_UnfitParameter_NamesIt(string address, string parameter, string sentence)
    {
        var answer = await api.GetAsync(address);

        Assert.Equal(HttpStatusCode.BadRequest, answer.Status);
        Assert.Equal(sentence, answer.Errors[parameter]);
    }

    [Theory]
    [InlineData("GET", "/nowhere", 404, "route_not_found")]
    [InlineData("GET", "/api/tenants/not-an-id", 404, "route_not_found")]
    [InlineData("PUT", "/api/tenants", 405, "method_not_allowed")]
    [InlineData("GET", "/api/tenants?q=%00", 400, "invalid_address")]
    [InlineData("GET", "/api/tenants?q=%C3%28", 400, "invalid_address")]
    [InlineData("GET", "/api/tenants/018f0000-0000-7000-8000-000000000000", 404, "tenant_not_found")]
    public async Task Any_WrongAddress_IsAProblemDocument(string method, string address, int status, string problem)
    {
        var answer = await api.SendAsync(new HttpMethod(method), address);

        Assert.Equal((status, problem), ((int)answer.Status, answer.Problem));
    }

    [Fact]
    public async Task Post_BodyThatIsNoJson_Is415()
    {
        var answer = await api.SendAsync(new HttpRequestMessage(HttpMethod.Post, "/api/tenants") { Content = new StringContent("{}", Encoding.UTF8, "text/plain") });

        Assert.Equal((HttpStatusCode.UnsupportedMediaType, "unsupported_media_type"), (answer.Status, answer.Problem));
    }

    [Fact]
    public async Task Post_OtherCharset_Is415()
    {
        var answer = await api.SendAsync(new HttpRequestMessage(HttpMethod.Post, "/api/tenants") { Content = new StringContent("{}", Encoding.Unicode, "application/json") });

        Assert.Equal(HttpStatusCode.UnsupportedMediaType, answer.Status);
    }

    [Fact]
    public async Task Post_InvalidUtf8_Is400()
    {
        var answer = await SendBytesAsync([.. "{\"name\": \""u8, 0xC3, 0x28, .. "\"}"u8]);

        Assert.Equal((HttpStatusCode.BadRequest, "The body is not valid UTF-8."), (answer.Status, answer.Detail));
    }

    [Fact]
    public async Task Post_ByteOrderMark_IsRead()
    {
        var answer = await SendBytesAsync([0xEF, 0xBB, 0xBF, .. "{\"name\": \"With a mark\"}"u8]);

        Assert.Equal(HttpStatusCode.OK, answer.Status);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Post_BodyBeyondTheLimit_Is413(bool chunked)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, "/api/tenants")
        {
            Content = new StringContent($"{{\"name\": \"{new string('x', 1024 * 1024)}\"}}", Encoding.UTF8, "application/json"),
        };
        request.Headers.TransferEncodingChunked = chunked;

        var answer = await api.SendAsync(request);

        Assert.Equal((HttpStatusCode.RequestEntityTooLarge, "body_too_large"), (answer.Status, answer.Problem));
    }

    [Fact]
    public async Task Post_LongReport_IsWithinItsOwnLimit()
    {
        var answer = await api.PostAsync("/api/workers/w/reports", $"{{\"reports\": [], \"padding\": \"{new string('x', 2_000_000)}\"}}");

        Assert.Equal((HttpStatusCode.BadRequest, "must have 1 to 1,000 items."), (answer.Status, answer.Errors["reports"]));
    }

    [Fact]
    public async Task Post_BrokenJson_ChangesNothingAndSaysWhere()
    {
        var before = await api.Database.AskAsync<long>("SELECT count(*) FROM tenants");

        var answer = await api.PostAsync("/api/tenants", """{"name": "x", "z": "\u0000"}""");

        Assert.Equal(("invalid_json", "$.z holds the character U+0000, which cannot be stored."), (answer.Problem, answer.Detail));
        Assert.Equal(before, await api.Database.AskAsync<long>("SELECT count(*) FROM tenants"));
    }

    [Fact]
    public async Task Options_AllowedOrigin_MayReadTheTotal()
    {
        var request = new HttpRequestMessage(HttpMethod.Get, "/api/tenants");
        request.Headers.Add("Origin", "http://localhost:3000");

        var answer = await api.SendAsync(request);

        Assert.Equal("http://localhost:3000", answer.Headers["Access-Control-Allow-Origin"]);
        Assert.Contains("X-Total-Count", answer.Headers["Access-Control-Expose-Headers"], StringComparison.Ordinal);
    }

    private Task<Answer> SendBytesAsync(byte[] body)
    {
        var content = new ByteArrayContent(body);
        content.Headers.ContentType = new("application/json");
        return api.SendAsync(new HttpRequestMessage(HttpMethod.Post, "/api/tenants") { Content = content });
    }
}
