using NextLayer.Contracts.Runs;
using NextLayer.Contracts.Workers;
using NextLayer.ControlPlane.Features.Engine;
using NextLayer.ControlPlane.Features.Events;
using NextLayer.ControlPlane.Features.Runs.Leases;

namespace NextLayer.ControlPlane.Features.Workers;

/// <summary>Answers heartbeats, at once or as soon as there is something the worker must know.</summary>
internal sealed class WorkerHeart(HeartbeatStore store, EngineState engine, NewsHub hub, TimeProvider time)
{
    public async Task<WorkerHeartbeatResponse> BeatAsync(string workerId, WorkerHeartbeatRequest beat, CancellationToken ct)
    {
        using var subscription = hub.OfWorker(workerId);
        var started = time.GetTimestamp();
        var news = subscription.Next; // Taken before the look: a cancel in between ends the wait below at once.
        var verdicts = await store.BeatAsync(workerId, beat, ct);
        var state = await engine.CurrentAsync(ct);
        var left = TimeSpan.FromSeconds(beat.WaitSeconds) - time.GetElapsedTime(started);
        if (left > TimeSpan.Zero && verdicts.All(v => v.Verdict == HeartbeatVerdict.Continue))
        {
            await news.OrTimeoutAsync(left, time, ct);
            if (news.IsCompleted)
                verdicts = await store.RenewAsync(beat.Runs, ct);
            state = await engine.CurrentAsync(ct);
        }

        return new WorkerHeartbeatResponse { Runs = verdicts, EngineState = state };
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
