using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Microsoft.AspNetCore.Mvc;
using NextLayer.ControlPlane.Platform.Requests;
using NextLayer.ControlPlane.Platform.Validation;

namespace NextLayer.ControlPlane.Features.Runs.Reading;

/// <summary>The query string of <c>GET /api/runs</c>.</summary>
[QueryParameters]
internal sealed record RunListQuery(
    [property: Range(1, 100), FromQuery(Name = "limit"), Description("Runs on a page, 1 to 100.")] int Limit = 20,
    [property: Range(0, int.MaxValue), FromQuery(Name = "offset"), Description("Runs to leave out first; cursor is quicker.")] int Offset = 0,
    [property: FromQuery(Name = "tenant_id")] Guid? TenantId = null,
    [property: FromQuery(Name = "status"), Description("May be given more than once.")] string[]? Status = null,
    [property: FromQuery(Name = "pipeline_id")] Guid? PipelineId = null,
    [property: FromQuery(Name = "pipeline_version_id")] Guid? PipelineVersionId = null,
    [property: StringLength(50), FromQuery(Name = "trigger_type"), Description("Child runs of a for-each are left out unless this is for_each.")] string? TriggerType = null,
    [property: FromQuery(Name = "created_after"), Description("Runs made at this time or later, ISO 8601.")] QueryTime? CreatedAfter = null,
    [property: FromQuery(Name = "created_before"), Description("Runs made before this time, ISO 8601.")] QueryTime? CreatedBefore = null,
    [property: StringLength(200), FromQuery(Name = "q"), Description("Beginning of a run's id (6 or more hexadecimal digits), or part of an error message.")] string? Q = null,
    [property: FromQuery(Name = "cursor"), Description("next_cursor of the page before.")] string? Cursor = null,
    [property: StringLength(200, MinimumLength = 1), FromQuery(Name = "worker_id"), Description("Worker that holds the run, or held it last.")] string? WorkerId = null,
    [property: Range(typeof(long), "0", "31622400000"), FromQuery(Name = "duration_ms_min"), Description("Finished runs that took at least so many milliseconds.")] long? DurationMsMin = null,
    [property: FromQuery(Name = "label"), Description("key=value; may be given more than once, and then all must fit.")] string[]? Label = null);
