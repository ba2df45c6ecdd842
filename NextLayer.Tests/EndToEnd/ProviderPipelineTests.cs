using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Nodes;
using NextLayer.Demo.Providers;
using NextLayer.Tests.AppHost;
using NextLayer.Tests.Support;
using NextLayer.Tests.Worker.Support;

namespace NextLayer.Tests.EndToEnd;

/// <summary>The three provider pipelines through the whole system, against stand-ins that speak the providers' JSON.</summary>
public sealed class ProviderPipelineTests(Servers servers)
{
    private static readonly DateOnly Day = new(2026, 3, 14);

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task OpenAi_UsageAndCosts_AreFetchedThroughPagesAndFaults()
    {
        await using var stack = await Stack.StartAsync(servers, "openai");
        stack.World.Faults.Add("openai", 429);
        stack.World.Faults.Add("openai", 503);

        var run = await stack.RunAsync("openai/usage_cost");

        var uses = ProviderBooks.OpenAi(Day);
        Assert.Equal("SUCCESS", run.Status);
        Assert.Equal(uses.Sum(use => use.InputCost + use.OutputCost), await stack.CostAsync("openai"));
        Assert.Equal(
            uses.Sum(use => use.InputTokens),
            await stack.Database.AskAsync<decimal>("SELECT sum(quantity) FROM cost_records WHERE unit = 'input_tokens' AND service = 'completions'"));
        Assert.Equal(uses.Count * 5, run.Rows);
        Assert.Contains(run.Lines, line => line.Contains("answered 429", StringComparison.Ordinal) && line.Contains("Try 2 of 5", StringComparison.Ordinal));
        await stack.AssertTellsNoSecretAsync(run.Id, stack.World.Keys.OpenAi);
    }

    [Fact]
    public async Task Anthropic_CentsAsText_BecomeDollars()
    {
        await using var stack = await Stack.StartAsync(servers, "anthropic");
        stack.World.Faults.Add("anthropic", 529);

        var run = await stack.RunAsync("anthropic/usage_cost");

        Assert.Equal("SUCCESS", run.Status);
        Assert.Equal(ProviderBooks.Anthropic(Day).Sum(use => use.InputCost + use.OutputCost), await stack.CostAsync("anthropic"));
        Assert.Equal(
            ProviderBooks.Anthropic(Day).Sum(use => use.InputTokens / 10),
            await stack.Database.AskAsync<decimal>("SELECT sum(quantity) FROM cost_records WHERE unit = 'ephemeral_5m_input_tokens'"));
        await stack.AssertTellsNoSecretAsync(run.Id, stack.World.Keys.Anthropic);
    }

    [Fact]
    public async Task Gcp_SignsInWaitsForTheJobAndReadsEveryPage()
    {
        await using var stack = await Stack.StartAsync(servers, "bigquery");
        stack.World.Faults.Add("token", 503);
        stack.World.Faults.Add("bigquery", 403); // rateLimitExceeded: waiting helps.

        var first = await stack.RunAsync("gcp/cost/billing");
        var rows = await stack.Database.ListAsync<string>("SELECT to_jsonb(c)::text FROM cost_records c ORDER BY row_no");
        var second = await stack.RunAsync("gcp/cost/billing"); // The second job is not complete at once.

        Assert.Equal(("SUCCESS", "SUCCESS"), (first.Status, second.Status));
        Assert.Equal((ProviderBooks.Gcp(Day).Count, ProviderBooks.Gcp(Day).Count), (first.Rows, second.Rows));
        Assert.Equal(ProviderBooks.Gcp(Day).Sum(use => use.Cost), await stack.CostAsync("gcp"));
        Assert.Equal(rows, await stack.Database.ListAsync<string>("SELECT to_jsonb(c)::text FROM cost_records c ORDER BY row_no"));
        await stack.AssertTellsNoSecretAsync(second.Id, "PRIVATE KEY");
        await stack.AssertTellsNoSecretAsync(second.Id, "ya29.");
    }

    [Theory]
    [InlineData("openai", "openai/usage_cost", "PROVIDER_AUTH", "api_key", "wrong")]
    [InlineData("anthropic", "anthropic/usage_cost", "PROVIDER_AUTH", "api_key", "wrong")]
    [InlineData("bigquery", "gcp/cost/billing", "PROVIDER_REQUEST", "billing_table", "demo-project.billing.other")]
    [InlineData("bigquery", "gcp/cost/billing", "CONFIG", "billing_table", "x` UNION SELECT 1 --")]
    [InlineData("bigquery", "gcp/cost/billing", "CONFIG", "service_account", "{\"client_email\": \"a@b\", \"private_key\": \"none\"}")]
    [InlineData("openai", "openai/usage_cost", "CONFIG", "api_key", null)]
    public async Task Refusal_FailsTheRunWithACodeAndLeavesTheOldRows(string type, string address, string code, string member, string? value)
    {
        await using var stack = await Stack.StartAsync(servers, type);
        await stack.RunAsync(address);
        var before = await stack.Database.AskAsync<long>("SELECT count(*) FROM cost_records");
        var config = JsonSerializer.SerializeToNode(stack.World.Connector(type))!.AsObject();
        config[member] = value;
        await stack.Database.ExecuteAsync("UPDATE connector_instances SET config = $1::json", config.ToJsonString());

        var run = await stack.RunAsync(address);

        Assert.Equal(("FAILED", code), (run.Status, run.Error));
        Assert.NotEqual(0, before);
        Assert.Equal(before, await stack.Database.AskAsync<long>("SELECT count(*) FROM cost_records"));
    }

    private sealed record Ended(Guid Id, string Status, int? Rows, string? Error, IReadOnlyList<string> Lines);

    private sealed class Stack(TestDatabase database, ControlPlaneHost controlPlane, TestWorker worker, ProviderWorld world) : IAsyncDisposable
    {
        public TestDatabase Database => database;

        public ProviderWorld World => world;

        public static async Task<Stack> StartAsync(Servers servers, string connectorType)
        {
            var world = await ProviderWorld.StartAsync();
            var database = await servers.CreateDatabaseAsync();
            var controlPlane = await ControlPlaneHost.StartAsync(database);
            var worker = await TestWorker.StartAsync(controlPlane.Address, [("HttpRequest:AllowedHosts", world.Address)]);
            await database.ExecuteAsync(
                "INSERT INTO connector_instances (id, tenant_id, connector_type, config) SELECT gen_random_uuid(), id, $1, $2::json FROM tenants WHERE slug = 'default'",
                connectorType, JsonSerializer.Serialize(world.Connector(connectorType)));
            return new Stack(database, controlPlane, worker, world);
        }

        /// <summary>Starts a pipeline for the day and waits for its end.</summary>
        public async Task<Ended> RunAsync(string address)
        {
            using var started = await controlPlane.Http.PostAsJsonAsync($"/api/v1/pipelines/run/default/{address}", new { date = Day.ToString("O") }, Ct);
            Assert.True(started.IsSuccessStatusCode, await started.Content.ReadAsStringAsync(Ct));
            var id = (await started.Content.ReadFromJsonAsync<JsonObject>(Ct))!["run_id"]!.GetValue<Guid>();
            return await Eventually.GetAsync(
                async () =>
                {
                    var detail = await controlPlane.Http.GetFromJsonAsync<JsonObject>($"/api/v1/pipelines/default/runs/{id}", Ct);
                    var status = detail!["run"]!["status"]!.GetValue<string>();
                    return status is "SUCCESS" or "FAILED" or "CANCELLED"
                        ? new Ended(id, status, detail["run"]!["rows_processed"]?.GetValue<int>(), detail["error"]?["code"]?.GetValue<string>(), Lines(detail))
                        : null;
                },
                "the run ended");
        }

        private static List<string> Lines(JsonObject detail) =>
            [.. detail["step_logs"]!.AsArray().SelectMany(step => step!["lines"]!.AsArray()).Select(line => line!["message"]!.GetValue<string>())];

        public Task<decimal> CostAsync(string provider) =>
            Database.AskAsync<decimal>("SELECT sum(cost) FROM cost_records WHERE provider = $1 AND usage_date = $2", provider, Day);

        public async Task AssertTellsNoSecretAsync(Guid runId, string secret)
        {
            var told = string.Join('\n', await Database.ListAsync<string>(
                """
                SELECT to_jsonb(s)::text FROM step_runs s WHERE run_id = $1
                UNION ALL SELECT to_jsonb(e)::text FROM run_events e WHERE run_id = $1
                UNION ALL SELECT to_jsonb(l)::text FROM run_logs l WHERE run_id = $1
                UNION ALL SELECT to_jsonb(c)::text FROM cost_records c
                """,
                runId));
            Assert.DoesNotContain(secret, told, StringComparison.Ordinal);
        }

        public async ValueTask DisposeAsync()
        {
            await worker.DisposeAsync();
            await controlPlane.DisposeAsync();
            await Database.DisposeAsync();
            await world.DisposeAsync();
        }
    }
}
