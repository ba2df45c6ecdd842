using System.Diagnostics;
using System.Net.Http.Json;
using NextLayer.AppHost.Embedded;
using NextLayer.Contracts.Json;
using NextLayer.Contracts.Runs;
using NextLayer.Tests.ControlPlane.Runs;
using NextLayer.Tests.Support;

namespace NextLayer.Tests.EndToEnd;

/// <summary>Control plane and worker as processes of their own, both exporting to the test's collector.</summary>
public sealed class OneTraceTests(Servers servers)
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Run_CreatedByATracedCall_IsOneTraceFromTheCallToEveryStep()
    {
        await using var collector = await OtlpReceiver.StartAsync(Ct);
        await using var queue = await TestQueue.CreateAsync(servers);
        await using var app = Picture(queue, collector, out var controlPlane);
        await app.StartAsync(Ct);
        await app.ResourceNotifications.WaitForResourceHealthyAsync("worker", Ct);
        using var client = new HttpClient { BaseAddress = new Uri(controlPlane.Url) };
        var caller = new ActivityContext(ActivityTraceId.CreateRandom(), ActivitySpanId.CreateRandom(), ActivityTraceFlags.Recorded);

        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/runs")
        {
            Content = JsonContent.Create(
                new CreateRunRequest { TenantId = queue.TenantId, PipelineVersionId = queue.VersionId }, options: NextLayerJson.Options),
        };
        request.Headers.Add("traceparent", $"00-{caller.TraceId}-{caller.SpanId}-01");
        using var answer = await client.SendAsync(request, Ct);
        var run = await answer.Content.ReadFromJsonAsync<RunCreated>(NextLayerJson.Options, Ct);
        string[] expected = ["POST /api/runs", "queue.wait", "run.execute", "step.execute", "run.report"];
        await collector.WaitForAsync(
            c => expected.All(name => Trace(c, caller).Any(s => s.Name == name)), "The trace of the run stayed incomplete.", Ct);

        var trace = Trace(collector, caller);
        var created = trace.Single(s => s.Name == "POST /api/runs");
        var executed = trace.Single(s => s.Name == "run.execute");
        var step = trace.Single(s => s.Name == "step.execute");
        var wait = trace.Single(s => s.Name == "queue.wait");
        Assert.Equal(("control-plane", caller.SpanId.ToHexString()), (created.Service, created.ParentId));
        Assert.Equal(("control-plane", created.SpanId), (wait.Service, wait.ParentId));
        Assert.Equal(("worker", created.SpanId), (executed.Service, executed.ParentId));
        Assert.Equal(("worker", executed.SpanId), (step.Service, step.ParentId));
        Assert.All(trace.Where(s => s.Name == "run.report"), s => Assert.Equal(("control-plane", created.SpanId), (s.Service, s.ParentId)));
        Assert.Equal(run!.Id.ToString(), wait.Tags["nextlayer.run.id"]);
        Assert.Equal("a", step.Tags["nextlayer.step.id"]);
    }

    private static List<OtlpSpan> Trace(OtlpReceiver collector, ActivityContext caller) =>
        [.. collector.Spans.Where(s => s.TraceId == caller.TraceId.ToHexString())];

    private static DistributedApplication Picture(TestQueue queue, OtlpReceiver collector, out EndpointReference address)
    {
        var builder = DistributedApplication.CreateBuilder([]);
        var controlPlane = builder.AddProject<ControlPlaneProject>("control-plane")
            .WithHttpEndpoint()
            .WithHttpHealthCheck("/health")
            .WithEnvironment("Auth__Required", "false")
            .WithEnvironment("ConnectionStrings__nextlayer", queue.Database.ConnectionString);
        var worker = builder.AddProject<WorkerProject>("worker")
            .WithHttpEndpoint()
            .WithHttpHealthCheck("/health")
            .WithReference(controlPlane.GetEndpoint("http"))
            .WaitFor(controlPlane);
        foreach (var (name, value) in collector.Settings)
        {
            controlPlane.WithEnvironment(name, value);
            worker.WithEnvironment(name, value);
        }

        address = controlPlane.GetEndpoint("http");
        return builder.Build();
    }

    private sealed class ControlPlaneProject : IProjectMetadata
    {
        public string ProjectPath => AssemblyPath;

        public string AssemblyPath => Path.Combine(AppContext.BaseDirectory, "NextLayer.ControlPlane.dll");
    }

    private sealed class WorkerProject : IProjectMetadata
    {
        public string ProjectPath => AssemblyPath;

        public string AssemblyPath => Path.Combine(AppContext.BaseDirectory, "NextLayer.Worker.dll");
    }
}
