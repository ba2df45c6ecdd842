using Microsoft.AspNetCore.Http;
using NextLayer.Contracts.Engine;
using NextLayer.Contracts.Json;
using NextLayer.Contracts.Runs;
using NextLayer.Contracts.Workers;

namespace NextLayer.Tests.Worker.Support;

/// <summary>What the worker is answered.</summary>
internal sealed partial class FakeControlPlane
{
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
}
