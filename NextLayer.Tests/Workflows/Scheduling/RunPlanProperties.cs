using FsCheck;
using FsCheck.Fluent;
using NextLayer.Workflows.Graphs;
using NextLayer.Workflows.Scheduling;

namespace NextLayer.Tests.Workflows.Scheduling;

/// <summary>Random graphs, random outcomes, random orders of completion.</summary>
public sealed class RunPlanProperties
{
    private static readonly Arbitrary<int> Seeds = Arb.From(Gen.Choose(0, int.MaxValue - 1));
    private static readonly Config Many = Config.QuickThrowOnFailure.WithMaxTest(1_000);

    [Fact]
    public void Simulate_AnyGraph_SettlesEachStepOnceAndOnlyAfterItsPredecessors() => Prop.ForAll(Seeds, Seeds, (seed, order) =>
    {
        var model = RandomRun.Make(seed);

        var run = model.Play(new Random(order));

        Assert.True(run.Verdict is RunVerdict.Succeeded or RunVerdict.Failed);
        foreach (var step in model.Graph.Steps.Where(s => run.StartedAt.ContainsKey(s.Id)))
        {
            foreach (var predecessor in model.PredecessorsOf(step))
                Assert.True(run.SettledAt[predecessor.Id] < run.StartedAt[step.Id], $"{step.Id} started before {predecessor.Id} was settled.");
        }
        if (run.Verdict == RunVerdict.Succeeded)
            Assert.Equal(model.Graph.Steps.Count, run.SettledAt.Count);
    }).Check(Many);

    [Fact]
    public void Simulate_AnyOrder_GivesTheResultTheRulesGive() => Prop.ForAll(Seeds, Seeds, (seed, order) =>
    {
        var model = RandomRun.Make(seed);

        var run = model.Play(new Random(order));
        var expected = model.Expect();

        Assert.Equal(expected.Verdict, run.Verdict);
        if (run.Verdict == RunVerdict.Succeeded)
            Assert.Equal(expected.Outcomes.OrderBy(o => o.Key, StringComparer.Ordinal), run.Outcomes.OrderBy(o => o.Key, StringComparer.Ordinal));
        else
            Assert.All(run.Outcomes, o => Assert.Equal(expected.Outcomes[o.Key], o.Value));
    }).Check(Many);

    [Fact]
    public void Begin_FromAnyPrefixInAnyOrder_EndsAsTheWholeRunDid() => Prop.ForAll(Seeds, Seeds, (seed, order) =>
    {
        var model = RandomRun.Make(seed);
        var random = new Random(order);
        var whole = model.Play(random);
        var prefix = whole.History.Take(random.Next(whole.History.Count + 1)).ToArray();
        random.Shuffle(prefix);

        var resumed = model.Play(random, prefix);

        Assert.Equal(whole.Verdict, resumed.Verdict);
        Assert.DoesNotContain(prefix, p => resumed.StartedAt.ContainsKey(p.StepId));
        if (whole.Verdict == RunVerdict.Succeeded)
            Assert.Equal(whole.Outcomes.OrderBy(o => o.Key, StringComparer.Ordinal), resumed.Outcomes.OrderBy(o => o.Key, StringComparer.Ordinal));
    }).Check(Many);

    [Fact]
    public void Settle_LargestGraph_CostsOnlyItsEdges()
    {
        var model = RandomRun.Make(seed: 1, steps: 500, edges: 4_900);
        var clock = System.Diagnostics.Stopwatch.StartNew();

        for (var i = 0; i < 50; i++)
            model.Play(new Random(i));

        Assert.True(clock.Elapsed < TimeSpan.FromSeconds(5), $"50 runs took {clock.Elapsed}.");
    }
}
