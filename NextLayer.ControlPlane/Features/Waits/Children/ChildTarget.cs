using NextLayer.Contracts.Workers;
using NextLayer.ControlPlane.Platform.Database;
using Npgsql;

namespace NextLayer.ControlPlane.Features.Waits.Children;

/// <summary>What the children of a group run, or why they cannot.</summary>
/// <param name="BodyPath">Null for a whole workflow.</param>
internal sealed record ChildTarget(Guid VersionId, string? BodyPath, string? Code = null, string? Problem = null)
{
    /// <summary>For-eaches within for-eaches, counted over workflows that call one another too.</summary>
    public const int MaxDepth = 5;

    private const string ParentSql = "SELECT tenant_id, pipeline_version_id, body_path, depth FROM pipeline_runs WHERE id = $1";

    // The address names a line of versions; without a number its current one is run, as triggers do.
    private const string WorkflowSql = """
        SELECT v.id FROM pipeline_versions named
        JOIN pipeline_versions v ON v.pipeline_id = named.pipeline_id AND v.status = 'APPROVED'
             AND ($3::integer IS NULL OR v.version_number = $3)
        WHERE named.id = $1 AND named.tenant_id = $2
        ORDER BY v.version_number DESC LIMIT 1
        """;

    public static async Task<ChildTarget> FindAsync(NpgsqlConnection connection, ChildGroupKey group, ChildrenWait wait, CancellationToken ct)
    {
        var (tenantId, versionId, path, depth) = await ReadParentAsync(connection, group.RunId, ct);
        if (depth >= MaxDepth)
            return new ChildTarget(default, null, "DEPTH_LIMIT", $"For-each steps may nest {MaxDepth} deep, workflows that call one another included.");
        if (wait.WorkflowId is not { } workflowId)
            return new ChildTarget(versionId, path is null ? group.StepId : $"{path}/{group.StepId}");
        await using var command = new NpgsqlCommand(WorkflowSql, connection);
        command.Parameters.AddWithValue(workflowId);
        command.Parameters.AddWithValue(tenantId);
        command.Parameters.Add(new NpgsqlParameter { Value = (object?)wait.Version ?? DBNull.Value, NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Integer });
        return await command.ExecuteScalarAsync(ct) is Guid found
            ? new ChildTarget(found, null)
            : new ChildTarget(default, null, "WORKFLOW_NOT_FOUND", $"There is no published workflow {workflowId}{(wait.Version is { } n ? $" version {n}" : "")}.");
    }

    /// <summary>The target of a group that has begun.</summary>
    public static async Task<ChildTarget> OfRunningAsync(NpgsqlConnection connection, ChildGroup group, CancellationToken ct)
    {
        var (_, _, path, _) = await ReadParentAsync(connection, group.Key.RunId, ct);
        var bodyPath = group.Wait.WorkflowId is not null ? null : path is null ? group.Key.StepId : $"{path}/{group.Key.StepId}";
        return new ChildTarget(group.VersionId!.Value, bodyPath); // Set when it began.
    }

    private static async Task<(Guid TenantId, Guid VersionId, string? BodyPath, int Depth)> ReadParentAsync(
        NpgsqlConnection connection, Guid runId, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand(ParentSql, connection);
        command.Parameters.AddWithValue(runId);
        await using var row = await command.ExecuteReaderAsync(ct);
        await row.ReadAsync(ct);
        return (row.GetGuid(0), row.GetGuid(1), row.GetText(2), row.GetInt16(3));
    }
}
