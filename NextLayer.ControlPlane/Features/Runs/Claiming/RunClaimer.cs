using System.Diagnostics;
using Microsoft.Extensions.Options;
using NextLayer.Contracts.Runs;
using NextLayer.ControlPlane.Features.Events;
using NextLayer.ControlPlane.Features.Runs.Leases;
using NextLayer.ControlPlane.Platform.Batching;
using NextLayer.ControlPlane.Platform.Database;

namespace NextLayer.ControlPlane.Features.Runs.Claiming;

/// <summary>
/// Serves claims: concurrent ones share a statement, and one that finds nothing waits in this process for news of work
/// instead of asking Postgres again and again.
/// </summary>
internal sealed class RunClaimer : IAsyncDisposable
{
    private const int BatchSize = 1000;

    // Work that nobody announces (a scheduled time has come, Redis is down) is found by looking once a second.
    private static readonly TimeSpan Look = TimeSpan.FromSeconds(1);

    private readonly ClaimStore store;
    private readonly NewsHub hub;
    private readonly NewsPublisher news;
    private readonly IOptions<LeaseOptions> options;
    private readonly TimeProvider time;
    private readonly Batcher<ClaimItem, IReadOnlyList<ClaimedRow>> batcher;

    public RunClaimer(ClaimStore store, NewsHub hub, NewsPublisher news, IOptions<LeaseOptions> options, TimeProvider time)
    {
        this.store = store;
        this.hub = hub;
        this.news = news;
        this.options = options;
        this.time = time;
        batcher = new(ClaimBatchAsync, BatchSize, item => item.MaxRuns);
    }

    /// <summary>Runs for the worker; empty when none came up within the request's <c>wait_seconds</c>.</summary>
    public async Task<IReadOnlyList<ClaimedRow>> ClaimAsync(ClaimRequest request, CancellationToken ct)
    {
        var item = new ClaimItem(
            request.WorkerId,
            request.TenantId,
            request.MaxRuns ?? 1,
            request.LeaseSeconds ?? options.Value.DefaultSeconds,
            request.ClaimRequestId);
        var started = time.GetTimestamp();
        while (true)
        {
            var work = hub.Queue.Next; // Taken before the look, so that work queued in between wakes us.
            var runs = await batcher.EnqueueAsync(item, ct);
            var left = TimeSpan.FromSeconds(request.WaitSeconds) - time.GetElapsedTime(started);
            if (runs.Count > 0 || left <= TimeSpan.Zero)
                return runs;
            Activity.Current = null; // The looks that follow are the same again and again: no news for the caller's trace.
            var jittered = Look * (0.75 + (Random.Shared.NextDouble() / 2));
            await work.OrTimeoutAsync(left < jittered ? left : jittered, time, ct);
        }
    }

    private async Task<IReadOnlyList<IReadOnlyList<ClaimedRow>>> ClaimBatchAsync(
        IReadOnlyList<ClaimItem> items, CancellationToken ct)
    {
        // The same request twice at once (a repeat overtook its lost answer): one claim, one answer for both.
        var distinct = items.DistinctBy(i => i.RequestId ?? Guid.NewGuid()).ToList();
        var answers = await store.ClaimAsync(distinct, ct);
        news.Publish([.. answers.SelectMany(a => a).Select(r => new RunHint(r.Run.Id, r.Run.TenantId, r.Run.LastEventSeq, r.Run.Status, Was: RunStatus.Queued))]);
        if (distinct.Count == items.Count)
            return answers;
        var answerOf = distinct.Zip(answers).ToDictionary(p => p.First, p => p.Second);
        return [.. items.Select(i => answerOf.GetValueOrDefault(i, []))]; // Another worker with the same id gets nothing.
    }

    public ValueTask DisposeAsync() => batcher.DisposeAsync();
}
