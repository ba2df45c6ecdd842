using System.Text.Json;
using NextLayer.Contracts.Json;
using NextLayer.Contracts.Registry;
using NextLayer.Contracts.Runs;
using NextLayer.ControlPlane.Platform.Database;
using NextLayer.ControlPlane.Platform.Registry;
using Npgsql;

namespace NextLayer.ControlPlane.Features.Pipelines;

/// <summary>What a list of pipelines shows beside their names, read for all of a page at once.</summary>
internal sealed class PipelineSummaries(Databases databases)
{
    // The runs of a version and status are a stretch of an index; rows are compared whole for the reason RunListSql gives.
    private const string Sql = """
        SELECT p.id, n.id, n.version, n.status, l.runs
        FROM unnest($1::uuid[]) AS p (id)
        LEFT JOIN LATERAL (
            SELECT v.id, v.version, v.status FROM pipeline_versions v
            WHERE v.pipeline_id = p.id AND v.test_of IS NULL ORDER BY v.version_number DESC LIMIT 1) n ON true
        CROSS JOIN LATERAL (
            SELECT coalesce(json_agg(json_build_object('id', last.id, 'status', last.status) ORDER BY last.id DESC), '[]') AS runs
            FROM (
                SELECT r.id, r.status
                FROM pipeline_versions v CROSS JOIN unnest($2::text[]) AS s (status) CROSS JOIN LATERAL (
                    SELECT r.id, r.status FROM pipeline_runs r
                    WHERE (r.pipeline_version_id, r.status, r.id) >= (v.id, s.status, '00000000-0000-0000-0000-000000000000')
                      AND (r.pipeline_version_id, r.status, r.id) < (v.id, s.status, 'ffffffff-ffff-ffff-ffff-ffffffffffff')
                      AND r.parent_run_id IS NULL
                    ORDER BY r.pipeline_version_id DESC, r.status DESC, r.id DESC LIMIT 10) r
                WHERE v.pipeline_id = p.id
                ORDER BY r.id DESC LIMIT 10) last) l
        """;

    public async Task<Page<Pipeline>> AddToAsync(Page<Pipeline> page, CancellationToken ct)
    {
        var summaries = await ReadAsync([.. page.Items.Select(pipeline => pipeline.Id)], ct);
        return page with { Items = [.. page.Items.Select(pipeline => pipeline with { Summary = summaries.GetValueOrDefault(pipeline.Id) })] };
    }

    private async Task<Dictionary<Guid, PipelineSummary>> ReadAsync(Guid[] pipelineIds, CancellationToken ct)
    {
        await using var connection = await databases.OpenForCallerAsync(ct);
        await using var command = new NpgsqlCommand(Sql, connection);
        command.Parameters.AddWithValue(pipelineIds);
        command.Parameters.AddWithValue(EnumText.All<RunStatus>().ToArray());
        await using var row = await command.ExecuteReaderAsync(ct);
        var summaries = new Dictionary<Guid, PipelineSummary>();
        while (await row.ReadAsync(ct))
        {
            summaries.Add(row.GetGuid(0), new PipelineSummary
            {
                NewestVersion = row.GetId(1) is { } versionId
                    ? new VersionLabel { Id = versionId, Version = row.GetString(2), Status = EnumText.Parse<VersionStatus>(row.GetString(3)) }
                    : null,
                LastRuns = row.GetJson(4).Deserialize<IReadOnlyList<RunMark>>(NextLayerJson.Options)!, // The statement always gives an array.
            });
        }

        return summaries;
    }
}
