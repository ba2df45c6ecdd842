using NextLayer.Contracts.Runs;
using NextLayer.Contracts.Workers;
using NextLayer.ControlPlane.Features.Engine;
using NextLayer.ControlPlane.Features.Events;
using NextLayer.ControlPlane.Features.Runs.Leases;

namespace NextLayer.ControlPlane.Features.Workers;

/// <summary>Answers heartbeats, at once or as soon as there is something the worker must know.</summary>
internal sealed class WorkerHeart(HeartbeatStore store, EngineState engine, WorkerDrains drains, NewsHub hub, TimeProvider time)
{
    // News that nobody brings (Redis is down, another replica wrote them) are found by looking.
    private static readonly TimeSpan Look = TimeSpan.FromSeconds(1);

    public async Task<WorkerHeartbeatResponse> BeatAsync(string workerId, WorkerHeartbeatRequest beat, CancellationToken ct)
    {
        using var subscription = hub.OfWorker(workerId);
        var started = time.GetTimestamp();
        var news = subscription.Next; // Taken before the look: a cancel in between ends the wait below at once.
        var verdicts = await store.BeatAsync(workerId, beat, ct);
        var state = await engine.CurrentAsync(ct);
        var left = TimeSpan.FromSeconds(beat.WaitSeconds) - time.GetElapsedTime(started);
        if (left > TimeSpan.Zero && !HasNews(beat, verdicts) && await WaitForNewsAsync(workerId, subscription, news, beat, state, left, ct))
        {
            verdicts = await store.RenewAsync(beat.Runs, ct);
            state = await engine.CurrentAsync(ct);
        }

        return new WorkerHeartbeatResponse { Runs = verdicts, EngineState = state, Drain = await drains.IncludesAsync(workerId, ct) };
    }

    private static bool HasNews(WorkerHeartbeatRequest beat, IReadOnlyList<HeldRunVerdict> verdicts) =>
        verdicts.Zip(beat.Runs).Any(v => v.First.Verdict != HeartbeatVerdict.Continue || v.First.Settled > v.Second.SettledSeen);

    /// <returns>False when the time is over and nothing has happened.</returns>
    private async Task<bool> WaitForNewsAsync(
        string workerId, NewsHub.Subscription subscription, Task news, WorkerHeartbeatRequest beat, string state, TimeSpan left, CancellationToken ct)
    {
        var started = time.GetTimestamp();
        while (left - time.GetElapsedTime(started) is { Ticks: > 0 } rest)
        {
            await news.OrTimeoutAsync(rest < Look ? rest : Look, time, ct);
            news = subscription.Next;
            // Compared with what the worker says: one that does not know of its drain yet hears of it within a second.
            if (await engine.CurrentAsync(ct) != state || await drains.IncludesAsync(workerId, ct) != beat.Draining || (beat.Runs.Count > 0 && await store.HasNewsAsync(beat.Runs, ct)))
                return true;
        }

        return false;
    }

    /// <summary>Renews the lease of one run; null when it was lost.</summary>
    public async Task<RunHeartbeatResponse?> BeatAsync(Guid runId, Lease lease, CancellationToken ct)
    {
        var verdict = (await store.RenewAsync([new HeldRun { RunId = runId, Lease = lease }], ct))[0].Verdict;
        return verdict == HeartbeatVerdict.Lost
            ? null
            : new RunHeartbeatResponse { Verdict = verdict, EngineState = await engine.CurrentAsync(ct) };
    }
}
