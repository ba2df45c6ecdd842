using NextLayer.Contracts.Runs;
using NextLayer.Worker.Execution;
using NextLayer.Worker.Platform;

namespace NextLayer.Worker.Claiming;

/// <summary>Asks for work as long as there is room for it. Never waits for what the runs do.</summary>
internal sealed partial class ClaimLoop(
    ControlPlaneClient controlPlane,
    HeldRuns held,
    RunQueue queue,
    DrainOrder drain,
    WorkerOptions options,
    Telemetry telemetry,
    TimeProvider time,
    ILogger<ClaimLoop> log)
{
    private static readonly TimeSpan LastRetry = TimeSpan.FromSeconds(15);

    /// <summary>A claim that is not answered in this time finds no work: it waits at the control plane.</summary>
    private static readonly TimeSpan Farewell = TimeSpan.FromMilliseconds(200);

    /// <summary>Set while the answer to a claim was lost: asking with it again gives the same runs, never others.</summary>
    private Guid? unanswered;

    /// <summary>Process time at which <see cref="unanswered"/> was first sent.</summary>
    private long unansweredSince;

    private bool idle;

    /// <summary>Runs until <paramref name="draining"/>.</summary>
    public async Task RunAsync(CancellationToken draining)
    {
        var failures = 0;
        while (!draining.IsCancellationRequested)
        {
            if (drain.Stands)
            {
                await Quietly(drain.LiftedAsync(draining));
                continue;
            }

            var room = held.Room();
            if (room == 0)
            {
                await Quietly(held.Changed.WaitAsync(draining));
                continue;
            }

            try
            {
                await ClaimOnceAsync(room, draining);
                failures = 0;
            }
            catch (ControlPlaneUnavailableException)
            {
                await PauseAsync(Backoff.Next(++failures, options.Poll, LastRetry), draining);
            }
            catch (ControlPlaneRefusedException ex)
            {
                unanswered = null;
                LogRefused(ex.Message);
                await PauseAsync(Backoff.Next(++failures, options.Poll, LastRetry), draining);
            }
        }
    }

    /// <summary>One claim; sleeps when there is nothing to do.</summary>
    public async Task ClaimOnceAsync(int room, CancellationToken draining)
    {
        var askedAt = time.GetTimestamp();
        var repeated = unanswered is not null;
        if (!repeated)
            unansweredSince = askedAt;
        var answer = await AskAsync(room, options.ClaimWaitSeconds, draining);
        if (answer is null)
            return;
        if (answer.Runs.Count > 0)
        {
            idle = false;
            Take(answer.Runs, repeated ? unansweredSince : LeasedSince(askedAt), draining.IsCancellationRequested);
            return;
        }

        if (!idle)
        {
            idle = true;
            LogIdle();
        }

        // An answer that came before its time (dispatch is paused, or the wait is 0) must not become a tight loop.
        if (time.GetElapsedTime(askedAt) < options.ClaimWait * 0.9 || options.ClaimWaitSeconds == 0)
            await PauseAsync(options.Poll, draining);
    }

    private async Task<ClaimedMany?> AskAsync(int room, double waitSeconds, CancellationToken draining)
    {
        var request = Request(unanswered ??= Guid.CreateVersion7(time.GetUtcNow()), room, waitSeconds);
        using var farewell = new CancellationTokenSource();
        // On the way out a claim gets a moment, so that runs it was just given do not have to wait for their lease.
        await using var registration = draining.Register(() => farewell.CancelAfter(Farewell));
        try
        {
            var answer = await controlPlane.ClaimAsync(request, farewell.Token);
            unanswered = null;
            return answer;
        }
        catch (OperationCanceledException) when (draining.IsCancellationRequested)
        {
            return await AskAgainAsync(request);
        }
    }

    /// <summary>The waiting claim was broken off, perhaps just as it was given runs: fetch those, they are handed back.</summary>
    private async Task<ClaimedMany?> AskAgainAsync(ClaimRequest brokenOff)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(2), time);
        try
        {
            return await controlPlane.ClaimAsync(brokenOff with { WaitSeconds = 0, MaxRuns = 1 }, patience.Token);
        }
        catch (Exception ex) when (ex is OperationCanceledException or ControlPlaneUnavailableException or ControlPlaneRefusedException)
        {
            return null; // Their leases will run out.
        }
    }

    private ClaimRequest Request(Guid id, int room, double waitSeconds) => new()
    {
        WorkerId = options.WorkerId,
        TenantId = options.TenantId,
        MaxRuns = room,
        WaitSeconds = waitSeconds,
        LeaseSeconds = options.LeaseSeconds,
        ClaimRequestId = id,
    };

    /// <summary>A claim that waited was answered long after it was sent; its leases began at the end of the wait.</summary>
    private long LeasedSince(long askedAt) => Math.Max(askedAt, time.GetTimestamp() - (time.TimestampFrequency / 2));

    private void Take(IReadOnlyList<ClaimedRun> claimed, long leasedSince, bool draining)
    {
        telemetry.Claimed(claimed.Count);
        foreach (var claim in claimed)
        {
            var run = new ActiveRun(claim, leasedSince, time);
            if (!held.Add(run))
                continue;
            LogClaimed(run.Id);
            if (draining)
                run.RequestStop(StopRequest.HandBack);
            queue.Add(run);
        }
    }

    private async Task PauseAsync(TimeSpan pause, CancellationToken draining) =>
        await Quietly(Task.Delay(pause, time, draining));

    private static async Task Quietly(Task wait)
    {
        try
        {
            await wait;
        }
        catch (OperationCanceledException)
        {
            // Draining; the loop looks by itself.
        }
    }

    [LoggerMessage(20, LogLevel.Information, "Claimed run {RunId} -> RUNNING")]
    private partial void LogClaimed(Guid runId);

    [LoggerMessage(21, LogLevel.Information, "No queued runs. Sleeping...")]
    private partial void LogIdle();

    [LoggerMessage(22, LogLevel.Error, "The control plane refused a claim: {Reason}")]
    private partial void LogRefused(string reason);
}
