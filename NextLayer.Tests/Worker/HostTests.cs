using System.Diagnostics;
using System.Net;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;
using NextLayer.Contracts.Runs;
using NextLayer.Tests.AppHost;
using NextLayer.Tests.Worker.Support;
using NextLayer.Worker;
using NextLayer.Worker.Platform;

namespace NextLayer.Tests.Worker;

public sealed class HostTests
{
    [Theory]
    [InlineData("SLOTS", "0")]
    [InlineData("POLL_SECONDS", "-1")]
    [InlineData("LEASE_SECONDS", "1")]
    [InlineData("HEARTBEAT_SECONDS", "3.5")]
    [InlineData("CP_BASE", "nonsense")]
    [InlineData("DASHBOARD_URL", "dashboard.example")]
    [InlineData("CLAIM_WAIT_SECONDS", "31")]
    [InlineData("HttpRequest:AllowedHosts", "a b")]
    public async Task Start_WithASettingThatMakesNoSense_FailsAndNamesIt(string key, string value)
    {
        var failure = await Assert.ThrowsAsync<OptionsValidationException>(() =>
            TestWorker.StartAsync("http://127.0.0.1:1", [(key, value)]));

        Assert.Contains(key, failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Help_NamesEverySetting()
    {
        var keys = typeof(WorkerOptions).GetProperties()
            .SelectMany(p => p.GetCustomAttributes(typeof(ConfigurationKeyNameAttribute), false))
            .Select(a => ((ConfigurationKeyNameAttribute)a).Name);

        Assert.All(keys, key => Assert.Contains(key, WorkerHelp.Text, StringComparison.Ordinal));
        Assert.True(WorkerHelp.IsAsked(["--help"]));
    }

    [Fact]
    public void Addresses_WithoutABase_ComeFromServiceDiscovery()
    {
        var configuration = new ConfigurationBuilder()
            .AddInMemoryCollection([new("services:control-plane:http:0", "http://one:1"), new("services:control-plane:http:1", "http://two:2")])
            .Build();

        var found = ControlPlaneAddresses.Read(new WorkerOptions(), configuration);

        Assert.Equal([new Uri("http://one:1"), new Uri("http://two:2")], found);
        Assert.Equal([new Uri("http://localhost:8000")], ControlPlaneAddresses.Read(new WorkerOptions(), new ConfigurationBuilder().Build()));
    }

    [Fact]
    public void Addresses_OneThatFailed_IsLeftForTheNextAndOnlyOnce()
    {
        var addresses = new ControlPlaneAddresses([new("http://one"), new("http://two"), new("http://three")], "w");
        var first = addresses.Current;

        addresses.Leave(first);
        var second = addresses.Current;
        addresses.Leave(first); // A slower call that failed on the same one.

        Assert.NotEqual(first, second);
        Assert.Equal(second, addresses.Current);
    }

    [Fact]
    public async Task Health_TellsWhetherTheControlPlaneAnswers()
    {
        await using var controlPlane = await FakeControlPlane.StartAsync();
        await using var worker = await TestWorker.StartAsync(controlPlane, [("LEASE_SECONDS", "2"), ("HEARTBEAT_SECONDS", "0.5")]);
        using var http = new HttpClient { BaseAddress = worker.Address };

        await controlPlane.UntilAsync(() => !controlPlane.Heartbeats.IsEmpty, "the worker is heard of");
        var whileAnswered = (await http.GetAsync("/health", TestContext.Current.CancellationToken)).StatusCode;
        await controlPlane.DisposeAsync();
        await Eventually.TrueAsync(
            async () => (await http.GetAsync("/health")).StatusCode == HttpStatusCode.ServiceUnavailable, "the worker is unhealthy");

        Assert.Equal(HttpStatusCode.OK, whileAnswered);
        Assert.Equal("alive", await http.GetStringAsync("/alive", TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Heartbeat_AtTheStart_ListsTheWorkerAtOnce()
    {
        await using var controlPlane = await FakeControlPlane.StartAsync();
        await using var worker = await TestWorker.StartAsync(
            controlPlane, [("SLOTS", "3"), ("TENANT_ID", "01920000-0000-7000-8000-000000000001"), ("HEARTBEAT_SECONDS", "2")]);

        await controlPlane.UntilAsync(() => !controlPlane.Heartbeats.IsEmpty && !controlPlane.Claims.IsEmpty, "it is heard of");

        Assert.Equal(3, controlPlane.Heartbeats.First().Slots);
        var claim = controlPlane.Claims.First();
        Assert.Equal((3, 6, 20.0), (claim.MaxRuns, claim.LeaseSeconds, claim.WaitSeconds));
        Assert.Equal(Guid.Parse("01920000-0000-7000-8000-000000000001"), claim.TenantId);
    }

    [Fact]
    public async Task Trace_GoesFromTheCallThatMadeTheRunToItsSteps()
    {
        var spans = new System.Collections.Concurrent.ConcurrentQueue<Activity>();
        using var listener = new ActivityListener
        {
            ShouldListenTo = s => s.Name == Telemetry.Name,
            Sample = (ref _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = spans.Enqueue,
        };
        ActivitySource.AddActivityListener(listener);
        await using var controlPlane = await FakeControlPlane.StartAsync();
        var trace = ActivityTraceId.CreateRandom();
        var id = controlPlane.Add("""{"steps": ["a"]}""", traceParent: $"00-{trace}-{ActivitySpanId.CreateRandom()}-01");
        await using (await TestWorker.StartAsync(controlPlane))
            await controlPlane.UntilAsync(id, RunStatus.Succeeded);

        var run = Assert.Single(spans, s => s.OperationName == "run.execute" && Equals(s.GetTagItem("nextlayer.run.id"), id));
        var step = Assert.Single(spans, s => s.OperationName == "step.execute" && s.TraceId == trace);
        Assert.Equal((trace, run.SpanId), (run.TraceId, step.ParentSpanId));
    }
}
