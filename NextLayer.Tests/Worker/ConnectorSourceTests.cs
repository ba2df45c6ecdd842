using System.Net;
using System.Text.Json;
using NextLayer.Tests.Worker.Support;
using NextLayer.Worker.Connectors;
using NextLayer.Worker.Execution;

namespace NextLayer.Tests.Worker;

public sealed class ConnectorSourceTests
{
    private readonly StepBench bench = new();

    [Fact]
    public async Task Get_OfNoName_AsksForTheTypeUnderTheRunsLease()
    {
        await using var connectors = await TestConnectors.StartAsync();
        connectors.Add("smtp", new { host = "mail.example" });

        var output = await bench.OutputAsync(new Asking(connectors.Source), new { });

        Assert.Equal("mail.example", output.GetProperty("host").GetString());
        var asked = Assert.Single(connectors.Requests);
        Assert.Equal($"/api/runs/{StepBench.RunId}/connectors", asked.PathAndQuery);
        Assert.Equal(7, JsonElement.Parse(asked.Body).GetProperty("lease").GetProperty("epoch").GetInt32());
    }

    [Fact]
    public async Task Get_AgainWithinAMoment_AsksOnce()
    {
        await using var connectors = await TestConnectors.StartAsync();
        connectors.Add("smtp", new { host = "mail.example" });
        var step = new Asking(connectors.Source);

        await bench.OutputAsync(step, new { });
        await bench.OutputAsync(step, new { });

        Assert.Single(connectors.Requests);
    }

    [Theory]
    [InlineData("""{}""", "CONNECTOR_MISSING")]
    [InlineData("""{"connector": "gone"}""", "CONNECTOR_MISSING")]
    [InlineData("""{"connector": "off"}""", "CONNECTOR_UNUSABLE")]
    [InlineData("""{"connector": "two"}""", "CONNECTOR_UNUSABLE")]
    [InlineData("""{"connector": "other"}""", "CONFIG")]
    public async Task Get_OfWhatCannotBeUsed_SaysWhy(string config, string code)
    {
        await using var connectors = await TestConnectors.StartAsync();
        connectors.Refuse("off", HttpStatusCode.Conflict, "connector_unusable");
        connectors.Refuse("two", HttpStatusCode.Conflict, "connector_ambiguous");
        connectors.Add("shopify", new { }, "other");

        var failure = await bench.FailureAsync(new Asking(connectors.Source), config);

        Assert.Equal((code, false), (failure.Error.Code, failure.Error.Retryable));
    }

    [Fact]
    public async Task Secrets_OfAConnector_AreInNothingThatTheAttemptLeaves()
    {
        await using var connectors = await TestConnectors.StartAsync();
        connectors.Add("smtp", """{"host": "mail.example", "auth": {"Api-Key": "s3cr\"t/value"}}""");

        var failure = await bench.FailureAsync(new Asking(connectors.Source, fails: true), new { });
        var output = await bench.OutputAsync(new Asking(connectors.Source), new { });

        Assert.Equal("It was *** at mail.example.", failure.Error.Message);
        Assert.Equal("""{"seen":["***"]}""", failure.Error.Detail!.Value.GetRawText());
        Assert.Equal("""{"host":"mail.example","key":"***","url":"http://x/?k=***","***":1.50,"none":null}""", output.GetRawText());
        Assert.All(bench.Lines, line => Assert.Equal("Using ***", line.Message));
    }

    /// <summary>Shows what it was given, as a careless handler would.</summary>
    private sealed class Asking(ConnectorSource connectors, bool fails = false) : IStepHandler
    {
        public string Type => "send_email";

        public async Task<StepResult> ExecuteAsync(StepContext context, CancellationToken ct)
        {
            var connector = await connectors.GetAsync(context, ["smtp"], ct);
            var key = connector.Config.Object("auth")?.Text("Api-Key");
            if (key is not null)
                context.Log.Info($"Using {key}");
            if (fails)
                return StepResult.Failure("BAD", $"It was {key} at mail.example.", detail: JsonSerializer.SerializeToElement(new { seen = new[] { key } }));
            return key is null
                ? new StepResult.Completed(connector.Json)
                : new StepResult.Completed(JsonElement.Parse($$"""
                    {"host":"mail.example","key":{{JsonSerializer.Serialize(key)}},"url":"http://x/?k={{Uri.EscapeDataString(key)}}",{{JsonSerializer.Serialize(key)}}:1.50,"none":null}
                    """));
        }
    }
}
