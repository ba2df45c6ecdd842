using Microsoft.AspNetCore.Http.HttpResults;
using NextLayer.Contracts.Runs;
using NextLayer.ControlPlane.Features.Runs;
using NextLayer.ControlPlane.Features.Runs.Labels;
using NextLayer.ControlPlane.Platform.Errors;
using NextLayer.ControlPlane.Platform.Registry;

namespace NextLayer.ControlPlane.Features.Streaming.Lists;

/// <summary>Which runs one list shows.</summary>
/// <param name="Tenants">Whose runs; null for everybody's.</param>
/// <param name="VersionId">The Workflow API's <c>workflow_id</c>.</param>
/// <param name="WorkerId">Worker that holds the run, or held it last.</param>
/// <param name="MinDuration">Only finished runs that took at least so long.</param>
/// <param name="Labels">Pairs (<c>key=value</c>) that a run must all have.</param>
internal sealed record ListFilter(
    IReadOnlyList<Guid>? Tenants, StatusSet Statuses, Guid? PipelineId, Guid? VersionId, string? WorkerId = null, TimeSpan? MinDuration = null,
    IReadOnlyList<string>? Labels = null)
{
    private static readonly StatusSet Finished = default(StatusSet).With(RunStatus.Succeeded).With(RunStatus.Failed).With(RunStatus.Cancelled);

    /// <summary>Null with a problem when a status is none; both spellings are taken.</summary>
    public static ListFilter? TryCreate(
        IReadOnlyList<Guid>? tenants, ListWish wish, out ProblemHttpResult? problem)
    {
        problem = wish.Label is { } pairs && (pairs.Length > LabelRules.MaxLabels || !pairs.All(LabelRules.IsPair))
            ? Problems.Invalid("label", $"must be key=value, at most {LabelRules.MaxLabels} times.")
            : null;
        if (problem is not null)
            return null;
        var asked = default(StatusSet);
        foreach (var word in wish.Status ?? [])
        {
            var status = WorkflowWords.ParseRunStatus(word) ?? (EnumText.TryParse<RunStatus>(word, out var parsed) ? parsed : null);
            if (status is null)
            {
                problem = Problems.Invalid("status", $"must be one of {string.Join(", ", EnumText.All<RunStatus>())}.");
                return null;
            }

            asked = asked.With(status.Value);
        }

        return new ListFilter(
            tenants,
            asked == default ? StatusSet.All : asked,
            wish.PipelineId,
            wish.WorkflowId,
            wish.WorkerId,
            wish.DurationMsMin is { } least ? TimeSpan.FromMilliseconds(least) : null,
            wish.Label is { Length: > 0 } labels ? labels : null);
    }

    /// <summary>True when the news alone cannot tell whether a run belongs to the list.</summary>
    public bool LooksAtRows => (PipelineId ?? VersionId) is not null || WorkerId is not null || MinDuration is not null || Labels is not null;

    /// <summary>False when the run is certainly not, and was not, on the list.</summary>
    public bool MayShow(ChangedRun changed) =>
        (Tenants is null || Tenants.Contains(changed.TenantId)) && Statuses.Meets(changed.Passed);

    /// <summary>Whether the run is on the list, its status left aside.</summary>
    public bool Covers(Run run) =>
        IsOfIts(run) && HasLabels(run, lost: null) && (WorkerId is null || WorkerId == run.ClaimedBy) && (MinDuration is null || run.FinishedAt - run.StartedAt >= MinDuration);

    /// <summary>Whether the run is not on the list any more, and may have been before it changed so.</summary>
    public bool MayHaveLost(Run run, ChangedRun changed) =>
        IsOfIts(run)
        && HasLabels(run, changed.LostLabels)
        && ((WorkerId is not null && WorkerId != run.ClaimedBy && IsTakenOver(run, changed.Passed))
            || (MinDuration is not null && IsRetried(run, changed.Passed))
            || (Labels is not null && !HasLabels(run, lost: null)));

    private bool IsOfIts(Run run) =>
        (Tenants is null || Tenants.Contains(run.TenantId))
        && (PipelineId is null || PipelineId == run.PipelineId)
        && (VersionId is null || VersionId == run.PipelineVersionId);

    /// <param name="lost">Pairs that count as if the run still had them.</param>
    private bool HasLabels(Run run, IReadOnlyList<string>? lost) =>
        Labels is null || Labels.All(pair => Has(run, pair) || lost?.Contains(pair) is true);

    private static bool Has(Run run, string pair)
    {
        var end = pair.IndexOf('=', StringComparison.Ordinal);
        return run.Labels?.GetValueOrDefault(pair[..end]) == pair[(end + 1)..];
    }

    // Another worker comes with another claim; of a run that was never claimed before no list has to be told.
    private static bool IsTakenOver(Run run, StatusSet passed) =>
        passed.Has(RunStatus.Queued) && (run.Generation > 1 || run.ClaimedAt > run.StartedAt);

    private static bool IsRetried(Run run, StatusSet passed) => run.FinishedAt is null && passed.Meets(Finished);
}
