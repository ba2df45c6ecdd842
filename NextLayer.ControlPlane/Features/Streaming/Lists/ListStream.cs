using System.Text.Json;
using Microsoft.Extensions.Options;
using NextLayer.Contracts.Json;
using NextLayer.Contracts.Runs;
using NextLayer.ControlPlane.Features.Runs.Reading;
using NextLayer.ControlPlane.Platform.Access;

namespace NextLayer.ControlPlane.Features.Streaming.Lists;

/// <summary>Changes of many runs to one peer, for a list: how many there are first, then each run that changes.</summary>
internal sealed class ListStream(ListFeed feed, RunListStore runs, IOptions<StreamOptions> options, TimeProvider time)
{
    /// <summary>Counts go up to here.</summary>
    public const int MaxCounted = 1000;

    // A page that is read again more often than this shows nothing more.
    private static readonly TimeSpan BetweenResyncs = TimeSpan.FromSeconds(2);

    public async Task<SocketEnd> WriteAsync(StreamSocket socket, ListFilter filter, CancellationToken ct)
    {
        var mailbox = feed.Join(filter); // Before anything is read: what changes from here on is told.
        try
        {
            await SendAsync(socket, await SnapshotAsync(filter, ct), ct);
            await WriteAsync(socket, mailbox, ct);
            return SocketEnd.ServerStops; // Never: the loop ends by its token.
        }
        finally
        {
            feed.Leave(mailbox);
        }
    }

    private async Task WriteAsync(StreamSocket socket, ListMailbox mailbox, CancellationToken ct)
    {
        var tick = TimeSpan.FromMilliseconds(options.Value.ListTickMilliseconds);
        var most = Math.Max(1, (int)(options.Value.ListRunsPerSecond * tick.TotalSeconds));
        long? resynced = null;
        while (true)
        {
            var added = mailbox.Added.Next;
            var maySayMissed = resynced is null || time.GetElapsedTime(resynced.Value) >= BetweenResyncs;
            var (missed, messages, moreWaits) = mailbox.Take(most, maySayMissed);
            if (missed is not null)
            {
                resynced = time.GetTimestamp();
                await SendAsync(socket, new RunsResync { Reason = missed }, ct);
            }

            foreach (var message in messages)
                await socket.SendAsync(message, ct);
            // A tick's worth was sent: what comes now waits for the next, so that no browser is flooded.
            if (moreWaits || messages.Count == most)
                await Task.Delay(tick, time, ct);
            else
                await added.WaitAsync(ct);
        }
    }

    private async Task<RunsSnapshot> SnapshotAsync(ListFilter filter, CancellationToken ct)
    {
        var query = new RunListQuery(
            PipelineId: filter.PipelineId, PipelineVersionId: filter.VersionId, WorkerId: filter.WorkerId, DurationMsMin: (long?)filter.MinDuration?.TotalMilliseconds, Label: filter.Labels?.ToArray());
        var statuses = Enum.GetValues<RunStatus>().Where(filter.Statuses.Has);
        return new RunsSnapshot { Counts = await runs.CountAsync(query, new CallerScope(filter.Tenants), statuses, MaxCounted, ct), CountLimit = MaxCounted };
    }

    private static Task SendAsync<T>(StreamSocket socket, T message, CancellationToken ct) =>
        socket.SendAsync(JsonSerializer.SerializeToUtf8Bytes(message, NextLayerJson.Options), ct);
}
