using Microsoft.AspNetCore.Http.HttpResults;
using NextLayer.Contracts.Runs;
using NextLayer.ControlPlane.Features.Runs;
using NextLayer.ControlPlane.Platform.Errors;
using NextLayer.ControlPlane.Platform.Registry;

namespace NextLayer.ControlPlane.Features.Streaming.Lists;

/// <summary>Which runs one list shows.</summary>
/// <param name="Tenants">Whose runs; null for everybody's.</param>
/// <param name="VersionId">The Workflow API's <c>workflow_id</c>.</param>
internal sealed record ListFilter(IReadOnlyList<Guid>? Tenants, StatusSet Statuses, Guid? PipelineId, Guid? VersionId)
{
    /// <summary>Null with a problem when a status is none; both spellings are taken.</summary>
    public static ListFilter? TryCreate(
        IReadOnlyList<Guid>? tenants, string[]? statuses, Guid? pipelineId, Guid? versionId, out ProblemHttpResult? problem)
    {
        problem = null;
        var asked = default(StatusSet);
        foreach (var word in statuses ?? [])
        {
            var status = WorkflowWords.ParseRunStatus(word) ?? (EnumText.TryParse<RunStatus>(word, out var parsed) ? parsed : null);
            if (status is null)
            {
                problem = Problems.Invalid("status", $"must be one of {string.Join(", ", EnumText.All<RunStatus>())}.");
                return null;
            }

            asked = asked.With(status.Value);
        }

        return new ListFilter(tenants, asked == default ? StatusSet.All : asked, pipelineId, versionId);
    }

    /// <summary>True when the news alone cannot tell whether a run belongs to the list.</summary>
    public bool LooksAtRows => PipelineId is not null || VersionId is not null;

    /// <summary>False when the run is certainly not, and was not, on the list.</summary>
    public bool MayShow(ChangedRun changed) =>
        (Tenants is null || Tenants.Contains(changed.TenantId)) && Statuses.Meets(changed.Passed);

    /// <summary>Whether the run is on the list, its status left aside.</summary>
    public bool Covers(Run run) =>
        (Tenants is null || Tenants.Contains(run.TenantId))
        && (PipelineId is null || PipelineId == run.PipelineId)
        && (VersionId is null || VersionId == run.PipelineVersionId);
}
