using NextLayer.ControlPlane.Platform.Database;
using Npgsql;

namespace NextLayer.ControlPlane.Features.Runs.Claiming;

/// <summary>
/// Notes until when runs with a time limit may take, once their first claim has started them. Done before the claim is
/// answered: a worker that has such a run can be sure that its limit holds, and runs without one cost nothing.
/// </summary>
internal sealed class RunDeadlines(Databases databases)
{
    private const string SetSql = """
        UPDATE pipeline_runs r SET deadline_at = r.started_at + make_interval(secs => limits.seconds)
        FROM unnest($1::uuid[], $2::double precision[]) AS limits (id, seconds)
        WHERE r.id = limits.id AND r.deadline_at IS NULL AND r.status = 'RUNNING'
        """;

    public async Task SetAsync(List<(Guid RunId, double Seconds)> limits, CancellationToken ct)
    {
        if (limits.Count == 0)
            return;
        await using var connection = await databases.Hot.OpenConnectionAsync(ct);
        await using var batch = new NpgsqlBatch(connection);
        var ordered = limits.OrderBy(l => l.RunId).ToList();
        var command = batch.Add(SetSql).Ids(ordered, l => l.RunId);
        command.Parameters.Add(new NpgsqlParameter<double[]> { TypedValue = [.. ordered.Select(l => l.Seconds)] });
        await batch.ExecuteNonQueryAsync(ct);
    }
}
