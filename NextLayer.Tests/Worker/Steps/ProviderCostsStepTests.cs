using System.Net;
using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using NextLayer.Tests.Worker.Support;
using NextLayer.Worker.Execution;
using NextLayer.Worker.Platform;
using NextLayer.Worker.Steps.Http;
using NextLayer.Worker.Steps.Providers;

namespace NextLayer.Tests.Worker.Steps;

/// <summary><c>provider_costs</c> where providers and control plane answer oddly; EndToEnd has the rest.</summary>
public sealed class ProviderCostsStepTests : IAsyncLifetime
{
    private readonly GuardedHttp http = new(new GuardedConnector(new AllowedHosts(["127.0.0.0/8"])));
    private readonly StepBench bench = new();
    private TestConnectors connectors = null!; // Set before any test runs.
    private StandIn controlPlane = null!; // As above.
    private ControlPlaneClient client = null!; // As above.
    private Func<HttpContext, Task> answerLoad = context => context.Response.WriteAsJsonAsync(new { rows = 7 });

    public async ValueTask InitializeAsync()
    {
        connectors = await TestConnectors.StartAsync();
        controlPlane = await StandIn.StartAsync(
            context => context.Request.Path.Value!.EndsWith("/load", StringComparison.Ordinal) ? answerLoad(context) : context.Response.WriteAsJsonAsync(new { rows = 1 }));
        client = TestConnectors.ClientOf(controlPlane.Address);
    }

    [Fact]
    public async Task Fetch_ManyRows_ComeInPagesAndAreLoadedOnce()
    {
        await using var provider = await OpenAiAsync(path => path.Contains("/costs", StringComparison.Ordinal) ? Page(1200) : Page(0));

        var output = await bench.OutputAsync(Step, Config);

        Assert.Equal("""{"provider":"openai","date":"2026-03-14","rows_processed":7,"totals":{"USD":"120.0"}}""", output.GetRawText());
        var sent = controlPlane.Requests.Select(r => JsonElement.Parse(r.Body)).ToList();
        Assert.Equal([500, 500, 200], sent.SkipLast(1).Select(page => page.GetProperty("rows").GetArrayLength()));
        Assert.Equal([1, 2, 3], sent.SkipLast(1).Select(page => page.GetProperty("page").GetInt32()));
        Assert.Equal((3, "2026-03-14"), (sent[^1].GetProperty("pages").GetInt32(), sent[^1].GetProperty("usage_date").GetString()));
        Assert.Equal("0.1", sent[0].GetProperty("rows")[0].GetProperty("cost").GetRawText());
        Assert.All(provider.Requests, asked => Assert.Contains("start_time=1773446400&end_time=1773532800", asked.PathAndQuery, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("""{"data": [], "has_more": true, "next_page": null}""", "next_page")]
    [InlineData("""{"data": 1}""", "data")]
    [InlineData("""{"data": [{"results": [{"amount": {"value": "much", "currency": "usd"}}]}]}""", "value")]
    [InlineData("""{"data": [{"results": [{"amount": {"value": 1}}]}]}""", "currency")]
    [InlineData("""{"data": [{"results": [{}]}]}""", "amount")]
    [InlineData("""{"data": [1]}""", "results")]
    [InlineData("""{"data": [{"results": [1]}]}""", "results[]")]
    [InlineData("""{"data": [{"results": [{"amount": 1}]}]}""", "value")]
    [InlineData("<html>", "cannot be read")]
    public async Task Fetch_AnswerThatIsNotAsDocumented_SaysWhatIsMissingAndLoadsNothing(string answer, string missing)
    {
        await using var provider = await OpenAiAsync(path => path.Contains("/costs", StringComparison.Ordinal) ? answer : Page(0));

        var failure = await bench.FailureAsync(Step, Config);

        Assert.Equal("PROVIDER_RESPONSE", failure.Error.Code);
        Assert.Contains(missing, failure.Error.Message, StringComparison.Ordinal);
        Assert.Empty(controlPlane.Requests);
    }

    [Fact]
    public async Task Fetch_AskedToWaitLong_LeavesTheWaitingToTheEngine()
    {
        await using var provider = await OpenAiAsync(_ => """{"error": {"message": "Slow down.", "type": "requests"}}""", 429, "3600");

        var failure = await bench.FailureAsync(Step, Config);

        Assert.Equal(("PROVIDER_RATE_LIMIT", true, TimeSpan.FromHours(1)), (failure.Error.Code, failure.Error.Retryable, failure.RetryAfter));
        Assert.Single(provider.Requests);
    }

    [Fact]
    public async Task Fetch_BadRequest_IsNotTriedAgain()
    {
        await using var provider = await OpenAiAsync(_ => """{"error": {"message": "No such thing.", "type": "invalid_request_error"}}""", 400);

        var failure = await bench.FailureAsync(Step, Config);

        Assert.Equal(("PROVIDER_REQUEST", false), (failure.Error.Code, failure.Error.Retryable));
        Assert.EndsWith("answered 400: No such thing.", failure.Error.Message, StringComparison.Ordinal);
        Assert.Single(provider.Requests);
    }

    [Fact]
    public async Task Fetch_FiveTimesOutOfOrder_GivesUp()
    {
        await using var provider = await OpenAiAsync(_ => "", 503, "0");

        var failure = await bench.FailureAsync(Step, Config);

        Assert.Equal(("PROVIDER_UNAVAILABLE", true, 5), (failure.Error.Code, failure.Error.Retryable, provider.Requests.Count));
        Assert.Equal(4, bench.Lines.Count(line => line.Message.Contains("Try ", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Load_LeaseLost_IsNoMatterOfTheProviders()
    {
        await using var provider = await OpenAiAsync(_ => Page(1));
        answerLoad = context =>
        {
            context.Response.StatusCode = (int)HttpStatusCode.Conflict;
            return context.Response.WriteAsJsonAsync(new { type = "urn:nextlayer:problem:lease_lost", detail = "lease_lost" });
        };

        Assert.Equal("LEASE_LOST", (await bench.FailureAsync(Step, Config)).Error.Code);
    }

    // BigQuery refuses a longer one, and gives who asks the same again with the same id the same job.
    [Fact]
    public async Task BigQuery_Request_HasAnIdOfAtMost36CharactersThatIsTheAttemptsOwn()
    {
        var busy = 1;
        await using var google = await StandIn.StartAsync(context =>
        {
            if (context.Request.Path == "/token")
                return context.Response.WriteAsJsonAsync(new { access_token = "ya29.token", expires_in = 3600 });
            context.Response.StatusCode = Interlocked.Exchange(ref busy, 0) == 1 ? 503 : 200;
            context.Response.Headers.RetryAfter = "0";
            return context.Response.WriteAsJsonAsync(new { jobComplete = true, totalRows = "0", schema = new { fields = Array.Empty<object>() } });
        });
        using var key = RSA.Create(2048);
        var account = new { client_email = "a@b.example", private_key = key.ExportPkcs8PrivateKeyPem(), token_uri = google.Url("/token"), project_id = "p" };
        connectors.Add("bigquery", new { base_url = google.Address, billing_table = "project.data.table", service_account = account });
        var step = new ProviderCostsStep([new GcpCosts(new ProviderHttp(http, TimeProvider.System), TimeProvider.System)], connectors.Source, client, TimeProvider.System);

        Assert.IsType<StepResult.Completed>(await bench.RunAsync(step, new { provider = "gcp", date = "2026-03-14" }, attempt: 1));
        Assert.IsType<StepResult.Completed>(await bench.RunAsync(step, new { provider = "gcp", date = "2026-03-14" }, attempt: 12));

        var ids = google.Requests.Where(r => r.Method == "POST" && r.PathAndQuery != "/token")
            .Select(r => JsonElement.Parse(r.Body).GetProperty("requestId").GetString()!).ToList();
        Assert.Equal(3, ids.Count);
        Assert.Equal(ids[0], ids[1]); // The same again after a refusal.
        Assert.NotEqual(ids[0], ids[2]);
        Assert.All(ids, id => Assert.InRange(id.Length, 1, 36));
    }

    [Theory]
    [InlineData("2026-3-1", "openai")]
    [InlineData("2026-03-01", "other")]
    public async Task Config_ThatMakesNoSense_IsRefused(string date, string provider)
    {
        connectors.Add("openai", new { api_key = "sk-admin-123" });

        Assert.Equal("CONFIG", (await bench.FailureAsync(Step, new { provider, date })).Error.Code);
    }

    private static object Config => new { provider = "openai", date = "2026-03-14" };

    private ProviderCostsStep Step => new([new OpenAiCosts(new ProviderHttp(http, TimeProvider.System))], connectors.Source, client, TimeProvider.System);

    private async Task<StandIn> OpenAiAsync(Func<string, string> answer, int status = 200, string? retryAfter = null)
    {
        var server = await StandIn.StartAsync(context =>
        {
            context.Response.StatusCode = status;
            context.Response.ContentType = "application/json";
            if (retryAfter is not null)
                context.Response.Headers.RetryAfter = retryAfter;
            return context.Response.WriteAsync(answer(context.Request.Path));
        });
        connectors.Add("openai", new { base_url = server.Url("/v1"), api_key = "sk-admin-123" });
        return server;
    }

    private static string Page(int results) => $$"""
        {"object": "page", "data": [{"object": "bucket", "results": [{{string.Join(',', Enumerable.Repeat("""{"amount": {"value": 0.1, "currency": "usd"}, "line_item": "a, input"}""", results))}}]}], "has_more": false, "next_page": null}
        """;

    public async ValueTask DisposeAsync()
    {
        client.Dispose();
        http.Dispose();
        await controlPlane.DisposeAsync();
        await connectors.DisposeAsync();
    }
}
