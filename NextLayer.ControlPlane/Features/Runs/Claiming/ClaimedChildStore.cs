using NextLayer.Contracts.Runs;
using NextLayer.ControlPlane.Platform.Database;
using Npgsql;

namespace NextLayer.ControlPlane.Features.Runs.Claiming;

/// <summary>Reads what claimed child runs may know of their parents.</summary>
internal sealed class ClaimedChildStore(Databases databases)
{
    // A child that runs another workflow has its item as its input and sees nothing of the parent.
    private const string ChildrenSql = """
        SELECT i.child_id, i.item, i.child_index, CASE WHEN json_typeof(g.wait -> 'scope') <> 'null' THEN g.wait -> 'scope' END,
               CASE WHEN json_typeof(g.wait -> 'output') <> 'null' THEN g.wait -> 'output' END
        FROM unnest($1::uuid[], $2::text[], $3::integer[]) AS c (run_id, step_id, child_index)
        JOIN child_items i ON i.run_id = c.run_id AND i.step_id = c.step_id AND i.child_index = c.child_index
        JOIN child_groups g ON g.run_id = i.run_id AND g.step_id = i.step_id
        """;

    public async Task<IReadOnlyDictionary<Guid, ClaimedChild>> ReadAsync(IReadOnlyList<Run> runs, CancellationToken ct)
    {
        var children = new Dictionary<Guid, ClaimedChild>();
        if (runs.Count == 0)
            return children;
        await using var connection = await databases.Hot.OpenConnectionAsync(ct);
        await using var batch = new NpgsqlBatch(connection);
        batch.Add(ChildrenSql).Ids(runs, r => r.ParentRunId).Texts(runs, r => r.ParentStepId).Integers(runs, r => r.ChildIndex);
        await using var rows = await batch.ExecuteReaderAsync(ct);
        while (await rows.ReadAsync(ct))
            children[rows.GetGuid(0)] = new ClaimedChild
            {
                Item = rows.GetJson(1),
                Index = rows.GetInt32(2),
                Scope = rows.GetOptionalJson(3),
                Output = rows.GetOptionalJson(4),
            };
        return children;
    }
}
