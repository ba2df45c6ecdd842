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
internal sealed class FakeControlPlane : IAsyncDisposable
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

    private async Task<IResult> ServeAsync(string operation, Func<Task<object>> serve)
    {
        var fault = faults.TryGetValue(operation, out var next) ? next() : Fault.None;
        if (fault == Fault.Unavailable)
            return Results.StatusCode(503);
        if (fault == Fault.Refused)
            return Results.Problem("no", statusCode: 400);
        var answer = await serve();
        return fault == Fault.AnswerLost ? Results.StatusCode(502) : Results.Json(answer, NextLayerJson.Options);
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
        var deadline = Task.Delay(TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken);
        while (true)
        {
            Task changed;
            lock (gate)
            {
                if (isSo(runs[id]))
                    return runs[id];
                changed = news.Task;
            }

            if (await Task.WhenAny(changed, deadline) == deadline)
            {
                var run = runs[id];
                Assert.Fail($"The run did not come to '{what}'. It is {run.Status} ({run.ErrorMessage}), steps: {run.States}");
            }
        }
    }

    public Task<FakeRun> UntilAsync(Guid id, RunStatus status) => UntilAsync(id, r => r.Status == status, status.ToString());

    public Task<FakeRun> UntilStepAsync(Guid id, string stepId, StepStatus status) =>
        UntilAsync(id, r => r.Of(stepId).LastOrDefault()?.Status == status, $"{stepId} {status}");

    /// <summary>Waits for something about the fake itself.</summary>
    public async Task UntilAsync(Func<bool> isSo, string what)
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
                Assert.Fail($"It did not come to '{what}'.");
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

    private async Task<object> ClaimAsync(ClaimRequest request, CancellationToken ct)
    {
        Change(() => Claims.Enqueue(request));
        return await WaitAsync(request.WaitSeconds, () => Claim(request), given => given.Claimed, ct);
    }

    private ClaimedMany Claim(ClaimRequest request)
    {
        if (request.ClaimRequestId is { } asked && claims.TryGetValue(asked, out var given))
            return Answer(given.Select(id => runs[id]).Where(r => r.Status == RunStatus.Running));
        if (EngineState != EngineStates.Running)
            return Answer([]);
        var next = runs.Values.Where(r => r.Status == RunStatus.Queued).OrderBy(r => r.Id).Take(request.MaxRuns ?? 1).ToList();
        foreach (var run in next)
        {
            run.Status = RunStatus.Running;
            run.Epoch++;
            run.Token = Guid.NewGuid();
            run.LastSeq = 0;
            run.WakeAt = null;
            run.StartedAt ??= Now;
        }

        if (next.Count > 0 && request.ClaimRequestId is { } id)
            claims[id] = [.. next.Select(r => r.Id)];
        return Answer(next, request);
    }

    private ClaimedMany Answer(IEnumerable<FakeRun> given, ClaimRequest? request = null)
    {
        var answer = given.Select(r => Claimed(r, request?.LeaseSeconds ?? 30)).ToList();
        return new ClaimedMany { Claimed = answer.Count > 0, Runs = answer };
    }

    private ClaimedRun Claimed(FakeRun run, int leaseSeconds) => new()
    {
        Run = new Run
        {
            Id = run.Id,
            TenantId = Guid.Empty,
            PipelineId = Guid.Empty,
            PipelineVersionId = run.VersionId,
            Status = run.Status,
            TriggerType = "manual",
            Parameters = run.Parameters,
            ClaimedAt = Now,
            StartedAt = run.StartedAt,
            CreatedAt = Now,
            UpdatedAt = Now,
            Generation = run.Generation,
            Priority = 0,
            RunAfter = Now,
            CancelRequested = false,
            LeaseLosses = 0,
            LastEventSeq = 1,
            TraceParent = run.TraceParent,
        },
        PipelineVersion = new ClaimedVersion { Id = run.VersionId, Status = "APPROVED", DagSpec = run.DagSpec },
        Lease = new Lease { Epoch = run.Epoch, Token = run.Token!.Value, Seconds = leaseSeconds }, // Just set.
        Steps = [.. run.Attempts.GroupBy(a => a.StepId).Select(g => Claimed([.. g]))],
    };

    private ClaimedStep Claimed(List<FakeAttempt> attempts)
    {
        var newest = attempts.OrderBy(a => a.Generation).ThenBy(a => a.Attempt).Last();
        var due = newest.RetryAt ?? newest.WakeAt;
        return new ClaimedStep
        {
            StepId = newest.StepId,
            Generation = newest.Generation,
            Attempt = newest.Attempt,
            Failures = attempts.Count(a => a.Generation == newest.Generation && a.Status == StepStatus.Failed),
            Status = newest.Status,
            Output = newest.Output,
            Port = newest.Port,
            Error = newest.Error,
            RetryAt = newest.RetryAt,
            WakeAt = newest.WakeAt,
            WaitReason = newest.WaitReason,
            StartedAt = newest.StartedAt,
            DueInMs = due is null ? null : (due.Value - Now).TotalMilliseconds,
        };
    }

    private async Task<object> HeartbeatAsync(WorkerHeartbeatRequest request, CancellationToken ct)
    {
        Change(() => Heartbeats.Enqueue(request));
        return await WaitAsync(
            request.WaitSeconds,
            () => new WorkerHeartbeatResponse { EngineState = EngineState, Runs = [.. request.Runs.Select(Verdict)] },
            answer => answer.EngineState == EngineStates.Stopped || answer.Runs.Any(r => r.Verdict != HeartbeatVerdict.Continue),
            ct);
    }

    private HeldRunVerdict Verdict(HeldRun held)
    {
        var run = runs.GetValueOrDefault(held.RunId);
        var verdict = run is null || run.Token != held.Lease.Token ? HeartbeatVerdict.Lost
            : run.CancelRequested ? HeartbeatVerdict.Cancel
            : HeartbeatVerdict.Continue;
        return new HeldRunVerdict { RunId = held.RunId, Verdict = verdict };
    }

    private WorkerReportsResponse Report(WorkerReportsRequest request)
    {
        WorkerReportsResponse? answer = null;
        Change(() =>
        {
            ReportCalls.Enqueue(request);
            answer = new WorkerReportsResponse
            {
                EngineState = EngineState,
                Results = [.. request.Reports.Select(r => runs.TryGetValue(r.RunId, out var run)
                    ? FakeRules.Apply(run, r, Now)
                    : new RunReportResult { RunId = r.RunId, Verdict = ReportVerdict.NotFound })],
            };
        });
        return answer!; // Change has run it.
    }

    private async Task<T> WaitAsync<T>(double waitSeconds, Func<T> ask, Func<T, bool> isNews, CancellationToken ct)
    {
        var deadline = Task.Delay(TimeSpan.FromSeconds(waitSeconds), ct);
        while (true)
        {
            Task changed;
            T answer;
            lock (gate)
            {
                answer = ask();
                changed = news.Task;
            }

            if (isNews(answer))
            {
                Change(() => { });
                return answer;
            }

            if (waitSeconds == 0 || await Task.WhenAny(changed, deadline) == deadline)
                return answer;
        }
    }

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
