using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Microsoft.AspNetCore.Mvc;
using NextLayer.ControlPlane.Platform.Validation;

namespace NextLayer.ControlPlane.Features.Workflows.Authoring;

/// <summary>What <c>GET /api/v1/workflows</c> may leave out.</summary>
[QueryParameters]
internal sealed record WorkflowListQuery(
    [property: FromQuery(Name = "status"), Description("draft, published or archived; may be given more than once.")] string[]? Status = null,
    [property: FromQuery(Name = "pipeline_id"), Description("Versions of this pipeline only.")] Guid? PipelineId = null,
    [property: StringLength(200), FromQuery(Name = "q"), Description("Part of the name.")] string? Q = null);
