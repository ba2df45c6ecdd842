using System.Text.Json;
using Microsoft.Extensions.Options;
using NextLayer.Contracts.Json;
using NextLayer.Contracts.Runs;
using NextLayer.ControlPlane.Features.Events;

namespace NextLayer.ControlPlane.Features.Streaming;

/// <summary>One run to one peer: the snapshot first, then every event, each once.</summary>
internal sealed class RunStream(RunTails tails, RunEventReader reader, IOptions<StreamOptions> options)
{
    /// <param name="afterSeq">The last event the peer has; null to begin at the snapshot.</param>
    public async Task<SocketEnd> WriteAsync(StreamSocket socket, RunSnapshot snapshot, int? afterSeq, CancellationToken ct)
    {
        var seen = Math.Min(afterSeq ?? snapshot.LastSeq, snapshot.LastSeq);
        // The tail reads Postgres from the snapshot on, or has begun before: no event can fall between the two.
        var tail = tails.Join(snapshot.RunId, snapshot.LastSeq);
        try
        {
            await socket.SendAsync(JsonSerializer.SerializeToUtf8Bytes(snapshot, NextLayerJson.Options), ct);
            while (tail.Failure is null)
            {
                var added = tail.Added.Next;
                if (await CatchUpAsync(socket, tail, seen, ct) is not { } upTo)
                    return SocketEnd.SlowReader;
                seen = upTo;
                await added.WaitAsync(ct);
            }

            return SocketEnd.TryAgain;
        }
        finally
        {
            await tails.LeaveAsync(tail);
        }
    }

    /// <summary>Sends what the peer has not seen, until there is nothing more.</summary>
    /// <returns>Number of the last event sent; null when the peer is far behind and falls further.</returns>
    private async Task<int?> CatchUpAsync(StreamSocket socket, RunTail tail, int seen, CancellationToken ct)
    {
        var behind = tail.LastSeq - seen;
        while (true)
        {
            // What the tail has let go, or never had, comes from Postgres.
            var events = tail.After(seen)
                ?? [.. (await reader.ReadPageAsync(tail.RunId, seen, RunTail.BatchSize, ct)).Select(TailEvent.Of)];
            if (events.Count == 0)
                return seen;
            foreach (var next in events)
            {
                await socket.SendAsync(next.Message, ct);
                seen = next.Seq;
            }

            // A burst alone makes nobody slow: who reads it quicker than more is written gets it whole.
            var left = tail.LastSeq - seen;
            if (left > options.Value.MaxLag && left >= behind)
                return null;
            behind = left;
        }
    }
}
