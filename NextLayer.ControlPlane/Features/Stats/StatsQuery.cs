using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using NextLayer.ControlPlane.Platform.Errors;
using NextLayer.ControlPlane.Platform.Requests;
using NextLayer.ControlPlane.Platform.Validation;

namespace NextLayer.ControlPlane.Features.Stats;

/// <summary>The query string of <c>GET /api/v1/stats</c>.</summary>
[QueryParameters]
internal sealed record StatsQuery(
    [property: FromQuery(Name = "pipeline_id"), Description("Only this pipeline's runs.")] Guid? PipelineId = null,
    [property: FromQuery(Name = "from"), Description("Runs made at this time or later; 24 hours before the end when absent.")] QueryTime? From = null,
    [property: FromQuery(Name = "to"), Description("Runs made before this time; now when absent.")] QueryTime? To = null,
    [property: Range(1, 200), FromQuery(Name = "buckets"), Description("Stretches to count in, 1 to 200.")] int Buckets = 48,
    [property: FromQuery(Name = "tests"), Description("Whether tests of drafts count as well.")] bool Tests = false);

/// <summary>A stretch of time cut into equal pieces of whole seconds.</summary>
internal sealed record StatsRange(DateTimeOffset From, DateTimeOffset To, int BucketSeconds)
{
    private static readonly TimeSpan Longest = TimeSpan.FromDays(366);

    /// <summary>Null with a problem that says why.</summary>
    public static StatsRange? TryCreate(StatsQuery query, DateTimeOffset now, out ProblemHttpResult? problem)
    {
        problem = null;
        var to = query.To?.Value ?? now;
        // The calendar begins and ends; a day away from both there is always a day before.
        if (to < DateTimeOffset.UnixEpoch + Longest)
            problem = Problems.Invalid("to", "must be after 1971.");
        var from = problem is null ? query.From?.Value ?? to - TimeSpan.FromDays(1) : to;
        if (problem is null && from >= to)
            problem = Problems.Invalid("from", "must be before to.");
        else if (problem is null && to - from > Longest)
            problem = Problems.Invalid("from", "must be at most 366 days before to.");
        return problem is null
            ? new StatsRange(from, to, Math.Max(1, (int)Math.Ceiling((to - from).TotalSeconds / query.Buckets)))
            : null;
    }
}
