using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using NextLayer.Demo;
using NextLayer.Demo.Seeding;
using NextLayer.Tests.AppHost;
using NextLayer.Tests.Support;
using NextLayer.Tests.Worker.Support;

namespace NextLayer.Tests.EndToEnd;

/// <summary>Every file of <c>examples/</c> is published by the demo and runs to the end it promises.</summary>
public sealed class ExamplesTests(Servers servers)
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Examples_ArePublishedOnceAndRun()
    {
        await using var db = await servers.CreateDatabaseAsync();
        await using var controlPlane = await ControlPlaneHost.StartAsync(db, null, ("Lease:WakeIntervalSeconds", "0.1"));
        await using (var demo = await StartDemoAsync(controlPlane))
        {
            var shop = demo.Urls.First();
            await using var worker = await TestWorker.StartAsync(controlPlane.Address, [("HttpRequest:AllowedHosts", shop)]);
            foreach (var example in Example.ReadAll(Path.Combine(AppContext.BaseDirectory, "examples"), shop))
                await RunAsync(controlPlane, example);

            // The runs that the demo itself started; the approval among them waits for a person.
            await Eventually.TrueAsync(
                async () => await db.AskAsync<long>("SELECT count(*) FROM pipeline_runs WHERE parent_run_id IS NULL AND trigger_type NOT IN ('schedule', 'api') AND status = 'SUCCEEDED'") == 16,
                "all succeeded twice, but for the approval and the courier, who succeeded once");
            Assert.Equal(1, await db.AskAsync<long>("SELECT count(*) FROM pipeline_runs WHERE status = 'PAUSED'"));

            // The one that shows what a failure looks like, and says why.
            var why = await Eventually.GetAsync(
                async () => (await db.ListAsync<string>("SELECT error_message FROM pipeline_runs WHERE status = 'FAILED'")).SingleOrDefault(),
                "the demo's own run of it failed");
            Assert.EndsWith("answered 503: Every courier is on the road.", why, StringComparison.Ordinal);

            // A week of the three providers.
            await Eventually.TrueAsync(
                async () => await db.AskAsync<long>("SELECT count(*) FROM pipeline_runs WHERE trigger_type = 'api' AND status = 'SUCCEEDED'") == 21,
                "the provider pipelines succeeded");
            Assert.Equal(21, await db.AskAsync<long>("SELECT count(DISTINCT (provider, usage_date)) FROM cost_records WHERE cost > 0"));
        }

        await using var again = await StartDemoAsync(controlPlane);
        Assert.Equal(12, await db.AskAsync<long>("SELECT count(*) FROM pipelines"));
        Assert.Equal(3, await db.AskAsync<long>("SELECT count(*) FROM connector_instances"));
    }

    [Fact]
    public async Task Examples_OfATenantThatMayRunNothing_ArePublishedAllTheSame()
    {
        await using var db = await servers.CreateDatabaseAsync();
        await using var controlPlane = await ControlPlaneHost.StartAsync(db);
        await db.ExecuteAsync("UPDATE tenants SET daily_run_limit = 0");

        await using var demo = await StartDemoAsync(controlPlane);

        // And the first of the provider pipelines, which its first run makes.
        Assert.Equal(9 + 1, await db.AskAsync<long>("SELECT count(*) FROM pipeline_versions WHERE status = 'APPROVED'"));
        Assert.Equal(3, await db.AskAsync<long>("SELECT count(*) FROM connector_instances"));
        Assert.Equal(0, await db.AskAsync<long>("SELECT count(*) FROM pipeline_runs WHERE trigger_type <> 'schedule'"));
    }

    [Fact]
    public async Task Example_ThatChanged_BecomesTheNextVersion()
    {
        await using var db = await servers.CreateDatabaseAsync();
        await using var controlPlane = await ControlPlaneHost.StartAsync(db);
        var example = new Example("x", JsonNode.Parse("""
            {"name": "X", "description": "", "definition": {"nodes": [], "edges": []}, "try": {"input": {}}}
            """)!.AsObject());
        var changed = new Example("x", JsonNode.Parse("""
            {"name": "X", "description": "", "definition": {"nodes": [{"id": "a", "type": "noop"}], "edges": []}, "try": {"input": {}}}
            """)!.AsObject());
        var publisher = new WorkflowPublisher(controlPlane.Http);

        var first = await publisher.PublishAsync(example, Ct);
        Assert.Equal(first, await publisher.PublishAsync(example, Ct));
        var second = await publisher.PublishAsync(changed, Ct);

        Assert.NotEqual(first, second);
        Assert.Equal(1, await db.AskAsync<long>("SELECT count(*) FROM pipelines"));
        Assert.Equal(2, await db.AskAsync<int>("SELECT version_number FROM pipeline_versions WHERE id = $1 AND status = 'APPROVED'", second));
    }

    private static async Task<WebApplication> StartDemoAsync(ControlPlaneHost controlPlane)
    {
        var demo = DemoApp.Create([], builder =>
        {
            builder.Configuration.AddInMemoryCollection([new("services:control-plane:http:0", controlPlane.Address.ToString()), new("urls", "http://127.0.0.1:0")]);
        });
        await demo.StartAsync(Ct);
        await demo.Services.GetRequiredService<SeedState>().Done.WaitAsync(TimeSpan.FromSeconds(60), Ct);
        return demo;
    }

    private static async Task RunAsync(ControlPlaneHost controlPlane, Example example)
    {
        var workflows = await controlPlane.Http.GetFromJsonAsync<JsonArray>("/api/v1/workflows?per_page=100", Ct);
        var id = workflows!.Single(w => w!["name"]!.GetValue<string>() == example.Name)!["id"]!.GetValue<Guid>();
        using var started = await controlPlane.Http.PostAsJsonAsync($"/api/v1/workflows/{id}/run", new JsonObject { ["input"] = example.Input.DeepClone() }, Ct);
        var run = (await started.Content.ReadFromJsonAsync<JsonObject>(Ct))!["id"]!.GetValue<Guid>();
        foreach (var resume in example.Document["try"]!["resume"]?.AsArray() ?? [])
        {
            await UntilAsync(controlPlane, run, "paused");
            using var resumed = await controlPlane.Http.PostAsJsonAsync($"/api/v1/runs/{run}/resume", resume, Ct);
            Assert.True(resumed.IsSuccessStatusCode, await resumed.Content.ReadAsStringAsync(Ct));
        }

        await UntilAsync(controlPlane, run, example.Document["try"]!["ends"]!.GetValue<string>());
        if (example.Document["try"]!["after_retry"] is { } ends)
        {
            using var retried = await controlPlane.Http.PostAsync($"/api/v1/runs/{run}/retry", content: null, Ct);
            Assert.True(retried.IsSuccessStatusCode, await retried.Content.ReadAsStringAsync(Ct));
            await UntilAsync(controlPlane, run, ends.GetValue<string>());
        }
    }

    private static async Task UntilAsync(ControlPlaneHost controlPlane, Guid runId, string status)
    {
        await Eventually.TrueAsync(
            async () =>
            {
                var run = await controlPlane.Http.GetFromJsonAsync<JsonObject>($"/api/v1/runs/{runId}", Ct);
                var now = run!["status"]!.GetValue<string>();
                if (now == status)
                    return true;
                Assert.False(now is "completed" or "failed" or "cancelled", $"The run is {now}: {run["error"]}");
                return false;
            },
            $"the run came to {status}");
    }
}
