using System.Text.Json;
using NextLayer.Contracts.Runs;
using NextLayer.Tests.AppHost;
using NextLayer.Tests.Support;
using NextLayer.Tests.Worker.Support;

namespace NextLayer.Tests.ControlPlane.Waits;

/// <summary>Steps that make a child run of each item.</summary>
public sealed class ForEachTests(Servers servers)
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private static string Loop(string body, string items = "{{ input.items }}", string rest = "") => $$$"""
        {"steps": [{"id": "factor", "type": "inline_code", "config": {"language": "expression", "code": "10"}},
                   {"id": "loop", "type": "for_each", "config": {"items": "{{{items}}}", "body": {{{body}}} {{{rest}}}}}]}
        """;

    private const string Multiply = """
        {"steps": [{"id": "times", "type": "inline_code", "config": {"language": "expression", "code": "item * factor.result + input.add + index"}}]}
        """;

    private static async Task<JsonElement> ResultAsync(WaitStack stack, Guid id, string stepId = "loop") =>
        JsonElement.Parse(await stack.OutputAsync(id, stepId));

    [Fact]
    public async Task Items_BecomeChildRunsAndTheirResultsKeepTheirOrder()
    {
        await using var stack = await WaitStack.StartAsync(servers);
        var id = await stack.RunAsync(
            Loop(Multiply, rest: """, "concurrency": 3, "output": "{{ result.result }}" """), """{"items": [5, 1, 4, 2, 3], "add": 100}""");
        await stack.UntilAsync(id, RunStatus.Succeeded);

        var output = await ResultAsync(stack, id);
        Assert.Equal("[150,111,142,123,134]", output.GetProperty("results").GetRawText());
        Assert.Equal((5, 5, 0), (output.GetProperty("count").GetInt32(), output.GetProperty("succeeded").GetInt32(), output.GetProperty("failed").GetInt32()));
        Assert.Equal(5, await stack.Queue.Database.AskAsync<long>("SELECT count(*) FROM pipeline_runs WHERE parent_run_id = $1 AND status = 'SUCCEEDED' AND trigger_type = 'for_each'", id));
        var child = await stack.Queue.Database.AskAsync<Guid>("SELECT id FROM pipeline_runs WHERE parent_run_id = $1 AND child_index = 2", id);
        var view = await stack.UntilAsync(child, RunStatus.Succeeded);
        Assert.Equal((id, "loop", 2), (view.ParentRunId, view.ParentStepId, view.ChildIndex));
        Assert.Equal("""{"item":4,"index":2}""", JsonSerializer.Serialize(view.Parameters));
        Assert.Equal(1, await CountAsync(stack, ""));
        Assert.Equal(5, await CountAsync(stack, "&trigger_type=for_each"));
    }

    private static async Task<int> CountAsync(WaitStack stack, string filter) =>
        JsonElement.Parse(await stack.Host.Http.GetStringAsync($"/api/runs?limit=100{filter}", Ct)).GetProperty("count").GetInt32();

    [Fact]
    public async Task EmptyList_EndsAtOnce()
    {
        await using var stack = await WaitStack.StartAsync(servers);
        var id = await stack.RunAsync(Loop(Multiply), """{"items": [], "add": 1}""");
        await stack.UntilAsync(id, RunStatus.Succeeded);

        Assert.Equal("[]", (await ResultAsync(stack, id)).GetProperty("results").GetRawText());
    }

    [Fact]
    public async Task Concurrency_IsNeverExceeded()
    {
        await using var stack = await WaitStack.StartAsync(servers);
        var id = await stack.RunAsync(
            Loop("""{"steps": [{"id": "p", "type": "probe"}]}""", rest: """, "concurrency": 2 """), """{"items": [1, 2, 3]}""");
        await stack.Probe.StartedAsync("p", 2);

        Assert.Equal(2, await stack.Queue.Database.AskAsync<long>("SELECT count(*) FROM pipeline_runs WHERE parent_run_id = $1", id));
        stack.Probe.Complete("p", number: 1);
        await stack.Probe.StartedAsync("p", 3);
        stack.Probe.Complete("p", number: 2);
        stack.Probe.Complete("p", number: 3);
        await stack.UntilAsync(id, RunStatus.Succeeded);
    }

    [Fact]
    public async Task FailFast_CancelsTheOthersAndARetryTakesUpWhatFailed()
    {
        await using var stack = await WaitStack.StartAsync(servers);
        var id = await stack.RunAsync(
            Loop("""{"steps": [{"id": "p", "type": "probe", "config": {"n": "{{ item }}"}}]}""", rest: """, "concurrency": 2 """), """{"items": ["a", "b", "c"]}""");
        await stack.Probe.StartedAsync("p", 2);
        stack.Probe.Complete("p", number: 1);
        await stack.Probe.StartedAsync("p", 3);
        stack.Probe.Fail("p", number: 2);
        var failed = await stack.UntilAsync(id, RunStatus.Failed);
        var first = (await stack.Probe.StartedAsync("p", 1)).Config.GetProperty("n").GetString();

        Assert.StartsWith("step loop failed: ITEM_FAILED: Item ", failed.ErrorMessage, StringComparison.Ordinal);
        await Eventually.TrueAsync(
            async () => await stack.Queue.Database.AskAsync<long>("SELECT count(*) FROM pipeline_runs WHERE parent_run_id = $1 AND status = 'CANCELLED'", id) == 1,
            "the third item was cancelled");
        Assert.Equal(1, stack.Probe.CancelledCalls);

        using var answer = await stack.Host.Http.PostAsync($"/api/runs/{id}/retry", null, Ct);
        stack.Probe.Complete("p", number: 4);
        stack.Probe.Complete("p", number: 5);
        await stack.UntilAsync(id, RunStatus.Succeeded);

        Assert.Equal(5, stack.Probe.Calls.Count);
        Assert.DoesNotContain(first, stack.Probe.Calls.Skip(3).Select(c => c.Config.GetProperty("n").GetString()));
        Assert.Equal(3, await stack.Queue.Database.AskAsync<long>("SELECT count(*) FROM pipeline_runs WHERE parent_run_id = $1", id));
    }

    [Theory]
    [InlineData("collect", "", RunStatus.Succeeded, 1)]
    [InlineData("ignore", "", RunStatus.Succeeded, 0)]
    [InlineData("collect", """, "max_failures": 0""", RunStatus.Failed, 0)]
    public async Task ItemErrors_AreBorneAsTheStepSays(string policy, string rest, RunStatus end, int errors)
    {
        await using var stack = await WaitStack.StartAsync(servers);
        var id = await stack.RunAsync(
            Loop("""{"steps": [{"id": "half", "type": "inline_code", "config": {"language": "expression", "code": "12 / item"}}]}""", rest: $$""", "on_item_error": "{{policy}}" {{rest}}"""),
            """{"items": [3, 0, 4]}""");
        await stack.UntilAsync(id, end);

        if (end != RunStatus.Succeeded)
            return;
        var output = await ResultAsync(stack, id);
        Assert.Equal(errors, output.GetProperty("errors").GetArrayLength());
        Assert.Equal(JsonValueKind.Null, output.GetProperty("results")[1].ValueKind);
        Assert.Equal(3, output.GetProperty("results")[2].GetProperty("result").GetInt32());
        if (errors == 1)
            Assert.Equal((1, "EXPRESSION"), (output.GetProperty("errors")[0].GetProperty("index").GetInt32(), output.GetProperty("errors")[0].GetProperty("code").GetString()));
    }

    [Fact]
    public async Task Cancel_OfTheParent_CancelsItsChildren()
    {
        await using var stack = await WaitStack.StartAsync(servers);
        var id = await stack.RunAsync(Loop("""{"steps": [{"id": "p", "type": "probe"}]}"""), """{"items": [1, 2, 3, 4, 5, 6, 7]}""");
        await stack.Probe.StartedAsync("p", 5);

        using var answer = await stack.Host.Http.PostAsync($"/api/runs/{id}/cancel", null, Ct);
        await stack.UntilAsync(id, RunStatus.Cancelled);
        await Eventually.TrueAsync(
            async () => await stack.Queue.Database.AskAsync<long>("SELECT count(*) FROM pipeline_runs WHERE parent_run_id = $1 AND status = 'CANCELLED'", id) == 5,
            "all children that had begun were cancelled");
        await Eventually.TrueAsync(
            async () => await stack.Queue.Database.AskAsync<string>("SELECT state FROM child_groups WHERE run_id = $1", id) == "done", "the group is done");
    }

    [Fact]
    public async Task Loops_WithinLoops_SeeTheWorldAroundThem()
    {
        await using var stack = await WaitStack.StartAsync(servers);
        var id = await stack.RunAsync(
            Loop(
                """
                {"steps": [{"id": "base", "type": "inline_code", "config": {"language": "expression", "code": "item.n * factor.result"}},
                           {"id": "inner", "type": "for_each", "config": {"items": "{{ item.list }}", "output": "{{ result.result }}",
                             "body": {"steps": [{"id": "sum", "type": "inline_code", "config": {"language": "expression", "code": "base.result + item + input.add"}}]}}}]}
                """,
                rest: """, "output": "{{ result.results }}" """),
            """{"items": [{"n": 1, "list": [1, 2]}, {"n": 2, "list": [3]}], "add": 1000}""");
        await stack.UntilAsync(id, RunStatus.Succeeded);

        Assert.Equal("[[1011,1012],[1023]]", (await ResultAsync(stack, id)).GetProperty("results").GetRawText());
    }

    [Fact]
    public async Task OtherWorkflow_GetsTheItemAsItsInput()
    {
        await using var stack = await WaitStack.StartAsync(servers);
        var other = await RunJourney.AddVersionAsync(
            stack.Queue, """{"steps": [{"id": "hello", "type": "transform", "config": {"mode": "object", "output": "Hello {{ input.name }}"}}]}""");
        await stack.Queue.Database.ExecuteAsync("UPDATE pipeline_versions SET version_number = 7, version = 'v7' WHERE id = $1", other);
        var version = await RunJourney.AddVersionAsync(stack.Queue, $$$"""
            {"steps": [{"id": "loop", "type": "for_each", "config": {"items": "{{ input.people }}", "workflow_id": "{{{other}}}", "version": 7, "output": "{{ result.result }}"}}]}
            """);
        var id = await RunJourney.StartAsync(stack.Host, stack.Queue, version, """{"people": [{"name": "Ada"}, {"name": "Grace"}]}""");
        await stack.UntilAsync(id, RunStatus.Succeeded);

        Assert.Equal("""["Hello Ada","Hello Grace"]""", (await ResultAsync(stack, id)).GetProperty("results").GetRawText());
    }

    [Fact]
    public async Task WorkflowThatIsNotThere_FailsTheStep()
    {
        await using var stack = await WaitStack.StartAsync(servers);
        var id = await stack.RunAsync($$$"""{"steps": [{"id": "loop", "type": "for_each", "config": {"items": [1], "workflow_id": "{{{Guid.CreateVersion7()}}}"}}]}""");
        var failed = await stack.UntilAsync(id, RunStatus.Failed);

        Assert.Contains("WORKFLOW_NOT_FOUND", failed.ErrorMessage, StringComparison.Ordinal);
    }

    [Fact]
    public async Task WorkflowThatCallsItself_ComesToAnEnd()
    {
        await using var stack = await WaitStack.StartAsync(servers);
        var self = Guid.CreateVersion7();
        await stack.Queue.Database.ExecuteAsync(
            """
            INSERT INTO pipeline_versions (id, tenant_id, pipeline_id, version, version_number, status, definition, frozen_at)
            SELECT $1, tenant_id, pipeline_id, 'self', 9, 'APPROVED', $2::json, now() FROM pipeline_versions WHERE id = $3
            """,
            self, $$$"""{"steps": [{"id": "loop", "type": "for_each", "config": {"items": [1], "workflow_id": "{{{self}}}"}}]}""", stack.Queue.VersionId);
        var id = await RunJourney.StartAsync(stack.Host, stack.Queue, self);
        await stack.UntilAsync(id, RunStatus.Failed);

        Assert.Equal(6, await stack.Queue.Database.AskAsync<long>("SELECT count(*) FROM pipeline_runs"));
        Assert.Equal(1, await stack.Queue.Database.AskAsync<long>("SELECT count(*) FROM step_runs WHERE error ->> 'code' = 'DEPTH_LIMIT'"));
    }

    [Fact]
    public async Task Items_ThatAreNoList_FailTheStep()
    {
        await using var stack = await WaitStack.StartAsync(servers);
        var id = await stack.RunAsync(Loop(Multiply), """{"items": "abc"}""");
        var failed = await stack.UntilAsync(id, RunStatus.Failed);

        Assert.Contains("ITEMS_TYPE", failed.ErrorMessage, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ThousandItems_OnTwoControlPlanesAndWorkers_AreEachRunOnce()
    {
        await using var stack = await WaitStack.StartAsync(servers);
        await using var second = await ControlPlaneHost.StartAsync(stack.Queue.Database);
        await using var worker = await TestWorker.StartAsync(second.Address);
        var id = await stack.RunAsync(Loop(Multiply, """{{ input.items }}""", """, "concurrency": 50, "output": "{{ result.result }}" """),
            JsonSerializer.Serialize(new { items = Enumerable.Range(0, 1000), add = 0 }));
        await stack.UntilAsync(id, RunStatus.Succeeded);

        var results = (await ResultAsync(stack, id)).GetProperty("results").EnumerateArray().Select(r => r.GetInt32());
        Assert.Equal(Enumerable.Range(0, 1000).Select(i => i * 11), results);
        Assert.Equal(1000, await stack.Queue.Database.AskAsync<long>("SELECT count(*) FROM step_runs WHERE step_id = 'times'"));
    }
}
