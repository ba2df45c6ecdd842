using System.Text.Json;
using Microsoft.AspNetCore.Http;
using NextLayer.Contracts.Runs;
using NextLayer.Tests.AppHost;
using NextLayer.Tests.ControlPlane.Runs;
using NextLayer.Tests.Support;
using NextLayer.Tests.Worker.Support;
using static NextLayer.Tests.Support.RunJourney;

namespace NextLayer.Tests.Worker;

/// <summary>The worker against the real control plane on a real Postgres.</summary>
public sealed class RealControlPlaneTests(Servers servers)
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Run_OfOneStep_IsExecutedAndTellsItsStory()
    {
        await using var queue = await TestQueue.CreateAsync(servers);
        await using var controlPlane = await ControlPlaneHost.StartAsync(queue.Database);
        await using var worker = await TestWorker.StartAsync(controlPlane.Address);

        var id = await StartAsync(controlPlane, queue, queue.VersionId);
        await UntilAsync(controlPlane, id, RunStatus.Succeeded);

        Assert.Equal(
            ["run.queued", "run.started", "step.started", "step.completed", "run.completed"], await queue.EventsAsync(id));
    }

    [Fact]
    public async Task Run_WithConditionTransformAndTemplates_GivesTheOutputsOneWouldExpect()
    {
        await using var queue = await TestQueue.CreateAsync(servers);
        await using var controlPlane = await ControlPlaneHost.StartAsync(queue.Database);
        await using var worker = await TestWorker.StartAsync(controlPlane.Address);
        var version = await AddVersionAsync(queue, """
            {"steps": [
              {"id": "big", "type": "transform", "config": {"mode": "filter", "source": "{{ input.orders }}", "where": "item.total > 10"}},
              {"id": "any", "type": "condition", "config": {"mode": "if", "expression": "big.count > 0"}},
              {"id": "sum", "type": "inline_code", "needs": ["any:true"], "config": {"language": "expression", "code": "big.result[0].total + 1"}},
              {"id": "none", "needs": ["any:false"]}]}
            """);

        var id = await StartAsync(controlPlane, queue, version, """{"orders": [{"total": 5}, {"total": 20}]}""");
        await UntilAsync(controlPlane, id, RunStatus.Succeeded);

        Assert.Equal(21, JsonDocument.Parse(await OutputAsync(queue, id, "sum")).RootElement.GetProperty("result").GetInt32());
        Assert.Equal("skipped", await StepStatusAsync(queue, id, "none"));
    }

    [Fact]
    public async Task Run_WithAConnectorAndJavaScript_ReachesTheOtherSystemAndTellsNoSecret()
    {
        await using var queue = await TestQueue.CreateAsync(servers);
        await using var controlPlane = await ControlPlaneHost.StartAsync(queue.Database);
        await using var worker = await TestWorker.StartAsync(controlPlane.Address, [("HttpRequest:AllowedHosts", "127.0.0.1")]);
        await using var other = await StandIn.StartAsync(c => c.Response.WriteAsJsonAsync(new { saw = c.Request.Headers.Authorization.ToString(), n = 20 }));
        await queue.Database.ExecuteAsync(
            "INSERT INTO connector_instances (id, tenant_id, connector_type, config) VALUES (gen_random_uuid(), $1, 'http', $2::json)",
            queue.TenantId, $$"""{"base_url": "{{other.Address}}", "token": "tok-secret"}""");
        var version = await AddVersionAsync(queue, """
            {"steps": [
              {"id": "ask", "type": "http_request", "config": {"method": "GET", "url": "/n", "auth": "connector", "connector": "http"}},
              {"id": "double", "type": "inline_code", "config": {"code": "console.log(input.saw); return input.n * 2", "input": "{{ ask.body }}"}}]}
            """);

        var id = await StartAsync(controlPlane, queue, version);
        await UntilAsync(controlPlane, id, RunStatus.Succeeded);

        Assert.Equal("Bearer tok-secret", Assert.Single(other.Requests).Headers["authorization"]);
        Assert.Equal(40, JsonDocument.Parse(await OutputAsync(queue, id, "double")).RootElement.GetProperty("result").GetInt32());
        var told = string.Join('\n', await queue.Database.ListAsync<string>(
            """
            SELECT to_jsonb(s)::text FROM step_runs s WHERE run_id = $1
            UNION ALL SELECT to_jsonb(e)::text FROM run_events e WHERE run_id = $1
            UNION ALL SELECT to_jsonb(l)::text FROM run_logs l WHERE run_id = $1
            """,
            id));
        Assert.Contains("Bearer ***", told, StringComparison.Ordinal);
        Assert.DoesNotContain("tok-secret", told, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Delay_ParksTheRunUntilTheDatabaseSaysThatItIsDue()
    {
        await using var queue = await TestQueue.CreateAsync(servers);
        await using var controlPlane = await ControlPlaneHost.StartAsync(queue.Database, null, ("Lease:WakeIntervalSeconds", "0.1"));
        await using var worker = await TestWorker.StartAsync(controlPlane.Address);
        var version = await AddVersionAsync(queue, """{"steps": [{"id": "wait", "type": "delay", "config": {"duration": "PT1H"}}, "after"]}""");

        var id = await StartAsync(controlPlane, queue, version);
        await UntilAsync(controlPlane, id, RunStatus.Paused);
        await queue.Database.ExecuteAsync("UPDATE open_steps SET wake_at = now() - interval '1 second', started_at = started_at - interval '1 hour' WHERE run_id = $1", id);
        await queue.Database.ExecuteAsync("UPDATE pipeline_runs SET wake_at = now() - interval '1 second' WHERE id = $1", id);
        await UntilAsync(controlPlane, id, RunStatus.Succeeded);

        var output = JsonDocument.Parse(await OutputAsync(queue, id, "wait")).RootElement;
        Assert.InRange(output.GetProperty("waited_ms").GetInt64(), 3_600_000, 3_660_000);
        Assert.Equal(1, await queue.Database.AskAsync<long>("SELECT count(*) FROM step_runs WHERE run_id = $1 AND step_id = 'wait'", id));
    }

    [Fact]
    public async Task Retry_PutOff_ParksTheRunAndCountsItsFailures()
    {
        await using var queue = await TestQueue.CreateAsync(servers);
        await using var controlPlane = await ControlPlaneHost.StartAsync(queue.Database, null, ("Lease:WakeIntervalSeconds", "0.1"));
        var probe = new ProbeStep();
        await using var worker = await TestWorker.StartAsync(controlPlane.Address, null, probe);
        var version = await AddVersionAsync(
            queue, """{"steps": [{"id": "a", "type": "probe", "retry": {"max_attempts": 2, "initial_seconds": 600}}]}""");

        var id = await StartAsync(controlPlane, queue, version);
        probe.Fail("a", retryable: true);
        await UntilAsync(controlPlane, id, RunStatus.Paused);
        await queue.Database.ExecuteAsync("UPDATE step_runs SET retry_at = now() WHERE run_id = $1", id);
        await queue.Database.ExecuteAsync("UPDATE pipeline_runs SET wake_at = now() WHERE id = $1", id);
        probe.Fail("a", retryable: true, number: 2);
        await UntilAsync(controlPlane, id, RunStatus.Failed);

        Assert.Equal([1, 2], probe.Calls.Select(c => c.Attempt));
        Assert.Contains("step.retrying", await queue.EventsAsync(id));
    }

    [Fact]
    public async Task Cancel_ReachesARunningStepWithinAMoment()
    {
        await using var queue = await TestQueue.CreateAsync(servers);
        await using var controlPlane = await ControlPlaneHost.StartAsync(queue.Database);
        var probe = new ProbeStep();
        await using var worker = await TestWorker.StartAsync(controlPlane.Address, null, probe);
        var version = await AddVersionAsync(queue, """{"steps": [{"id": "a", "type": "probe"}]}""");

        var id = await StartAsync(controlPlane, queue, version);
        await probe.StartedAsync("a");
        using var answer = await controlPlane.Http.PostAsync($"/api/runs/{id}/cancel", null, Ct);
        await UntilAsync(controlPlane, id, RunStatus.Cancelled);

        Assert.Equal(1, probe.CancelledCalls);
        Assert.Equal("cancelled", await StepStatusAsync(queue, id, "a"));
    }

    [Fact]
    public async Task Retry_OfAFailedRun_GoesOnWhereItFailed()
    {
        await using var queue = await TestQueue.CreateAsync(servers);
        await using var controlPlane = await ControlPlaneHost.StartAsync(queue.Database);
        var probe = new ProbeStep();
        await using var worker = await TestWorker.StartAsync(controlPlane.Address, null, probe);
        var version = await AddVersionAsync(
            queue, """{"steps": [{"id": "a", "type": "probe"}, {"id": "b", "type": "probe", "config": {"n": "{{ a.n }}"}}]}""");

        var id = await StartAsync(controlPlane, queue, version);
        probe.Complete("a", """{"n": 4}""");
        probe.Fail("b");
        var failed = await UntilAsync(controlPlane, id, RunStatus.Failed);
        using var answer = await controlPlane.Http.PostAsync($"/api/runs/{id}/retry", null, Ct);
        probe.Complete("b", number: 2);
        await UntilAsync(controlPlane, id, RunStatus.Succeeded);

        Assert.Equal("step b failed: BROKEN: It broke.", failed.ErrorMessage);
        Assert.Equal(["a", "b", "b"], probe.Calls.Select(c => c.StepId));
        Assert.Equal((2, 1, """{"n":4}"""), (probe.Calls.Last().Generation, probe.Calls.Last().Attempt, probe.Calls.Last().Config.GetRawText()));
    }

    [Fact]
    public async Task Worker_ThatFallsSilent_LosesItsRunToAnother()
    {
        await using var queue = await TestQueue.CreateAsync(servers);
        await using var controlPlane = await ControlPlaneHost.StartAsync(
            queue.Database, null, ("Lease:ReapGraceSeconds", "0"), ("Lease:ReapIntervalSeconds", "0.1"));
        var (first, second) = (new ProbeStep(), new ProbeStep());
        var version = await AddVersionAsync(queue, """{"steps": [{"id": "a", "type": "probe"}]}""");
        await using var silent = await TestWorker.StartAsync(controlPlane.Address, [("SLOTS", "1")], first);
        var id = await StartAsync(controlPlane, queue, version);
        await first.StartedAsync("a");
        await using var other = await TestWorker.StartAsync(controlPlane.Address, null, second);

        // As if the first had not been heard of for its whole lease.
        await queue.Database.ExecuteAsync("UPDATE pipeline_runs SET lease_token = gen_random_uuid(), lease_expires_at = now() - interval '1 hour' WHERE id = $1", id);
        await Task.WhenAny(first.StartedAsync("a", 2), second.StartedAsync("a"));
        first.Complete("a", """{"by": "silent"}""");
        first.Complete("a", """{"by": "again"}""", number: 2);
        second.Complete("a", """{"by": "other"}""");
        await UntilAsync(controlPlane, id, RunStatus.Succeeded);

        Assert.NotEqual("""{"by": "silent"}""", await OutputAsync(queue, id, "a"));
        Assert.Equal(1, await queue.Database.AskAsync<long>("SELECT count(*) FROM step_runs WHERE run_id = $1 AND status = 'completed'", id));
        Assert.Equal(1, first.CancelledCalls);
    }

    [Fact]
    public async Task Stop_HandsTheRunToAnotherWorkerWithoutALoss()
    {
        await using var queue = await TestQueue.CreateAsync(servers);
        await using var controlPlane = await ControlPlaneHost.StartAsync(queue.Database);
        var (first, second) = (new ProbeStep(), new ProbeStep());
        var version = await AddVersionAsync(queue, """{"steps": [{"id": "a", "type": "probe"}, {"id": "b", "type": "probe"}]}""");
        var leaving = await TestWorker.StartAsync(controlPlane.Address, [("GRACE_SECONDS", "0.05")], first);
        var id = await StartAsync(controlPlane, queue, version);
        first.Complete("a");
        await first.StartedAsync("b");

        await leaving.DisposeAsync();
        await using var other = await TestWorker.StartAsync(controlPlane.Address, null, second);
        second.Complete("b");
        await UntilAsync(controlPlane, id, RunStatus.Succeeded);

        Assert.Equal("b", Assert.Single(second.Calls).StepId);
        Assert.Equal(2, second.Calls.Single().Attempt);
        Assert.Equal(0, await queue.Database.AskAsync<short>("SELECT lease_losses FROM pipeline_runs WHERE id = $1", id));
    }

    [Fact]
    public async Task ManyRuns_OnTwoWorkers_AreEachExecutedOnce()
    {
        await using var queue = await TestQueue.CreateAsync(servers);
        await using var controlPlane = await ControlPlaneHost.StartAsync(queue.Database);
        var one = await TestWorker.StartAsync(controlPlane.Address);
        var two = await TestWorker.StartAsync(controlPlane.Address);

        var ids = await queue.AddRunsAsync(2000);
        await UntilAsync(controlPlane, ids[^1], RunStatus.Succeeded);

        await Eventually.TrueAsync(
            async () => await queue.Database.AskAsync<long>("SELECT count(*) FROM pipeline_runs WHERE status = 'SUCCEEDED'") == 2000,
            "all runs succeeded");
        await one.DisposeAsync(); // Waits for the answers to the last reports, which their log lines come with.
        await two.DisposeAsync();
        Assert.Equal(2000, await queue.Database.AskAsync<long>("SELECT count(*) FROM step_runs"));
        Assert.Equal(2000, one.Lines.Count("Completed run") + two.Lines.Count("Completed run"));
    }
}
