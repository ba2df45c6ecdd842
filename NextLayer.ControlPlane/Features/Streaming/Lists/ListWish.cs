using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Microsoft.AspNetCore.Mvc;
using NextLayer.ControlPlane.Platform.Validation;

namespace NextLayer.ControlPlane.Features.Streaming.Lists;

/// <summary>The query string of <c>/ws/runs</c>.</summary>
[QueryParameters]
internal sealed record ListWish(
    [property: FromQuery(Name = "status"), Description("May be given more than once, in either API's words.")] string[]? Status = null,
    [property: FromQuery(Name = "pipeline_id")] Guid? PipelineId = null,
    [property: FromQuery(Name = "workflow_id"), Description("Id of a pipeline version.")] Guid? WorkflowId = null,
    [property: StringLength(200, MinimumLength = 1), FromQuery(Name = "worker_id"), Description("Worker that holds the run, or held it last.")] string? WorkerId = null,
    [property: Range(typeof(long), "0", "31622400000"), FromQuery(Name = "duration_ms_min"), Description("Finished runs that took at least so many milliseconds.")] long? DurationMsMin = null,
    [property: FromQuery(Name = "label"), Description("key=value; may be given more than once, and then all must fit.")] string[]? Label = null);
