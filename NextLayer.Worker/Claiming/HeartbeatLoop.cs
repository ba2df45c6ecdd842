using NextLayer.Contracts.Workers;
using NextLayer.Worker.Execution;
using NextLayer.Worker.Platform;
using NextLayer.Worker.Reporting;

namespace NextLayer.Worker.Claiming;

/// <summary>
/// Keeps the worker listed and its leases alive. A heartbeat waits at the control plane until one of its runs is to be
/// cancelled or was lost, so that such news arrive within a moment. When a run has come that it does not name, it is
/// broken off, and one that does not wait renews all leases before the next wait.
/// </summary>
internal sealed partial class HeartbeatLoop(
    ControlPlaneClient controlPlane,
    HeldRuns held,
    ReportAnswers answers,
    DrainOrder order,
    WorkerOptions options,
    TimeProvider time,
    ILogger<HeartbeatLoop> log) : IDisposable
{
    /// <summary>How often a waiting heartbeat is looked after. Runs that are shorter are never named and cost nothing.</summary>
    private static readonly TimeSpan Look = TimeSpan.FromSeconds(0.5);

    /// <summary>A renewal counts from the moment it was sent, and the answer to a wait comes as late as it can.</summary>
    private readonly TimeSpan longestWait = TimeSpan.FromSeconds(Math.Min(options.HeartbeatSeconds, options.LeaseSeconds * 0.35));

    private readonly CancellationTokenSource drain = new();

    private bool Draining => drain.IsCancellationRequested;

    /// <summary>Tells the control plane at once that this worker takes no more work.</summary>
    public void Drain() => drain.Cancel();

    public async Task RunAsync(CancellationToken ct)
    {
        var failures = 0;
        var waits = false;
        while (true)
        {
            try
            {
                waits = await BeatAsync(waits, ct);
                failures = 0;
            }
            catch (Exception ex) when (ex is ControlPlaneUnavailableException or ControlPlaneRefusedException)
            {
                // Leases are running out: never wait longer than half a heartbeat.
                await Task.Delay(Backoff.Next(++failures, options.Poll / 4, options.Heartbeat / 2), time, ct);
                waits = false;
            }
        }
    }

    /// <returns>Whether the next heartbeat may wait: this one renewed everything there is.</returns>
    public async Task<bool> BeatAsync(bool waits, CancellationToken ct)
    {
        var runs = held.All.ToArray();
        var sentAt = time.GetTimestamp();
        // While a cancelled run is on its way out every answer would come at once.
        var leaving = Draining || runs.Any(r => r.Stop >= StopRequest.Cancel);
        using var breakOff = Draining
            ? CancellationTokenSource.CreateLinkedTokenSource(ct)
            : CancellationTokenSource.CreateLinkedTokenSource(ct, drain.Token);
        var answer = AskAsync(runs, waits && !leaving ? longestWait : TimeSpan.Zero, breakOff.Token);
        if (waits && !leaving)
            await BreakOffForNewRunsAsync(answer, breakOff);
        try
        {
            var heard = await answer;
            Apply(runs, heard, sentAt);
            await FetchSettledAsync(heard, ct);
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested)
        {
            return false;
        }

        if (leaving)
            await Task.Delay(Look, time, ct);
        return !leaving;
    }

    private Task<WorkerHeartbeatResponse> AskAsync(ActiveRun[] runs, TimeSpan wait, CancellationToken ct)
    {
        foreach (var run in runs)
            run.InHeartbeats = true;
        return controlPlane.HeartbeatAsync(
            new WorkerHeartbeatRequest
            {
                Slots = options.Slots,
                Version = WorkerVersion.Text,
                TenantId = options.TenantId,
                Draining = Draining || order.Stands,
                Runs = [.. runs.Select(r => new HeldRun { RunId = r.Id, Lease = r.Lease, SettledSeen = r.SettledSeen })],
                WaitSeconds = wait.TotalSeconds,
            },
            ct);
    }

    private async Task BreakOffForNewRunsAsync(Task answer, CancellationTokenSource breakOff)
    {
        using var stopLooking = CancellationTokenSource.CreateLinkedTokenSource(breakOff.Token);
        while (await Task.WhenAny(answer, Task.Delay(Look, time, stopLooking.Token)) != answer
               && !breakOff.IsCancellationRequested)
        {
            if (held.All.Any(r => !r.InHeartbeats && time.GetElapsedTime(r.ClaimedAt) >= Look))
                await breakOff.CancelAsync();
        }

        await stopLooking.CancelAsync();
    }

    private void Apply(ActiveRun[] named, WorkerHeartbeatResponse response, long sentAt)
    {
        var verdicts = response.Runs.ToDictionary(r => r.RunId, r => r.Verdict);
        foreach (var run in named)
        {
            if (!verdicts.TryGetValue(run.Id, out var verdict) || verdict == HeartbeatVerdict.Lost)
            {
                Lose(run);
                continue;
            }

            run.Renewed(sentAt);
            if (verdict == HeartbeatVerdict.Cancel)
                run.RequestStop(StopRequest.Cancel);
        }

        answers.EngineState(response.EngineState);
        if (!order.Hear(response.Drain))
            return;
        if (response.Drain)
            LogDrained(held.Count);
        else
            LogResumed();
    }

    /// <summary>A wait of a run that goes on here was ended by others: its step's output is fetched.</summary>
    private async Task FetchSettledAsync(WorkerHeartbeatResponse response, CancellationToken ct)
    {
        foreach (var verdict in response.Runs)
        {
            if (held.Find(verdict.RunId) is not { } run || verdict.Verdict != HeartbeatVerdict.Continue || verdict.Settled <= run.SettledSeen)
                continue;
            var steps = await controlPlane.StepsAsync(run.Id, ct);
            run.AddSettled(steps.Items, verdict.Settled);
        }
    }

    private void Lose(ActiveRun run)
    {
        // The lease of a run whose end is on its way is gone by right; the answer to that report says what became of it.
        if (run.Outbox.Closed || held.Find(run.Id) != run)
            return;
        answers.Drop(run, ReportVerdict.LeaseLost);
        held.Release(run);
    }

    public void Dispose() => drain.Dispose();

    [LoggerMessage(23, LogLevel.Information, "An operator drains this worker: it claims nothing more and finishes the {Runs} runs it holds")]
    private partial void LogDrained(int runs);

    [LoggerMessage(24, LogLevel.Information, "The drain is over: claiming again")]
    private partial void LogResumed();
}
