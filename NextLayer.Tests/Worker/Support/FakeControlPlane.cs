using System.Collections.Concurrent;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using NextLayer.Contracts.Engine;
using NextLayer.Contracts.Json;
using NextLayer.Contracts.Runs;
using NextLayer.Contracts.Workers;

namespace NextLayer.Tests.Worker.Support;

/// <summary>
/// A control plane in memory that keeps the promises of the contracts: leases fence, repeats are told, waits end with
/// news. Its clock is its own and moves only when a test moves it, and its answers can be lost or refused.
/// </summary>
internal sealed partial class FakeControlPlane : IAsyncDisposable
{
    private readonly Lock gate = new();
    private readonly Dictionary<Guid, FakeRun> runs = [];
    private readonly Dictionary<Guid, Guid[]> claims = [];
    private readonly ConcurrentDictionary<string, Func<Fault>> faults = new();
    private readonly WebApplication app;
    private TaskCompletionSource news = NewNews();

    private FakeControlPlane(WebApplication app) => this.app = app;

    public Uri Address => new(app.Urls.First());

    /// <summary>The database's clock.</summary>
    public DateTimeOffset Now { get; private set; } = new(2030, 1, 1, 0, 0, 0, TimeSpan.Zero);

    public string EngineState { get; private set; } = EngineStates.Running;

    /// <summary>Heartbeats that were answered, in order.</summary>
    public ConcurrentQueue<WorkerHeartbeatRequest> Heartbeats { get; } = new();

    /// <summary>Claims that arrived, in order.</summary>
    public ConcurrentQueue<ClaimRequest> Claims { get; } = new();

    /// <summary>Report calls that arrived, in order; each is one HTTP request.</summary>
    public ConcurrentQueue<WorkerReportsRequest> ReportCalls { get; } = new();

    public static async Task<FakeControlPlane> StartAsync(int port = 0)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls($"http://127.0.0.1:{port}");
        builder.Services.ConfigureHttpJsonOptions(o => NextLayerJson.Configure(o.SerializerOptions));
        var app = builder.Build();
        var fake = new FakeControlPlane(app);
        app.MapPost("/api/runs/claim", (ClaimRequest request, CancellationToken ct) => fake.ServeAsync("claim", () => fake.ClaimAsync(request, ct)));
        app.MapPost("/api/workers/{id}/heartbeat", (WorkerHeartbeatRequest request, CancellationToken ct) =>
            fake.ServeAsync("heartbeat", () => fake.HeartbeatAsync(request, ct)));
        app.MapPost("/api/workers/{id}/reports", (WorkerReportsRequest request) =>
            fake.ServeAsync("report", () => Task.FromResult<object>(fake.Report(request))));
        await app.StartAsync();
        return fake;
    }

    /// <summary>Makes the next calls of an operation (<c>claim</c>, <c>heartbeat</c>, <c>report</c>) go wrong, until null is returned.</summary>
    public void Break(string operation, params Fault[] inOrder)
    {
        var left = new ConcurrentQueue<Fault>(inOrder);
        faults[operation] = () => left.TryDequeue(out var fault) ? fault : Fault.None;
    }

    public Guid Add(string dagSpec, string parameters = "{}", Guid? versionId = null, string? traceParent = null)
    {
        var run = new FakeRun
        {
            Id = Guid.CreateVersion7(),
            VersionId = versionId ?? Guid.NewGuid(),
            DagSpec = JsonDocument.Parse(dagSpec).RootElement,
            Parameters = JsonDocument.Parse(parameters).RootElement,
            TraceParent = traceParent,
        };
        Change(() => runs.Add(run.Id, run));
        return run.Id;
    }

    /// <summary>Moves the database's clock and wakes what is due.</summary>
    public void Advance(TimeSpan by) => Change(() =>
    {
        Now += by;
        foreach (var run in runs.Values.Where(r => r.Status == RunStatus.Paused && r.WakeAt <= Now))
            run.Status = RunStatus.Queued;
    });

    public void SetEngine(string state) => Change(() => EngineState = state);

    public void Cancel(Guid id) => Change(() =>
    {
        if (runs[id].Status == RunStatus.Running)
            runs[id].CancelRequested = true;
        else
            runs[id].Status = RunStatus.Cancelled;
    });

    /// <summary>What the reaper does to a silent worker.</summary>
    public void TakeAway(Guid id, RunStatus becomes = RunStatus.Queued) => Change(() =>
    {
        var run = runs[id];
        run.Token = null;
        run.Status = becomes;
        foreach (var attempt in run.Attempts.Where(a => a.Status == StepStatus.Running))
            attempt.Status = StepStatus.Abandoned;
    });

    /// <summary>Opens the next generation of a failed run.</summary>
    public void Retry(Guid id) => Change(() =>
    {
        runs[id].Generation++;
        runs[id].Status = RunStatus.Queued;
        runs[id].ErrorMessage = null;
    });

    /// <summary>A person decides: the waiting step is completed and the run queued.</summary>
    public void Resume(Guid id, string stepId, string output) => Change(() =>
    {
        var attempt = runs[id].Newest(stepId);
        attempt.Status = StepStatus.Completed;
        attempt.Output = JsonDocument.Parse(output).RootElement;
        runs[id].Status = RunStatus.Queued;
    });

    /// <summary>Waits until a run is as asked; fails with what it is instead.</summary>
    public async Task<FakeRun> UntilAsync(Guid id, Func<FakeRun, bool> isSo, string what)
    {
        await UntilAsync(() => isSo(runs[id]), () => $"The run did not come to '{what}'. It is {runs[id].Status} ({runs[id].ErrorMessage}), steps: {runs[id].States}");
        return runs[id];
    }

    public Task<FakeRun> UntilAsync(Guid id, RunStatus status) => UntilAsync(id, r => r.Status == status, status.ToString());

    public Task<FakeRun> UntilStepAsync(Guid id, string stepId, StepStatus status) =>
        UntilAsync(id, r => r.Of(stepId).LastOrDefault()?.Status == status, $"{stepId} {status}");

    /// <summary>Waits for something about the fake itself.</summary>
    public Task UntilAsync(Func<bool> isSo, string what) => UntilAsync(isSo, () => $"It did not come to '{what}'.");

    private async Task UntilAsync(Func<bool> isSo, Func<string> failure)
    {
        var deadline = Task.Delay(TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken);
        while (true)
        {
            Task changed;
            lock (gate)
            {
                if (isSo())
                    return;
                changed = news.Task;
            }

            if (await Task.WhenAny(changed, deadline) == deadline)
                Assert.Fail(failure());
        }
    }

    private void Change(Action change)
    {
        TaskCompletionSource told;
        lock (gate)
        {
            change();
            told = news;
            news = NewNews();
        }

        told.SetResult();
    }

    private static TaskCompletionSource NewNews() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    public async ValueTask DisposeAsync()
    {
        await app.StopAsync(new CancellationToken(canceled: true));
        await app.DisposeAsync();
    }
}

/// <summary>How a call goes wrong.</summary>
internal enum Fault
{
    None,

    /// <summary>503 before anything was done.</summary>
    Unavailable,

    /// <summary>Done, and the answer does not arrive.</summary>
    AnswerLost,

    /// <summary>400 before anything was done.</summary>
    Refused,
}
