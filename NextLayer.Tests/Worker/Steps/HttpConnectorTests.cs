using System.Text.Json;
using Microsoft.AspNetCore.Http;
using NextLayer.Tests.Worker.Support;
using NextLayer.Worker.Execution;
using NextLayer.Worker.Steps.Http;

namespace NextLayer.Tests.Worker.Steps;

/// <summary><c>http_request</c> with a connector of type <c>http</c>.</summary>
public sealed class HttpConnectorTests : IAsyncLifetime, IDisposable
{
    private readonly GuardedHttp http = new(new GuardedConnector(new AllowedHosts(["127.0.0.0/8"])));
    private readonly StepBench bench = new();
    private TestConnectors connectors = null!; // Set before any test runs.

    private HttpRequestStep Step => new(http, connectors.Source, TimeProvider.System);

    public async ValueTask InitializeAsync() => connectors = await TestConnectors.StartAsync();

    [Theory]
    [InlineData("""{"token": "tok-123"}""", "authorization", "Bearer tok-123")]
    [InlineData("""{"auth": "bearer", "token": "tok-123"}""", "authorization", "Bearer tok-123")]
    [InlineData("""{"username": "u", "password": "p"}""", "authorization", "Basic dTpw")]
    [InlineData("""{"header": "X-Api-Key", "value": "v-123"}""", "x-api-key", "v-123")]
    public async Task Credential_OfTheConnector_IsSent(string connector, string header, string value)
    {
        await using var server = await StandIn.StartAsync(_ => Task.CompletedTask);
        connectors.Add("http", connector);

        await bench.OutputAsync(Step, new { method = "GET", url = server.Address, auth = "connector", connector = "http" });
        await bench.OutputAsync(Step, new { method = "GET", url = server.Address, connector = "http" });

        Assert.All(server.Requests, asked => Assert.Equal(value, asked.Headers[header]));
        Assert.Equal(2, server.Requests.Count);
    }

    [Fact]
    public async Task Credential_ThatTheOtherSideEchoes_IsNotInTheOutput()
    {
        await using var server = await StandIn.StartAsync(c =>
            c.Response.WriteAsJsonAsync(new { saw = c.Request.Headers.Authorization.ToString() }));
        connectors.Add("http", """{"username": "user", "password": "pass word"}""");

        var output = await bench.OutputAsync(Step, new { method = "GET", url = server.Address, connector = "http" });

        Assert.Equal("Basic ***", output.GetProperty("body").GetProperty("saw").GetString());
    }

    [Fact]
    public async Task Secret_OfAConnectorWithoutABaseUrl_IsSentNowhere()
    {
        await using var server = await StandIn.StartAsync(_ => Task.CompletedTask);
        connectors.Add("http", "{}", null, new() { ["token"] = "tok-123" });

        var failure = await bench.FailureAsync(Step, new { method = "GET", url = server.Address, connector = "http" });

        Assert.Equal(("CONFIG", "connector.config.base_url is required: the connector's secret goes nowhere else."), (failure.Error.Code, failure.Error.Message));
        Assert.Empty(server.Requests);
    }

    [Fact]
    public async Task Secret_OfTheConnector_StandsBeforeTheSameMemberOfItsConfig()
    {
        await using var server = await StandIn.StartAsync(_ => Task.CompletedTask);
        connectors.Add("http", new { base_url = server.Address, token = "old" }, null, new() { ["token"] = "tok-123" });

        await bench.OutputAsync(Step, new { method = "GET", url = "/", connector = "http" });

        Assert.Equal("Bearer tok-123", Assert.Single(server.Requests).Headers["authorization"]);
    }

    [Theory]
    [InlineData("orders?x=1", "/v1/orders?x=1")]
    [InlineData("/orders", "/v1/orders")]
    [InlineData("{base}/v1/orders", "/v1/orders")]
    public async Task BaseUrl_OfTheConnector_IsWhereTheStepsAddressBegins(string url, string asked)
    {
        await using var server = await StandIn.StartAsync(_ => Task.CompletedTask);
        var address = server.Address.ToString().TrimEnd('/');
        connectors.Add("http", new { base_url = address + "/v1", token = "tok-123" });

        await bench.OutputAsync(Step, new { method = "GET", url = url.Replace("{base}", address), connector = "http" });

        Assert.Equal(asked, Assert.Single(server.Requests).PathAndQuery);
    }

    [Theory]
    [InlineData("https://other.example/")]
    [InlineData("//other.example/")]
    [InlineData("../admin")]
    [InlineData("{base}/admin")]
    [InlineData("http://[")]
    public async Task BaseUrl_OfTheConnector_IsNotLeft(string url)
    {
        await using var server = await StandIn.StartAsync(_ => Task.CompletedTask);
        var address = server.Address.ToString().TrimEnd('/');
        connectors.Add("http", new { base_url = address + "/v1", token = "tok-123" });

        var failure = await bench.FailureAsync(Step, new { method = "GET", url = url.Replace("{base}", address), connector = "http" });

        Assert.Equal("CONFIG", failure.Error.Code);
        Assert.Empty(server.Requests);
    }

    [Fact]
    public async Task NextPage_OfAnotherOrigin_GetsNoCredential()
    {
        await using var other = await StandIn.StartAsync(c => c.Response.WriteAsJsonAsync(new { items = new[] { 2 } }));
        await using var server = await StandIn.StartAsync(c => c.Response.WriteAsJsonAsync(new { items = new[] { 1 }, next = other.Url("/page2") }));
        connectors.Add("http", new { token = "tok-123" });

        await bench.OutputAsync(
            Step, new { method = "GET", url = server.Address, connector = "http", paginate = new { next_url = "next", items_path = "items" } });

        Assert.True(Assert.Single(server.Requests).Headers.ContainsKey("authorization"));
        Assert.False(Assert.Single(other.Requests).Headers.ContainsKey("authorization"));
    }

    [Theory]
    [InlineData("""{"method": "GET", "url": "http://127.0.0.1:1/", "auth": "connector"}""", "CONNECTOR_MISSING")]
    [InlineData("""{"method": "GET", "url": "http://127.0.0.1:1/", "connector": "bad"}""", "CONFIG")]
    public async Task Connector_ThatCannotServe_Fails(string config, string code)
    {
        connectors.Add("http", """{"auth": "magic"}""", "bad");
        connectors.Refuse("http", System.Net.HttpStatusCode.NotFound, "connector_not_found");

        Assert.Equal(code, (await bench.FailureAsync(Step, config)).Error.Code);
    }

    public void Dispose() => http.Dispose();

    public ValueTask DisposeAsync() => connectors.DisposeAsync();
}
