using NextLayer.ControlPlane.Platform.Database;
using Npgsql;

namespace NextLayer.ControlPlane.Features.Triggers;

/// <summary>What a trigger's <c>workflow_id</c> leads to.</summary>
/// <param name="Current">The APPROVED version with the highest number; null when none is.</param>
internal sealed record TriggerTarget(Guid TenantId, Guid PipelineId, Guid? Current);

/// <summary>Finds the pipeline behind a version's id, and the version that its triggers start.</summary>
internal static class TriggerTargets
{
    /// <summary>For a <c>LEFT JOIN</c> behind a table with a <c>pipeline_id</c>, aliased <c>p</c>.</summary>
    public const string CurrentVersion = """
        LATERAL (SELECT id FROM pipeline_versions
                 WHERE pipeline_id = p.pipeline_id AND status = 'APPROVED'
                 ORDER BY version_number DESC LIMIT 1) c ON true
        """;

    private const string FindSql = $"""
        SELECT p.tenant_id, p.pipeline_id, c.id
        FROM pipeline_versions p LEFT JOIN {CurrentVersion}
        WHERE p.id = $1 AND p.tenant_id = $2
        """;

    /// <returns>Null when the tenant has no such version.</returns>
    public static async Task<TriggerTarget?> FindAsync(NpgsqlConnection connection, Guid workflowId, Guid tenantId, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand(FindSql, connection);
        command.Parameters.AddWithValue(workflowId);
        command.Parameters.AddWithValue(tenantId);
        await using var row = await command.ExecuteReaderAsync(ct);
        return await row.ReadAsync(ct) ? new TriggerTarget(row.GetGuid(0), row.GetGuid(1), row.GetId(2)) : null;
    }
}
