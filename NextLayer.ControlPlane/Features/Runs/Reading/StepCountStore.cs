using NextLayer.Contracts.Runs;
using NextLayer.ControlPlane.Platform.Database;
using Npgsql;

namespace NextLayer.ControlPlane.Features.Runs.Reading;

/// <summary>A run's steps as they were counted while <paramref name="LastEventSeq"/> was its newest event.</summary>
internal readonly record struct CountedRun(Guid RunId, Guid VersionId, int LastEventSeq, StepCounts Steps);

/// <summary>Counts the steps of many runs at once, by what is known of them.</summary>
internal static class StepCountStore
{
    // The newest attempt of each step says how it stands. What is not finished when the run's next generation begins is
    // done again then; only in a run that has ended does an old failure stand.
    private const string Sql = """
        SELECT r.id, count(s.state)::integer,
               (count(*) FILTER (WHERE state = 'running'))::integer, (count(*) FILTER (WHERE state = 'waiting'))::integer,
               (count(*) FILTER (WHERE state = 'completed'))::integer, (count(*) FILTER (WHERE state = 'failed'))::integer,
               (count(*) FILTER (WHERE state = 'skipped'))::integer, (count(*) FILTER (WHERE state = 'cancelled'))::integer,
               r.body_path, r.pipeline_version_id, r.last_event_seq
        FROM pipeline_runs r
        LEFT JOIN (
            SELECT DISTINCT ON (a.run_id, a.step_id) a.run_id,
                   CASE WHEN a.status NOT IN ('failed', 'cancelled') OR r.finished_at IS NOT NULL THEN a.status
                        WHEN a.generation < r.generation THEN 'pending'
                        WHEN a.retry_at IS NOT NULL THEN 'waiting'
                        ELSE a.status END AS state
            FROM (
                SELECT run_id, step_id, generation, attempt, status, retry_at FROM step_runs WHERE run_id = ANY ($1)
                UNION ALL
                SELECT run_id, step_id, generation, attempt, status, NULL FROM open_steps WHERE run_id = ANY ($1)
            ) AS a
            JOIN pipeline_runs r ON r.id = a.run_id
            ORDER BY a.run_id, a.step_id, a.generation DESC, a.attempt DESC
        ) AS s ON s.run_id = r.id
        WHERE r.id = ANY ($1)
        GROUP BY r.id
        """;

    private const string ForEachSql = """
        SELECT run_id, step_id, total, running, succeeded, failed FROM child_groups
        WHERE run_id = ANY ($1) ORDER BY run_id, step_id
        """;

    /// <summary>Adds the count to a batch; its result is for <see cref="ReadAsync"/>.</summary>
    public static void Add(NpgsqlBatch batch, IEnumerable<Guid> runIds) =>
        batch.Add(Sql).Parameters.Add(new NpgsqlParameter<Guid[]> { TypedValue = [.. runIds] });

    /// <summary>Adds the question for the runs' for-each steps; its result is for <see cref="ReadForEachAsync"/>.</summary>
    public static void AddForEach(NpgsqlBatch batch, IEnumerable<Guid> runIds) =>
        batch.Add(ForEachSql).Parameters.Add(new NpgsqlParameter<Guid[]> { TypedValue = [.. runIds] });

    /// <summary>Reads one result; runs that the caller cannot see are missing.</summary>
    public static async Task<IReadOnlyList<CountedRun>> ReadAsync(NpgsqlDataReader rows, CancellationToken ct)
    {
        var runs = new List<CountedRun>();
        while (await rows.ReadAsync(ct))
            runs.Add(new CountedRun(rows.GetGuid(0), rows.GetGuid(9), rows.GetInt32(10), new StepCounts(
                rows.GetInt32(1), rows.GetInt32(2), rows.GetInt32(3), rows.GetInt32(4), rows.GetInt32(5), rows.GetInt32(6), rows.GetInt32(7),
                rows.GetText(8))));
        return runs;
    }

    /// <summary>Reads one result: for-each steps by run.</summary>
    public static async Task<ILookup<Guid, ForEachProgress>> ReadForEachAsync(NpgsqlDataReader rows, CancellationToken ct)
    {
        var groups = new List<(Guid RunId, ForEachProgress Group)>();
        while (await rows.ReadAsync(ct))
        {
            var (total, running, succeeded, failed) = (rows.GetInt32(2), rows.GetInt32(3), rows.GetInt32(4), rows.GetInt32(5));
            groups.Add((rows.GetGuid(0), new ForEachProgress
            {
                StepId = rows.GetString(1),
                Total = total,
                Pending = total - running - succeeded - failed,
                Running = running,
                Succeeded = succeeded,
                Failed = failed,
            }));
        }

        return groups.ToLookup(g => g.RunId, g => g.Group);
    }
}
