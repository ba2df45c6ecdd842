using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using NextLayer.Contracts.Access;
using NextLayer.Contracts.Triggers;
using NextLayer.ControlPlane.Features.Quotas;
using NextLayer.ControlPlane.Platform.Access;
using NextLayer.ControlPlane.Platform.Tenancy;

namespace NextLayer.ControlPlane.Features.Triggers.Schedules;

/// <summary>Making up for past planned times of a schedule, and seeing how far that has come.</summary>
internal static class BackfillEndpoints
{
    public static void MapBackfills(this RouteGroupBuilder schedules)
    {
        schedules.MapGet("/{id:guid}/backfill", ShowAsync).Requires(Permission.TriggersRead).WithName("ShowScheduleBackfill")
            .WithSummary("Shows the planned times of a past stretch, which of them have a run, and how that stands.");
        schedules.MapPost("/{id:guid}/backfill", RunAsync).Requires(Permission.RunsStart).WithName("BackfillSchedule")
            .WithSummary("Queues a run for each planned time of a past stretch that has none.");
    }

    private static async Task<Results<Ok<ScheduleBackfill>, ProblemHttpResult>> ShowAsync(
        Guid id, DateTimeOffset from, DateTimeOffset to, CallerTenant tenant, ScheduleBackfills backfills, CancellationToken ct,
        [Range(1, BackfillPlan.MostTimes), Description("A stretch with more planned times is refused.")] int limit = BackfillPlan.MostTimes,
        [FromQuery(Name = "allow_overlap"), Description("True looks as if the schedule's overlap were allow.")] bool allowOverlap = false)
    {
        var request = new BackfillScheduleRequest { From = from, To = to, DryRun = true, Limit = limit, Overlap = allowOverlap ? Overlap.Allow : null };
        var answer = await backfills.RunAsync(id, tenant.Id, request, ct);
        return answer.Report is { } report ? TypedResults.Ok(report) : answer.Problem!; // One of the two is there.
    }

    private static async Task<Results<Ok<ScheduleBackfill>, ProblemHttpResult>> RunAsync(
        Guid id, BackfillScheduleRequest request, CallerTenant tenant, ScheduleBackfills backfills, HttpContext context, CancellationToken ct)
    {
        var answer = await backfills.RunAsync(id, tenant.Id, request, ct);
        if (answer.Report is { } report)
        {
            answer.Quota?.WriteTo(context.Response);
            return TypedResults.Ok(report);
        }

        answer.Quota?.WriteRefusalTo(context.Response);
        return answer.Problem!; // One of the two is there.
    }
}
