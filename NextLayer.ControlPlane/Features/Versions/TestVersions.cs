using System.Text.Json;
using NextLayer.Contracts.Registry;
using NextLayer.ControlPlane.Features.Runs.Creating;
using NextLayer.ControlPlane.Platform.Database;
using NextLayer.ControlPlane.Platform.Errors;
using NextLayer.ControlPlane.Platform.Registry;
using NextLayer.Workflows.Definitions;
using Npgsql;
using NpgsqlTypes;

namespace NextLayer.ControlPlane.Features.Versions;

/// <summary>
/// Copies of drafts, for their tests. The draft goes on changing while its test runs; the copy never does, so that the
/// run can be retried, read and drawn like any other. It is in no list of versions.
/// </summary>
internal sealed class TestVersions(Databases databases, VersionCatalog versions, RunIds ids)
{
    private const string DraftSql = """
        SELECT pipeline_id, version, version_number, status, frozen_at IS NOT NULL, definition, input_schema
        FROM pipeline_versions WHERE id = $1 AND tenant_id = $2
        """;

    // Two tests of the same state run the same copy. Should both make one at the same moment, each has its own: no harm.
    private const string CopySql = """
        WITH known AS (
            SELECT id FROM pipeline_versions
            WHERE test_of = $2 AND definition::text = $7 AND input_schema::text IS NOT DISTINCT FROM $8
            LIMIT 1
        ), made AS (
            INSERT INTO pipeline_versions (id, tenant_id, pipeline_id, version, version_number, status, definition, input_schema, frozen_at, test_of)
            SELECT $1, $3, $4, $5, $6, 'DEPRECATED', $7::json, $8::json, now(), $2
            WHERE NOT EXISTS (SELECT FROM known)
            RETURNING id
        )
        SELECT id FROM known UNION ALL SELECT id FROM made
        """;

    /// <summary>The version that a test of the draft runs: as the draft is now.</summary>
    /// <param name="upTo">The last step that is tested; null for all.</param>
    /// <param name="member">What the caller's API calls the definition.</param>
    /// <returns>The copy; 404, 400 <c>workflow_not_draft</c>, or 400 <c>invalid_definition</c>.</returns>
    public async Task<Outcome<VersionInfo>> CopyAsync(Guid tenantId, Guid draftId, string? upTo, string member, CancellationToken ct)
    {
        await using var connection = await databases.OpenForCallerAsync(ct);
        if (await FindAsync(connection, tenantId, draftId, ct) is not { } draft)
            return Problems.NotFound("workflow", draftId);
        if (draft.Status != VersionStatus.Draft || draft.IsFrozen)
            return Problems.BadRequest("workflow_not_draft", $"Workflow {draftId} is not a draft that can still change; run it instead, or duplicate it and test the copy.");
        if (upTo is not null)
        {
            if (DefinitionPart.UpTo(JsonElement.Parse(draft.Definition), upTo) is not { } part)
                return Problems.Invalid("up_to", $"is no step of the draft {draftId}.");
            draft = draft with { Definition = part.GetRawText() };
        }

        if (DefinitionCheck.Refuse(JsonElement.Parse(draft.Definition), member) is { } invalid)
            return invalid;
        try
        {
            var copyId = await CopyAsync(connection, tenantId, draftId, draft, ct);
            return await versions.GetAsync(copyId, ct) is { } copy ? copy : Problems.NotFound("workflow", draftId);
        }
        catch (PostgresException ex) when (ex.SqlState == PostgresErrorCodes.ForeignKeyViolation)
        {
            return Problems.NotFound("workflow", draftId); // Deleted meanwhile, and its pipeline with it.
        }
    }

    /// <summary>What the steps before the last gave in another run of the pipeline.</summary>
    /// <param name="copy">Of the draft up to that step.</param>
    /// <returns>Null when the tenant has no such run.</returns>
    public async Task<TakenOutputs?> FindOutputsAsync(VersionInfo copy, Guid runId, string last, CancellationToken ct)
    {
        await using var connection = await databases.OpenForCallerAsync(ct);
        var before = copy.Part(null).Workflow.Steps.Select(step => step.Id).Where(id => id != last);
        return await TakenOutputs.FindAsync(connection, copy.TenantId, copy.PipelineId, runId, before, ct);
    }

    private static async Task<Draft?> FindAsync(NpgsqlConnection connection, Guid tenantId, Guid draftId, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand(DraftSql, connection);
        command.Parameters.AddWithValue(draftId);
        command.Parameters.AddWithValue(tenantId);
        await using var row = await command.ExecuteReaderAsync(ct);
        return await row.ReadAsync(ct)
            ? new Draft(
                row.GetGuid(0), row.GetString(1), row.GetInt32(2), EnumText.Parse<VersionStatus>(row.GetString(3)), row.GetBoolean(4), row.GetString(5), row.GetText(6))
            : null;
    }

    private async Task<Guid> CopyAsync(NpgsqlConnection connection, Guid tenantId, Guid draftId, Draft draft, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand(CopySql, connection);
        command.Parameters.AddWithValue(ids.Next());
        command.Parameters.AddWithValue(draftId);
        command.Parameters.AddWithValue(tenantId);
        command.Parameters.AddWithValue(draft.PipelineId);
        command.Parameters.AddWithValue(draft.Label);
        command.Parameters.AddWithValue(draft.Number);
        command.Parameters.AddWithValue(draft.Definition);
        command.Parameters.Add(new NpgsqlParameter<string?> { TypedValue = draft.InputSchema, NpgsqlDbType = NpgsqlDbType.Text });
        return (Guid)(await command.ExecuteScalarAsync(ct))!; // Known or made, there is one.
    }

    /// <param name="Definition">Raw JSON.</param>
    /// <param name="InputSchema">Raw JSON.</param>
    private sealed record Draft(
        Guid PipelineId, string Label, int Number, VersionStatus Status, bool IsFrozen, string Definition, string? InputSchema);
}
