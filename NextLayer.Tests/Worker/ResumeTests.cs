using System.Text.Json;
using NextLayer.Contracts.Runs;
using NextLayer.Tests.Worker.Support;
using NextLayer.Worker.Execution;

namespace NextLayer.Tests.Worker;

/// <summary>Runs that a worker takes up where another left them.</summary>
public sealed class ResumeTests
{
    [Fact]
    public async Task Retry_OfAFailedRun_RunsOnlyWhatIsNotFinishedAndBeginsAtAttemptOne()
    {
        await using var controlPlane = await FakeControlPlane.StartAsync();
        var probe = new ProbeStep();
        var id = controlPlane.Add("""
            {"steps": [{"id": "a", "type": "probe"}, {"id": "b", "type": "probe", "on_error": "continue"},
                       {"id": "c", "type": "probe", "config": {"a": "{{ a.n }}", "b": "{{ b.error.code }}"}}, {"id": "d"}]}
            """);
        await using var worker = await TestWorker.StartAsync(controlPlane, null, probe);

        probe.Complete("a", """{"n": 1}""");
        probe.Fail("b");
        probe.Fail("c");
        await controlPlane.UntilAsync(id, RunStatus.Failed);
        controlPlane.Retry(id);
        probe.Complete("c", number: 2);
        var run = await controlPlane.UntilAsync(id, RunStatus.Succeeded);

        Assert.Equal(["a", "b", "c", "c"], probe.Calls.Select(c => c.StepId));
        Assert.Equal((2, 1), (run.Newest("c").Generation, run.Newest("c").Attempt));
        Assert.Equal($"{id}/2/c", probe.Calls.Last().IdempotencyKey);
        Assert.Equal("""{"a":1,"b":"BROKEN"}""", probe.Calls.Last().Config.GetRawText());
    }

    [Fact]
    public async Task Claim_OfARunWhoseStepFailedForGood_FailsIt()
    {
        await using var controlPlane = await FakeControlPlane.StartAsync();
        var probe = new ProbeStep();
        var id = controlPlane.Add("""
            {"steps": [{"id": "a", "type": "probe", "needs": []}, {"id": "b", "type": "probe", "needs": []}]}
            """);
        await using var worker = await TestWorker.StartAsync(controlPlane, null, probe);

        await probe.StartedAsync("b");
        probe.Fail("a");
        await controlPlane.UntilStepAsync(id, "a", StepStatus.Failed);
        controlPlane.TakeAway(id); // The worker is thought dead before it could report the run's end.
        var run = await controlPlane.UntilAsync(id, RunStatus.Failed);

        Assert.Equal("step a failed: BROKEN: It broke.", run.ErrorMessage);
        Assert.Equal(2, probe.Calls.Count);
    }

    [Fact]
    public async Task Claim_ChosenPortsAreRemembered()
    {
        await using var controlPlane = await FakeControlPlane.StartAsync();
        var probe = new ProbeStep();
        var id = controlPlane.Add("""
            {"steps": [{"id": "choose", "type": "probe"}, {"id": "gate", "type": "probe"},
                       {"id": "left", "needs": ["choose:left", "gate"]}, {"id": "right", "needs": ["choose:right"]}, {"id": "up", "needs": ["choose:up", "gate"]}]}
            """);
        await using var worker = await TestWorker.StartAsync(controlPlane, null, probe);

        probe.End("choose", new StepResult.Completed(null) { Ports = ["left", "up"] });
        await probe.StartedAsync("gate");
        await controlPlane.UntilStepAsync(id, "gate", StepStatus.Running);
        controlPlane.TakeAway(id);
        probe.Complete("gate", number: 2);
        var run = await controlPlane.UntilAsync(id, RunStatus.Succeeded);

        Assert.Equal(
            [("left", StepStatus.Completed), ("right", StepStatus.Skipped), ("up", StepStatus.Completed)],
            run.Attempts.Where(a => a.StepId is "left" or "right" or "up").Select(a => (a.StepId, a.Status)).Order());
    }

    [Fact]
    public async Task AnyGraph_TakenAwayAtAnyStep_EndsWithTheSameOutputsAndNoStepTwice()
    {
        await using var controlPlane = await FakeControlPlane.StartAsync();
        var summing = new SummingStep();
        await using var worker = await TestWorker.StartAsync(controlPlane, null, summing);

        foreach (var graph in Enumerable.Range(1, 25).Select(AnyGraph))
        {
            var whole = await controlPlane.UntilAsync(controlPlane.Add(graph.Definition), RunStatus.Succeeded);
            var expected = Outputs(whole);
            var id = Guid.Empty;
            summing.BeforeStep = (runId, step) =>
            {
                if (runId == id && graph.Crashes.Remove(step))
                    controlPlane.TakeAway(runId);
            };
            summing.Reset();
            id = controlPlane.Add(graph.Definition);
            var run = await controlPlane.UntilAsync(id, RunStatus.Succeeded);
            summing.BeforeStep = (_, _) => { };

            Assert.Equal(expected, Outputs(run));
            Assert.All(
                run.Attempts.GroupBy(a => a.StepId),
                attempts => Assert.Single(attempts, a => a.Status == StepStatus.Completed));
            // What was recorded as completed before a crash was never executed under a later lease.
            Assert.All(
                run.Attempts.Where(a => a.Status == StepStatus.Completed),
                a => Assert.DoesNotContain(summing.Executions, e => e.RunId == id && e.StepId == a.StepId && e.Epoch > a.Epoch));
        }
    }

    private static SortedDictionary<string, string> Outputs(FakeRun run) => new(run.Attempts
        .Where(a => a.Status == StepStatus.Completed)
        .ToDictionary(a => a.StepId, a => a.Output?.GetRawText() ?? ""));

    /// <summary>Steps that each add up the outputs of some earlier ones, and the steps at which the worker is thought dead.</summary>
    private static Graph AnyGraph(int seed)
    {
        var random = new Random(seed);
        var size = random.Next(1, 9);
        var steps = Enumerable.Range(0, size).Select(i =>
        {
            var earlier = Enumerable.Range(0, i).Where(_ => random.Next(3) == 0).ToList();
            return new
            {
                id = $"s{i}",
                type = "sum",
                needs = earlier.Select(e => $"s{e}"),
                config = new { add = earlier.Select(e => $"{{{{ s{e}.sum }}}}").Append($"{i}") },
            };
        });
        return new Graph(JsonSerializer.Serialize(new { steps }), [$"s{random.Next(size)}", $"s{random.Next(size)}"]);
    }

    private sealed record Graph(string Definition, HashSet<string> Crashes);

    private sealed class SummingStep : IStepHandler
    {
        private readonly Lock gate = new();

        public string Type => "sum";

        public Action<Guid, string> BeforeStep { get; set; } = (_, _) => { };

        public System.Collections.Concurrent.ConcurrentQueue<(Guid RunId, string StepId, int Epoch)> Executions { get; } = new();

        public void Reset() => Executions.Clear();

        public async Task<StepResult> ExecuteAsync(StepContext context, CancellationToken ct)
        {
            await Task.Yield();
            Executions.Enqueue((context.RunId, context.StepId, context.Epoch));
            lock (gate)
                BeforeStep(context.RunId, context.StepId);
            var sum = context.Config.GetProperty("add").EnumerateArray().Sum(v => v.ValueKind == JsonValueKind.Number ? v.GetInt32() : int.Parse(v.GetString()!));
            return new StepResult.Completed(JsonSerializer.SerializeToElement(new { sum }));
        }
    }
}
