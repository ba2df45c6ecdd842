using System.Text.Json;
using NextLayer.Contracts.Runs;
using NextLayer.ControlPlane.Features.Runs.Labels;
using NextLayer.ControlPlane.Features.Versions;
using NextLayer.ControlPlane.Platform.Database;
using Npgsql;

namespace NextLayer.ControlPlane.Features.Runs.Creating;

/// <summary>Whether a run may be made of a version with an input.</summary>
internal sealed class RunInputRules(Databases databases, VersionCatalog versions)
{
    private const string CanRunSql = "SELECT status = 'APPROVED' OR $3 AND test_of IS NOT NULL FROM pipeline_versions WHERE id = $1 AND tenant_id = $2";

    /// <summary>Checks the input against the version's <c>input_schema</c>; null when nothing is wrong with it.</summary>
    /// <param name="path">Where the input stands in the request: <c>parameters</c>, <c>runs[3].parameters</c>.</param>
    /// <param name="labelsPath">Where the labels do.</param>
    public async ValueTask<CreateOutcome?> CheckAsync(CreateRunRequest request, string path, string labelsPath, CancellationToken ct)
    {
        if (LabelRules.Check(request.Labels, labelsPath) is { } badLabels)
            return new CreateOutcome.BadParameters(badLabels);
        var parameters = request.Parameters ?? RunRows.EmptyObject;
        if (parameters.ValueKind != JsonValueKind.Object)
            return new CreateOutcome.BadParameters(new Dictionary<string, string[]> { [path] = ["must be a JSON object."] });
        var version = await versions.GetAsync(request.PipelineVersionId, ct);
        if (version is null || version.TenantId != request.TenantId)
            return new CreateOutcome.VersionNotFound(request.PipelineVersionId);
        return InputCheck.Check(version, parameters, path) is { } errors ? new CreateOutcome.BadParameters(errors) : null;
    }

    /// <summary>Says why the insert left a run out; null when it is not the version's fault.</summary>
    public async Task<CreateOutcome?> ExplainVersionAsync(RunWish wish, CancellationToken ct)
    {
        var request = wish.Request;
        await using var command = databases.Hot.CreateCommand(CanRunSql);
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = request.PipelineVersionId });
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = request.TenantId });
        command.Parameters.Add(new NpgsqlParameter<bool> { TypedValue = wish.IsTest });
        return await command.ExecuteScalarAsync(ct) switch
        {
            null => new CreateOutcome.VersionNotFound(request.PipelineVersionId),
            true => null,
            _ => new CreateOutcome.VersionNotApproved(request.PipelineVersionId),
        };
    }
}
