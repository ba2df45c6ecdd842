using System.Collections.Concurrent;
using NextLayer.AppHost.Embedded;
using NextLayer.AppHost.Embedded.Output;
using NextLayer.AppHost.Embedded.Processes;
using NextLayer.AppHost.Embedded.Running;

namespace NextLayer.Tests.AppHost;

/// <summary>Pictures of one real service, which needs nothing but a port to come up.</summary>
public sealed class RunningPictureTests
{
    private readonly IDistributedApplicationBuilder builder = DistributedApplication.CreateBuilder([]);

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task StartAsync_TwoReplicas_AnswerBehindOneAddressAndLeaveNothing()
    {
        var web = Add("web").WithReplicas(2);
        var app = builder.Build();
        await app.StartAsync(Ct);
        await app.ResourceNotifications.WaitForResourceHealthyAsync("web", Ct);

        var processes = app.Processes;
        using var client = new HttpClient();
        var answer = await client.GetAsync(new Uri(web.GetEndpoint("http").Url + "/alive"), Ct);

        Assert.True(answer.IsSuccessStatusCode);
        Assert.Equal([1, 2], processes.Select(process => process.Replica));
        Assert.DoesNotContain(web.GetEndpoint("http").Url, processes.Select(process => process.Address));
        await app.DisposeAsync();
        Assert.DoesNotContain(processes, process => Unix.IsAlive(process.ProcessId));
    }

    [Fact]
    public async Task StartAsync_ProcessKilled_IsStartedAgainAtTheSameAddress()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Kills by signal.");
        Add("web");
        await using var app = builder.Build();
        var output = new RecordedOutput();
        var running = app.Start(output);
        await running.Orchestration.AllHealthy.WaitAsync(Ct);
        var before = Assert.Single(app.Processes);

        NativeSignals.Send(before.ProcessId, ChildSignal.Kill);
        await Eventually.TrueAsync(() => output.Phases("web").Count(phase => phase == ReplicaPhase.Healthy) == 2, "the service was healthy a second time");

        var after = Assert.Single(app.Processes);
        Assert.NotEqual(before.ProcessId, after.ProcessId);
        Assert.Equal(before.Address, after.Address);
        Assert.Contains("web crashed: ended with code 137; starting again in 0.5 s", output.Changes);
    }

    [Fact]
    public async Task StopAsync_ChainOfWaits_StopsInReverseOneAfterTheOther()
    {
        var first = Add("first");
        var second = Add("second").WaitFor(first);
        Add("third").WaitFor(second);
        await using var app = builder.Build();
        var output = new RecordedOutput();
        await app.Start(output).Orchestration.AllHealthy.WaitAsync(Ct);

        await app.StopAsync(Ct);

        Assert.Equal(
            ["first healthy", "second healthy", "third healthy", "third stopping", "third stopped", "second stopping", "second stopped", "first stopping", "first stopped"],
            output.Changes.Where(change => change.EndsWith("healthy", StringComparison.Ordinal) || change.Contains("stop", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task StartAsync_DeclaredPortIsTaken_UsesTheNextAndSaysSo()
    {
        var taken = Ports.Allocate();
        var web = builder.AddProject<Projects.NextLayer_Dashboard>("web").WithHttpEndpoint(port: taken);
        await using var app = builder.Build();
        var output = new RecordedOutput();

        app.Start(output);

        Assert.NotEqual(taken, web.GetEndpoint("http").Port);
        Assert.Contains($"Port {taken} is taken by another program; web is at http://localhost:{web.GetEndpoint("http").Port} instead.", output.Said);
        Ports.Release(taken);
    }

    [Fact]
    public void RestartBackoff_CrashesInARow_GrowsToHalfAMinuteAndForgetsAfterAGoodRun()
    {
        Assert.Equal([0.5, 1, 2, 4, 8, 16, 30, 30], Enumerable.Range(1, 8).Select(crashes => RestartBackoff.Delay(crashes).TotalSeconds));
        Assert.Equal(6, RestartBackoff.Count(5, TimeSpan.FromSeconds(3)));
        Assert.Equal(1, RestartBackoff.Count(5, RestartBackoff.StableAfter));
    }

    private IResourceBuilder<ProjectResource> Add(string name) =>
        builder.AddProject<Projects.NextLayer_Dashboard>(name).WithHttpEndpoint().WithHttpHealthCheck("/alive");

    private sealed class RecordedOutput : IResourceOutput
    {
        private readonly ConcurrentQueue<(string Label, ReplicaPhase Phase, string Text)> changes = new();

        public ConcurrentQueue<string> Said { get; } = new();

        public IEnumerable<string> Changes => changes.Select(change => change.Text);

        public IEnumerable<ReplicaPhase> Phases(string label) => changes.Where(change => change.Label == label).Select(change => change.Phase);

        public void Say(string text) => Said.Enqueue(text);

        public void Line(string label, string text)
        {
        }

        public void StateChanged(ReplicaState state, string? detail)
        {
            var phase = state.State.ToString().ToLowerInvariant();
            changes.Enqueue((state.Label, state.State, detail is null ? $"{state.Label} {phase}" : $"{state.Label} {phase}: {detail}"));
        }
    }
}
