using NextLayer.ControlPlane.Features.Providers.Registry;
using NextLayer.ControlPlane.Platform.Database;
using Npgsql;

namespace NextLayer.ControlPlane.Features.Providers.Running;

/// <summary>
/// Makes a tenant's pipeline of a registry entry with its first run, and the next version whenever the entry's file has
/// changed. Any number of calls at once make one.
/// </summary>
internal sealed class ProviderVersions(Databases databases, RunIds ids)
{
    private const string FindSql = """
        SELECT v.id FROM provider_pipelines p
        JOIN provider_versions k ON k.pipeline_id = p.pipeline_id AND k.content_hash = $3
        JOIN pipeline_versions v ON v.id = k.version_id AND v.status = 'APPROVED'
        WHERE p.tenant_id = $1 AND p.pipeline_key = $2
        """;

    // Held until the commit; whoever comes meanwhile waits here and then finds what was made.
    private const string LockSql = "SELECT pg_advisory_xact_lock(hashtextextended('nextlayer.provider:' || $1::text || ':' || $2, 0))";

    private const string PipelineSql = "SELECT pipeline_id FROM provider_pipelines WHERE tenant_id = $1 AND pipeline_key = $2";

    private const string AddPipelineSql = """
        WITH made AS (INSERT INTO pipelines (id, tenant_id, name, description) VALUES ($3, $1, $4, $5) RETURNING id)
        INSERT INTO provider_pipelines (tenant_id, pipeline_key, pipeline_id) SELECT $1, $2, id FROM made
        """;

    // The pipeline's row keeps people from taking the same number meanwhile.
    private const string LockPipelineSql = "SELECT FROM pipelines WHERE id = $1 FOR UPDATE";

    private const string AddVersionSql = """
        WITH next AS (
            SELECT coalesce(max(version_number), 0) + 1 AS number FROM pipeline_versions WHERE pipeline_id = $2
        ), made AS (
            INSERT INTO pipeline_versions (id, tenant_id, pipeline_id, version, version_number, status, definition, input_schema, frozen_at)
            SELECT $3, $1, $2,
                   -- Somebody may have given another version this label.
                   'v' || number || CASE WHEN EXISTS (SELECT FROM pipeline_versions WHERE pipeline_id = $2 AND version = 'v' || number)
                                         THEN '-' || left(encode($4, 'hex'), 12) || '-' || number ELSE '' END,
                   number, 'APPROVED', $5::json, $6::json, now()
            FROM next RETURNING id
        )
        INSERT INTO provider_versions (pipeline_id, content_hash, version_id) SELECT $2, $4, id FROM made
        ON CONFLICT (pipeline_id, content_hash) DO UPDATE SET version_id = excluded.version_id
        """;

    /// <summary>The tenant's approved version of what the entry's file holds now.</summary>
    public async Task<Guid> EnsureAsync(Guid tenantId, ProviderEntry entry, CancellationToken ct)
    {
        await using var connection = await databases.Main.OpenConnectionAsync(ct);
        if (await AskAsync(connection, FindSql, ct, tenantId, entry.Id, entry.ContentHash) is Guid known)
            return known;
        await using var transaction = await connection.BeginTransactionAsync(ct);
        await AskAsync(connection, LockSql, ct, tenantId, entry.Id);
        if (await AskAsync(connection, FindSql, ct, tenantId, entry.Id, entry.ContentHash) is Guid madeMeanwhile)
            return madeMeanwhile;
        var pipelineId = await EnsurePipelineAsync(connection, tenantId, entry, ct);
        await AskAsync(connection, LockPipelineSql, ct, pipelineId);
        var versionId = ids.Next();
        await AskAsync(
            connection, AddVersionSql, ct, tenantId, pipelineId, versionId, entry.ContentHash, entry.Definition.GetRawText(), entry.InputSchema.GetRawText());
        await transaction.CommitAsync(ct);
        return versionId;
    }

    private async Task<Guid> EnsurePipelineAsync(NpgsqlConnection connection, Guid tenantId, ProviderEntry entry, CancellationToken ct)
    {
        if (await AskAsync(connection, PipelineSql, ct, tenantId, entry.Id) is Guid known)
            return known;
        var pipelineId = ids.Next();
        await AskAsync(connection, AddPipelineSql, ct, tenantId, entry.Id, pipelineId, entry.View.Name, entry.View.Description);
        return pipelineId;
    }

    private static async Task<object?> AskAsync(NpgsqlConnection connection, string sql, CancellationToken ct, params object[] values)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        foreach (var value in values)
            command.Parameters.AddWithValue(value);
        return await command.ExecuteScalarAsync(ct);
    }
}
