using System.Runtime.CompilerServices;
using NextLayer.Contracts.Runs;
using NextLayer.ControlPlane.Platform.Database;
using Npgsql;

namespace NextLayer.ControlPlane.Features.Events;

/// <summary>
/// Reads a run's events: each exactly once and in order, whatever happens to Redis. News only say that it is time to
/// look; what is delivered always comes from Postgres.
/// </summary>
internal sealed class RunEventReader(Databases databases, NewsHub news, TimeProvider time)
{
    /// <summary>While Redis is down, an event is seen after so long and the read itself: within two seconds.</summary>
    public static readonly TimeSpan PollInterval = TimeSpan.FromSeconds(1.8);

    public const int PageSize = 500;

    private const string PageSql = """
        SELECT seq, type, step_id, created_at, payload FROM run_events
        WHERE run_id = $1 AND seq > $2 ORDER BY seq LIMIT $3
        """;

    /// <summary>Events after <paramref name="afterSeq"/>, oldest first, at most <paramref name="limit"/>.</summary>
    public async Task<IReadOnlyList<RunEvent>> ReadPageAsync(Guid runId, int afterSeq, int limit, CancellationToken ct)
    {
        await using var command = databases.Hot.CreateCommand(PageSql);
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = runId });
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = afterSeq });
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = limit });
        await using var rows = await command.ExecuteReaderAsync(ct);
        var events = new List<RunEvent>();
        while (await rows.ReadAsync(ct))
            events.Add(new RunEvent
            {
                RunId = runId,
                Seq = rows.GetInt32(0),
                Event = rows.GetString(1),
                StepId = rows.GetText(2),
                Timestamp = rows.GetFieldValue<DateTimeOffset>(3),
                Payload = rows.GetJson(4),
            });
        return events;
    }

    /// <summary>
    /// Follows a run from <paramref name="afterSeq"/> on, without end: also a finished run may be retried. The caller
    /// stops by the token.
    /// </summary>
    public async IAsyncEnumerable<RunEvent> FollowAsync(Guid runId, int afterSeq, [EnumeratorCancellation] CancellationToken ct)
    {
        await foreach (var page in FollowPagesAsync(runId, afterSeq, ct))
        {
            foreach (var runEvent in page)
                yield return runEvent;
        }
    }

    /// <summary>The same, in pages as they were read; none is empty.</summary>
    public async IAsyncEnumerable<IReadOnlyList<RunEvent>> FollowPagesAsync(
        Guid runId, int afterSeq, [EnumeratorCancellation] CancellationToken ct)
    {
        // Subscribed before the first look, so that no event falls between the backlog and the news.
        using var subscription = news.OfRun(runId);
        while (true)
        {
            var next = subscription.Next;
            var page = await ReadPageAsync(runId, afterSeq, PageSize, ct);
            if (page.Count > 0)
            {
                // Numbers are taken under the run's lock, so a page can end early but never have a hole.
                afterSeq = page[^1].Seq;
                yield return page;
            }

            if (page.Count < PageSize)
                await next.OrTimeoutAsync(PollInterval, time, ct);
        }
    }
}
