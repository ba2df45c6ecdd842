using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using NextLayer.Contracts.Workflows;
using NextLayer.ControlPlane.Features.Runs;
using NextLayer.ControlPlane.Features.Runs.Reading;
using NextLayer.ControlPlane.Platform.Access;
using NextLayer.ControlPlane.Platform.Errors;
using NextLayer.ControlPlane.Platform.Registry;
using NextLayer.ControlPlane.Platform.Requests;
using NextLayer.ControlPlane.Platform.Validation;

namespace NextLayer.ControlPlane.Features.Workflows.Running;

/// <summary>What <c>GET /api/v1/runs</c> may leave out.</summary>
[QueryParameters]
internal sealed record WorkflowRunListQuery(
    [property: FromQuery(Name = "workflow_id"), Description("Runs of this workflow, which is one version of a pipeline.")] Guid? WorkflowId = null,
    [property: FromQuery(Name = "pipeline_id"), Description("Runs of any version of this pipeline.")] Guid? PipelineId = null,
    [property: FromQuery(Name = "status"), Description("pending, running, paused, completed, failed or cancelled; may be given more than once.")] string[]? Status = null,
    [property: StringLength(50), FromQuery(Name = "trigger_type"), Description("Child runs of a for-each are left out unless this is for_each.")] string? TriggerType = null,
    [property: FromQuery(Name = "since"), Description("Runs made at this time or later, ISO 8601.")] QueryTime? Since = null,
    [property: FromQuery(Name = "until"), Description("Runs made before this time, ISO 8601.")] QueryTime? Until = null,
    [property: StringLength(200), FromQuery(Name = "q"), Description("Beginning of a run's id (6 or more hexadecimal digits), or part of an error.")] string? Q = null,
    [property: StringLength(200, MinimumLength = 1), FromQuery(Name = "worker_id"), Description("Worker that holds the run, or held it last.")] string? WorkerId = null,
    [property: Range(typeof(long), "0", "31622400000"), FromQuery(Name = "duration_ms_min"), Description("Ended runs that took at least so many milliseconds.")] long? DurationMsMin = null,
    [property: FromQuery(Name = "label"), Description("key=value; may be given more than once, and then all must fit.")] string[]? Label = null)
{
    /// <summary>The same question in the Queue API's words.</summary>
    /// <returns>Null with the refusal of a word that is none.</returns>
    public RunListFilter? ToFilter(Guid tenantId, out ProblemHttpResult? problem)
    {
        var statuses = Status?.Select(word => (Word: word, Status: WorkflowWords.ParseRunStatus(word))).ToArray();
        if (statuses?.Any(status => status.Status is null) == true)
        {
            problem = Problems.Invalid("status", $"must be one of {string.Join(", ", EnumText.All<WorkflowRunStatus>())}.");
            return null;
        }

        return RunListFilter.TryCreate(
            new RunListQuery(
                TenantId: tenantId,
                Status: statuses is null ? null : [.. statuses.Select(status => RunRows.Text(status.Status!.Value))], // None is null, see above.
                PipelineId: PipelineId,
                PipelineVersionId: WorkflowId,
                TriggerType: TriggerType,
                CreatedAfter: Since,
                CreatedBefore: Until,
                Q: Q,
                WorkerId: WorkerId,
                DurationMsMin: DurationMsMin,
                Label: Label),
            new CallerScope([tenantId]),
            out problem);
    }
}
