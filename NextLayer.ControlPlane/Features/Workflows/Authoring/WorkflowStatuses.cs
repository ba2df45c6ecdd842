using Microsoft.AspNetCore.Http.HttpResults;
using NextLayer.Contracts.Registry;
using NextLayer.Contracts.Workflows;
using NextLayer.ControlPlane.Platform.Errors;
using NextLayer.ControlPlane.Platform.Registry;

namespace NextLayer.ControlPlane.Features.Workflows.Authoring;

/// <summary>The states of versions in the Workflow API's words.</summary>
internal static class WorkflowStatuses
{
    public static WorkflowStatus Of(VersionStatus status) => status switch
    {
        VersionStatus.Draft => WorkflowStatus.Draft,
        VersionStatus.Approved => WorkflowStatus.Published,
        VersionStatus.Deprecated => WorkflowStatus.Archived,
        _ => throw new ArgumentOutOfRangeException(nameof(status), status, null),
    };

    private static VersionStatus ToVersion(WorkflowStatus status) => status switch
    {
        WorkflowStatus.Draft => VersionStatus.Draft,
        WorkflowStatus.Published => VersionStatus.Approved,
        WorkflowStatus.Archived => VersionStatus.Deprecated,
        _ => throw new ArgumentOutOfRangeException(nameof(status), status, null),
    };

    /// <summary>Reads the words of a query string.</summary>
    /// <returns>Null, or the refusal of a word that is none.</returns>
    public static ProblemHttpResult? TryRead(string[]? words, out IReadOnlyList<VersionStatus> statuses)
    {
        var read = new List<VersionStatus>();
        statuses = read;
        foreach (var word in words ?? [])
        {
            if (!EnumText.TryParse<WorkflowStatus>(word, out var status))
                return Problems.Invalid("status", $"must be one of {string.Join(", ", EnumText.All<WorkflowStatus>())}.");
            read.Add(ToVersion(status));
        }

        return null;
    }
}
