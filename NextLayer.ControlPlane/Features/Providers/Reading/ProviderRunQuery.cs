using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using NextLayer.ControlPlane.Platform.Errors;
using NextLayer.ControlPlane.Platform.Requests;
using NextLayer.ControlPlane.Platform.Validation;

namespace NextLayer.ControlPlane.Features.Providers.Reading;

/// <summary>The query string of <c>GET /api/v1/pipelines/{org}/runs</c>.</summary>
[QueryParameters]
internal sealed record ProviderRunQuery(
    [property: FromQuery(Name = "status"), Description("PENDING, RUNNING, SUCCESS or COMPLETED, FAILED, CANCELLED.")] string? Status = null,
    [property: StringLength(50), FromQuery(Name = "pipeline_id"), Description("Such as gcp_billing.")] string? PipelineId = null,
    [property: FromQuery(Name = "start_date"), Description("Runs made on this day (UTC) or later.")] QueryTime? StartDate = null,
    [property: FromQuery(Name = "end_date"), Description("Runs made on this day (UTC) or earlier; with a time of day, before it.")] QueryTime? EndDate = null,
    [property: Range(1, 100), FromQuery(Name = "limit"), Description("Runs on a page, 1 to 100.")] int Limit = 20,
    [property: Range(0, 1_000_000), FromQuery(Name = "offset"), Description("Runs to leave out first.")] int Offset = 0)
{
    /// <summary>Before this time; a whole day counts to its end, which that of the calendar's last day has not.</summary>
    public DateTimeOffset? End =>
        EndDate is not { Value: var end } || end.Date == DateTime.MaxValue.Date ? null : end.TimeOfDay == TimeSpan.Zero ? end.AddDays(1) : end;

    /// <summary>States that are asked for; null for all. Also null with a problem.</summary>
    public string[]? Statuses(out ProblemHttpResult? problem)
    {
        problem = null;
        if (Status is null)
            return null;
        var statuses = ProviderWords.Parse(Status);
        if (statuses is null)
            problem = Problems.Invalid("status", "must be PENDING, RUNNING, SUCCESS, COMPLETED, FAILED or CANCELLED.");
        return statuses;
    }
}
