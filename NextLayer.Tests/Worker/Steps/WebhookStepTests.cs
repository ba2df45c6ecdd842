using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using NextLayer.Tests.Worker.Support;
using NextLayer.Worker.Execution;
using NextLayer.Worker.Steps;
using NextLayer.Worker.Steps.Http;

namespace NextLayer.Tests.Worker.Steps;

public sealed class WebhookStepTests : IDisposable
{
    private readonly GuardedHttp http = new(new GuardedConnector(new AllowedHosts(["127.0.0.0/8"])));
    private readonly StepBench bench = new();

    private WebhookStep Step => new(http, TestConnectors.None);

    [Fact]
    public async Task Delivery_IsSignedInBothWaysOverTheBytesSent()
    {
        await using var server = await StandIn.StartAsync(c => c.Response.WriteAsync("thanks"));

        var output = await bench.OutputAsync(
            Step, new { url = server.Url("/hook"), @event = "order.shipped", payload = new { id = 5, name = "Zoë" }, secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw" });

        var asked = Assert.Single(server.Requests);
        var (id, seconds) = (asked.Headers["webhook-id"], asked.Headers["webhook-timestamp"]);
        var key = Convert.FromBase64String("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");
        Assert.Equal($"msg_{StepBench.RunId:n}_2_s", id);
        Assert.Equal("v1," + Convert.ToBase64String(Hash(key, $"{id}.{seconds}.{asked.Body}")), asked.Headers["webhook-signature"]);
        Assert.Equal($"t={seconds},v1={Convert.ToHexStringLower(Hash(key, $"{seconds}.{asked.Body}"))}", asked.Headers["x-nextlayer-signature"]);
        Assert.Equal("order.shipped", asked.Headers["x-nextlayer-event"]);
        Assert.Equal("""{"type":"order.shipped","timestamp":"2030-01-01T00:00:00+00:00","data":{"id":5,"name":"Zoë"}}""", asked.Body);
        Assert.Equal($$"""{"status_code":200,"body":"thanks","delivery_id":"{{id}}"}""", output.GetRawText());
    }

    // From the specification's own example.
    [Fact]
    public void Signature_OfTheKnownExample_IsTheKnownOne()
    {
        var headers = WebhookSignature.Headers(
            [WebhookSignature.Key("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")],
            "msg_p5jXN8AQM9LWM0D4loKWxJek",
            DateTimeOffset.FromUnixTimeSeconds(1614265330),
            """{"test": 2432232314}""").ToDictionary();

        Assert.Equal("v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=", headers["webhook-signature"]);
    }

    [Fact]
    public async Task Delivery_OfALaterAttempt_HasTheSameIdAndBody()
    {
        await using var server = await StandIn.StartAsync(_ => Task.CompletedTask);
        var config = new { url = server.Url("/hook"), payload = new { a = 1 }, secret = "plain secret" };

        await bench.RunAsync(Step, config, attempt: 1);
        await bench.RunAsync(Step, config, attempt: 2);

        Assert.Single(server.Requests.Select(r => (r.Headers["webhook-id"], r.Body, r.Headers["idempotency-key"])).Distinct());
        var asked = server.Requests.First();
        var expected = Hash(Encoding.UTF8.GetBytes("plain secret"), $"{asked.Headers["webhook-timestamp"]}.{asked.Body}");
        Assert.EndsWith(Convert.ToHexStringLower(expected), asked.Headers["x-nextlayer-signature"], StringComparison.Ordinal);
        Assert.True(long.Parse(asked.Headers["webhook-timestamp"], CultureInfo.InvariantCulture) >= 1893456000);
    }

    [Fact]
    public async Task Delivery_WithoutASecret_IsNotSigned()
    {
        await using var server = await StandIn.StartAsync(_ => Task.CompletedTask);

        await bench.OutputAsync(Step, new { url = server.Url("/hook") });

        var asked = Assert.Single(server.Requests);
        Assert.False(asked.Headers.ContainsKey("webhook-signature") || asked.Headers.ContainsKey("x-nextlayer-signature"));
        Assert.Contains("""data":{}""", asked.Body, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(410, "WEBHOOK_GONE", false)]
    [InlineData(404, "HTTP_STATUS", false)]
    [InlineData(302, "HTTP_STATUS", false)]
    [InlineData(429, "HTTP_STATUS", true)]
    [InlineData(503, "HTTP_STATUS", true)]
    public async Task Status_ThatIsNoSuccess_FailsAndSaysWhetherToTryAgain(int status, string code, bool retryable)
    {
        await using var server = await StandIn.StartAsync(c =>
        {
            c.Response.StatusCode = status;
            c.Response.Headers.RetryAfter = "9";
            c.Response.Headers.Location = "/elsewhere";
            return Task.CompletedTask;
        });

        var failure = await bench.FailureAsync(Step, new { url = server.Url("/hook") });

        Assert.Equal((code, retryable), (failure.Error.Code, failure.Error.Retryable));
        Assert.Equal(retryable ? TimeSpan.FromSeconds(9) : null, failure.RetryAfter);
        Assert.Single(server.Requests);
    }

    [Fact]
    public async Task Answer_HoweverLong_IsCutAndStillASuccess()
    {
        await using var server = await StandIn.StartAsync(c => c.Response.WriteAsync(new string('x', 3_000_000)));

        var output = await bench.OutputAsync(Step, new { url = server.Url("/hook") });

        Assert.Equal(1024, output.GetProperty("body").GetString()!.Length);
    }

    [Fact]
    public async Task Secret_ThatTheOtherSideEchoes_IsNotInTheOutput()
    {
        await using var server = await StandIn.StartAsync(c => c.Response.WriteAsync("I know plain secret"));

        var output = await bench.OutputAsync(Step, new { url = server.Url("/hook"), secret = "plain secret" });

        Assert.Equal("I know ***", output.GetProperty("body").GetString());
    }

    [Fact]
    public async Task Connector_BringsAddressAndSecret_AndSignsWithBothWhileItIsRotated()
    {
        await using var server = await StandIn.StartAsync(_ => Task.CompletedTask);
        await using var connectors = await TestConnectors.StartAsync();
        connectors.Add(
            "webhook", new { url = server.Url("/hook") }, null,
            new() { ["signing_secret"] = "present secret" }, new() { ["signing_secret"] = "previous secret" });

        await bench.OutputAsync(new WebhookStep(http, connectors.Source), new { connector = "webhook" });

        var asked = Assert.Single(server.Requests);
        var signed = $"{asked.Headers["webhook-id"]}.{asked.Headers["webhook-timestamp"]}.{asked.Body}";
        Assert.Equal(
            string.Join(' ', new[] { "present secret", "previous secret" }.Select(key => "v1," + Convert.ToBase64String(Hash(Encoding.UTF8.GetBytes(key), signed)))),
            asked.Headers["webhook-signature"]);
        Assert.Equal(2, asked.Headers["x-nextlayer-signature"].Split(",v1=").Length - 1);
    }

    [Theory]
    [InlineData("""{"url": "http://example.com"}""", """{"connector": "webhook", "url": "http://elsewhere.example"}""")]
    [InlineData("{}", """{"connector": "webhook", "url": "http://elsewhere.example"}""")]
    public async Task Connector_SignsForItsOwnReceiverAlone(string connector, string step)
    {
        await using var connectors = await TestConnectors.StartAsync();
        connectors.Add("webhook", connector, null, new() { ["signing_secret"] = "present secret" });

        Assert.Equal("CONFIG", (await bench.FailureAsync(new WebhookStep(http, connectors.Source), step)).Error.Code);
    }

    [Fact]
    public async Task Address_ThatIsNotPublic_IsRefused()
    {
        using var guarded = new GuardedHttp(new GuardedConnector(new AllowedHosts([])));

        var failure = await bench.FailureAsync(new WebhookStep(guarded, TestConnectors.None), new { url = "http://169.254.169.254/latest" });

        Assert.Equal("SSRF_BLOCKED", failure.Error.Code);
    }

    [Theory]
    [InlineData("""{"url": "ftp://example.com"}""")]
    [InlineData("""{"url": "http://example.com", "secret": "whsec_?"}""")]
    [InlineData("""{"url": "http://example.com", "event": "a b"}""")]
    [InlineData("""{"url": "http://example.com", "headers": {"Webhook-Id": "mine"}}""")]
    [InlineData("""{"url": "http://example.com", "headers": {"x": "a\r\nb: c"}}""")]
    public async Task Config_ThatMakesNoSense_FailsWithoutACall(string config) =>
        Assert.Equal("CONFIG", (await bench.FailureAsync(Step, config)).Error.Code);

    private static byte[] Hash(byte[] key, string text) => HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(text));

    public void Dispose() => http.Dispose();
}
