using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using NextLayer.Contracts.Runs;
using NextLayer.Tests.ControlPlane.Runs;
using NextLayer.Tests.Support;
using NextLayer.Tests.Worker.Support;
using static NextLayer.Tests.Support.RunJourney;

namespace NextLayer.Tests.EndToEnd;

/// <summary>What <c>{{ secrets.name }}</c> reads, and what it does not.</summary>
public sealed class SecretsInRunsTests(Servers servers)
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Secret_IsFetchedForEachAttempt_SoARotationReachesTheNext()
    {
        await using var stack = await Stack.StartAsync(servers);
        var bag = await stack.AddAsync("secrets", new { key = "first-value" });
        var asked = new TaskCompletionSource();
        await using var server = await StandIn.StartAsync(async context =>
        {
            if (asked.TrySetResult())
            {
                using var rotation = await stack.ControlPlane.Http.PutAsJsonAsync($"/api/connector-instances/{bag}/secrets/key", new { value = "second-value" }, Ct);
                context.Response.StatusCode = 503;
            }
        });

        var id = await stack.RunAsync(Step("http_request", new { method = "GET", url = server.Address + "{{ secrets.key }}" }, new { max_attempts = 2, initial_seconds = 0 }));
        await UntilAsync(stack.ControlPlane, id, RunStatus.Succeeded);

        Assert.Equal(["/first-value", "/second-value"], server.Requests.Select(r => r.PathAndQuery));
    }

    [Theory]
    [InlineData("openai")]
    [InlineData(null)]
    public async Task Secret_OfAnotherConnector_IsUnknown(string? type)
    {
        await using var stack = await Stack.StartAsync(servers);
        if (type is not null)
            await stack.AddAsync(type, new { api_key = "sealed-value" });

        var id = await stack.RunAsync(Step("transform", new { mode = "object", output = new { a = "{{ secrets.api_key }}" } }));
        var run = await UntilAsync(stack.ControlPlane, id, RunStatus.Failed);

        Assert.StartsWith("step s failed: TEMPLATE_UNRESOLVED", run.ErrorMessage, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Secret_OfADisabledOrAmbiguousConnector_FailsTheStepAndSaysWhy()
    {
        await using var stack = await Stack.StartAsync(servers);
        await stack.AddAsync("secrets", new { key = "sealed-value" }, "DISABLED");
        var step = Step("transform", new { mode = "object", output = new { a = "{{ secrets.key }}" } });

        var disabled = await UntilAsync(stack.ControlPlane, await stack.RunAsync(step), RunStatus.Failed);
        await stack.AddAsync("secrets", new { key = "sealed-value" });
        await stack.AddAsync("secrets", new { key = "sealed-value" });
        var ambiguous = await UntilAsync(stack.ControlPlane, await stack.StartAgainAsync(), RunStatus.Failed);

        Assert.Contains("CONNECTOR_UNUSABLE: Connector", disabled.ErrorMessage, StringComparison.Ordinal);
        Assert.Contains("There are several ACTIVE connectors of type 'secrets'", ambiguous.ErrorMessage, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Secret_OfAnotherTenant_IsUnknown()
    {
        await using var stack = await Stack.StartAsync(servers);
        await stack.AddAsync("secrets", new { key = "foreign-value" }, tenantId: Guid.Parse("00000000-0000-7000-8000-000000000001"));

        var id = await stack.RunAsync(Step("transform", new { mode = "object", output = new { a = "{{ secrets.key }}" } }));

        Assert.Contains("TEMPLATE_UNRESOLVED", (await UntilAsync(stack.ControlPlane, id, RunStatus.Failed)).ErrorMessage, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Secret_InTheBodyOfAForEach_IsEachChildsOwnToFetch()
    {
        await using var stack = await Stack.StartAsync(servers);
        await stack.AddAsync("secrets", new { key = "sealed-value" });
        await using var server = await StandIn.StartAsync(_ => Task.CompletedTask);
        var body = new { steps = new[] { new { id = "call", type = "http_request", config = new { method = "GET", url = server.Address + "{{ item }}/{{ secrets.key }}" } } } };

        var id = await stack.RunAsync(Step("for_each", new { items = new[] { "a", "b" }, body }));
        await UntilAsync(stack.ControlPlane, id, RunStatus.Succeeded);

        Assert.Equal(["/a/sealed-value", "/b/sealed-value"], server.Requests.Select(r => r.PathAndQuery).Order());
        Assert.DoesNotContain("sealed-value", string.Concat(await stack.Queue.Database.ListAsync<string>("SELECT to_jsonb(s)::text FROM step_runs s")), StringComparison.Ordinal);
    }

    [Fact]
    public async Task When_MayReadASecret()
    {
        await using var stack = await Stack.StartAsync(servers);
        await stack.AddAsync("secrets", new { flag = "enabled" });

        var id = await stack.RunAsync("""{"steps": [{"id": "yes", "when": "secrets.flag == 'enabled'"}, {"id": "no", "when": "secrets.flag == 'off'"}]}""");
        await UntilAsync(stack.ControlPlane, id, RunStatus.Succeeded);

        Assert.Equal(("completed", "skipped"), (await StepStatusAsync(stack.Queue, id, "yes"), await StepStatusAsync(stack.Queue, id, "no")));
    }

    private static string Step(string type, object config, object? retry = null) =>
        JsonSerializer.Serialize(new { steps = new[] { new { id = "s", type, config, retry = retry ?? new { max_attempts = 1 } } } });

    private sealed class Stack(TestQueue queue, ControlPlaneHost controlPlane, TestWorker worker) : IAsyncDisposable
    {
        private Guid version;

        public TestQueue Queue => queue;

        public ControlPlaneHost ControlPlane => controlPlane;

        public static async Task<Stack> StartAsync(Servers servers)
        {
            var queue = await TestQueue.CreateAsync(servers);
            var controlPlane = await ControlPlaneHost.StartAsync(queue.Database, null, ("Lease:WakeIntervalSeconds", "0.1"));
            return new Stack(queue, controlPlane, await TestWorker.StartAsync(controlPlane.Address, [("HttpRequest:AllowedHosts", "127.0.0.1")]));
        }

        public async Task<Guid> AddAsync(string type, object secrets, string status = "ACTIVE", Guid? tenantId = null)
        {
            using var answer = await controlPlane.Http.PostAsJsonAsync(
                "/api/connector-instances", new { tenant_id = tenantId ?? queue.TenantId, connector_type = type, status, secrets }, Ct);
            return (await answer.Content.ReadFromJsonAsync<JsonElement>(Ct)).GetProperty("id").GetGuid();
        }

        public async Task<Guid> RunAsync(string definition)
        {
            version = await AddVersionAsync(queue, definition);
            return await StartAgainAsync();
        }

        public Task<Guid> StartAgainAsync() => RunJourney.StartAsync(controlPlane, queue, version);

        public async ValueTask DisposeAsync()
        {
            await worker.DisposeAsync();
            await controlPlane.DisposeAsync();
            await queue.DisposeAsync();
        }
    }
}
