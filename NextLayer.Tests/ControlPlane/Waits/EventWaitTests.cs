using System.Net;
using System.Text;
using System.Text.Json;
using NextLayer.Contracts.Runs;
using NextLayer.Tests.Support;
using NextLayer.Tests.Worker.Support;

namespace NextLayer.Tests.ControlPlane.Waits;

/// <summary>Steps that wait for something to happen elsewhere.</summary>
public sealed class EventWaitTests(Servers servers)
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private static async Task<HttpStatusCode> PostAsync(WaitStack stack, string json)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/v1/events");
        request.Content = new StringContent(json, Encoding.UTF8, "application/json");
        request.Headers.Add("X-Tenant-Id", stack.Queue.TenantId.ToString());
        using var answer = await stack.Host.Http.SendAsync(request, Ct);
        return answer.StatusCode;
    }

    [Fact]
    public async Task Event_WakesTheRunWithItsPayload()
    {
        await using var stack = await WaitStack.StartAsync(servers);
        var id = await stack.RunAsync(
            """{"steps": [{"id": "paid", "type": "wait_for_event", "config": {"event": "payment", "correlation_key": "{{ input.order }}"}}]}""",
            """{"order": "o1"}""");
        await stack.UntilAsync(id, RunStatus.Paused);

        Assert.Equal(HttpStatusCode.Created, await PostAsync(stack, """{"name": "payment", "correlation_key": "o2", "payload": 1, "id": "e1"}"""));
        Assert.Equal(HttpStatusCode.Created, await PostAsync(stack, """{"name": "payment", "correlation_key": "o1", "payload": {"sum": 5}, "id": "e2"}"""));
        await stack.UntilAsync(id, RunStatus.Succeeded);

        var output = JsonElement.Parse(await stack.OutputAsync(id, "paid"));
        Assert.Equal((5, "e2", false), (output.GetProperty("payload").GetProperty("sum").GetInt32(), output.GetProperty("event_id").GetString(), output.GetProperty("timed_out").GetBoolean()));
    }

    [Fact]
    public async Task Event_PostedTwice_CountsOnce()
    {
        await using var stack = await WaitStack.StartAsync(servers);
        var id = await stack.RunAsync("""{"steps": [{"id": "both", "type": "wait_for_event", "config": {"event": "vote", "count": 2}}]}""");
        await stack.UntilAsync(id, RunStatus.Paused);

        Assert.Equal(HttpStatusCode.Created, await PostAsync(stack, """{"name": "vote", "payload": "a", "id": "e1"}"""));
        Assert.Equal(HttpStatusCode.OK, await PostAsync(stack, """{"name": "vote", "payload": "a", "id": "e1"}"""));
        Assert.Equal(HttpStatusCode.UnprocessableEntity, await PostAsync(stack, """{"name": "vote", "payload": "b", "id": "e1"}"""));
        await stack.Host.Get<IEnumerable<Microsoft.Extensions.Hosting.IHostedService>>().OfType<NextLayer.ControlPlane.Features.Waits.Events.EventMatcher>().Single().RunOnceAsync(Ct);
        Assert.Equal("PAUSED", await stack.Queue.StatusAsync(id));
        await PostAsync(stack, """{"name": "vote", "payload": "b"}""");
        await stack.UntilAsync(id, RunStatus.Succeeded);

        Assert.Equal("""["a","b"]""", JsonElement.Parse(await stack.OutputAsync(id, "both")).GetProperty("payloads").GetRawText());
    }

    [Fact]
    public async Task Event_ThatCameBeforeTheWait_IsNotLost()
    {
        await using var stack = await WaitStack.StartAsync(servers);
        await PostAsync(stack, """{"name": "early", "payload": 1}""");

        var id = await stack.RunAsync("""{"steps": [{"id": "e", "type": "wait_for_event", "config": {"event": "early", "lookback": "PT5M"}}]}""");
        await stack.UntilAsync(id, RunStatus.Succeeded);
    }

    [Fact]
    public async Task Event_FromBeforeTheLookback_IsNotMeant()
    {
        await using var stack = await WaitStack.StartAsync(servers);
        await PostAsync(stack, """{"name": "old", "payload": 1, "id": "old"}""");
        await stack.Queue.Database.ExecuteAsync("UPDATE events SET received_at = now() - interval '1 hour'");
        var id = await stack.RunAsync("""{"steps": [{"id": "e", "type": "wait_for_event", "config": {"event": "old"}}]}""");
        await stack.UntilAsync(id, RunStatus.Paused);
        await PostAsync(stack, """{"name": "old", "payload": 2, "id": "new"}""");
        await stack.UntilAsync(id, RunStatus.Succeeded);

        Assert.Equal("new", JsonElement.Parse(await stack.OutputAsync(id, "e")).GetProperty("event_id").GetString());
    }

    [Fact]
    public async Task Match_ReadsThePayloadAndTheRun()
    {
        await using var stack = await WaitStack.StartAsync(servers);
        var id = await stack.RunAsync(
            """
            {"steps": [{"id": "first", "type": "inline_code", "config": {"language": "expression", "code": "input.limit * 2"}},
                       {"id": "e", "type": "wait_for_event", "config": {"event": "m", "match": "payload.n > first.result && event.id != 'no'"}}]}
            """,
            """{"limit": 5, "unused": "not kept with the wait"}""");
        await stack.UntilAsync(id, RunStatus.Paused);
        Assert.DoesNotContain("not kept", await stack.Queue.Database.AskAsync<string>("SELECT wait::text FROM event_waits"));

        await PostAsync(stack, """{"name": "m", "payload": {"n": 10}}""");
        await PostAsync(stack, """{"name": "m", "payload": {"other": 1}}""");
        await PostAsync(stack, """{"name": "m", "payload": {"n": 11}, "id": "no"}""");
        await PostAsync(stack, """{"name": "m", "payload": {"n": 12}, "id": "yes"}""");
        await stack.UntilAsync(id, RunStatus.Succeeded);

        Assert.Equal("yes", JsonElement.Parse(await stack.OutputAsync(id, "e")).GetProperty("event_id").GetString());
    }

    [Theory]
    [InlineData("fail", RunStatus.Failed)]
    [InlineData("continue", RunStatus.Succeeded)]
    public async Task Timeout_EndsTheWait(string onTimeout, RunStatus end)
    {
        await using var stack = await WaitStack.StartAsync(servers);
        var id = await stack.RunAsync(
            $$$"""{"steps": [{"id": "e", "type": "wait_for_event", "config": {"event": "never", "timeout": "P1D", "on_timeout": "{{{onTimeout}}}"}}]}""");
        await stack.UntilAsync(id, RunStatus.Paused);

        await stack.PassTimeAsync(id);
        var run = await stack.UntilAsync(id, end);

        if (end == RunStatus.Failed)
            Assert.Equal("step e failed: EVENT_TIMEOUT: No event 'never' arrived in time.", run.ErrorMessage);
        Assert.Equal(0, await stack.Queue.Database.AskAsync<long>("SELECT count(*) FROM event_waits"));
    }

    [Fact]
    public async Task Events_OfAnotherTenant_AreNotSeen()
    {
        await using var stack = await WaitStack.StartAsync(servers);
        var id = await stack.RunAsync("""{"steps": [{"id": "e", "type": "wait_for_event", "config": {"event": "m"}}]}""");
        await stack.UntilAsync(id, RunStatus.Paused);

        using var foreign = new StringContent("""{"name": "m", "payload": "foreign"}""", Encoding.UTF8, "application/json");
        using var answer = await stack.Host.Http.PostAsync("/api/v1/events", foreign, Ct); // In the default tenant.
        await PostAsync(stack, """{"name": "m", "payload": "own"}""");
        await stack.UntilAsync(id, RunStatus.Succeeded);

        Assert.Equal("own", JsonElement.Parse(await stack.OutputAsync(id, "e")).GetProperty("payload").GetString());
    }

    [Fact]
    public async Task EventsAndWaits_ThatBeginAtTheSameTime_AllMeet()
    {
        await using var stack = await WaitStack.StartAsync(servers);
        await using var second = await ControlPlaneHost.StartAsync(stack.Queue.Database, null, ("Lease:WakeIntervalSeconds", "0.1"));
        await using var worker = await TestWorker.StartAsync(second.Address);
        var version = await RunJourney.AddVersionAsync(
            stack.Queue, """{"steps": [{"id": "e", "type": "wait_for_event", "config": {"event": "m", "correlation_key": "{{ input.key }}"}}]}""");

        var runs = await Task.WhenAll(Enumerable.Range(0, 100).Select(async i =>
        {
            var posting = PostAsync(stack, $$"""{"name": "m", "correlation_key": "k{{i}}", "payload": {{i}}}""");
            var id = await RunJourney.StartAsync(i % 2 == 0 ? stack.Host : second, stack.Queue, version, $$"""{"key": "k{{i}}"}""");
            Assert.Equal(HttpStatusCode.Created, await posting);
            return id;
        }));
        foreach (var id in runs)
            await stack.UntilAsync(id, RunStatus.Succeeded);
    }
}
