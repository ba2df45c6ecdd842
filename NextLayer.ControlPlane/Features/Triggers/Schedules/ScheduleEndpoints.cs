using System.ComponentModel.DataAnnotations;
using System.Globalization;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using NextLayer.Contracts.Access;
using NextLayer.Contracts.Triggers;
using NextLayer.ControlPlane.Platform.Access;
using NextLayer.ControlPlane.Platform.Errors;
using NextLayer.ControlPlane.Platform.Idempotency;
using NextLayer.ControlPlane.Platform.Registry;
using NextLayer.ControlPlane.Platform.Tenancy;
using NextLayer.Workflows.Schedules;

namespace NextLayer.ControlPlane.Features.Triggers.Schedules;

internal static class ScheduleEndpoints
{
    private const string Address = "/api/v1/triggers/schedule";
    private const int UsualCount = 10;

    public static void MapSchedules(this IEndpointRouteBuilder api)
    {
        var group = api.MapGroup(Address).WithTags("Triggers").WithCallerTenant();
        group.MapPost("/", SaveAsync).WithIdempotencyKey().Requires(Permission.TriggersWrite).WithName("SaveSchedule").WithSummary("Makes or replaces a schedule.");
        group.MapGet("/", ListAsync).Requires(Permission.TriggersRead).WithName("ListSchedules").WithSummary("Lists schedules, newest first.");
        group.MapPost("/preview", Preview).Requires(Permission.TriggersRead).NotAudited().WithName("PreviewSchedule").WithSummary("Shows when a cron expression comes next.");
        group.MapGet("/{id:guid}", GetAsync).Requires(Permission.TriggersRead).WithName("GetSchedule").WithSummary("Shows a schedule.");
        group.MapPatch("/{id:guid}", UpdateAsync).Requires(Permission.TriggersWrite).WithName("UpdateSchedule").WithSummary("Changes a schedule.");
        group.MapDelete("/{id:guid}", DeleteAsync).Requires(Permission.TriggersWrite).WithName("DeleteSchedule").WithSummary("Deletes a schedule; its runs stay.");
        group.MapGet("/{id:guid}/next", NextAsync).Requires(Permission.TriggersRead).WithName("ListScheduleTimes").WithSummary("Shows when a schedule comes next.");
        group.MapBackfills();
        group.MapGet("/{id:guid}/fires", ListFiresAsync).Requires(Permission.TriggersRead).WithName("ListScheduleFires").WithSummary("Lists what became of planned times, newest first.");
    }

    private static async Task<Results<Created<Schedule>, Ok<Schedule>, ProblemHttpResult>> SaveAsync(
        SaveScheduleRequest request, CallerTenant tenant, ScheduleWriter schedules, HttpContext context, CancellationToken ct)
    {
        var saved = await schedules.SaveAsync(request, tenant.Id, IdempotencyRequest.From(context), ct);
        if (saved.Schedule is not { } schedule)
            return saved.Problem!; // One of the two is there.
        if (saved.IsNew)
            return TypedResults.Created($"{Address}/{schedule.Id}", schedule);
        context.Response.Headers.Location = $"{Address}/{schedule.Id}";
        return TypedResults.Ok(schedule);
    }

    private static async Task<Ok<IReadOnlyList<Schedule>>> ListAsync(
        [AsParameters] PageNumberQuery page,
        [FromQuery(Name = "workflow_id")] Guid? workflowId,
        CallerTenant tenant,
        ScheduleReader schedules,
        HttpContext context,
        CancellationToken ct)
    {
        var (items, total) = await schedules.ListAsync(tenant.Id, workflowId, page, ct);
        context.Response.Headers[PageQueryExtensions.TotalCount] = total.ToString(CultureInfo.InvariantCulture);
        return TypedResults.Ok(items);
    }

    private static async Task<Results<Ok<Schedule>, ProblemHttpResult>> GetAsync(
        Guid id, CallerTenant tenant, ScheduleReader schedules, CancellationToken ct) =>
        await schedules.FindAsync(id, tenant.Id, ct) is { } schedule ? TypedResults.Ok(schedule) : Problems.NotFound("schedule", id);

    private static async Task<Results<Ok<Schedule>, ProblemHttpResult>> UpdateAsync(
        Guid id, UpdateScheduleRequest request, CallerTenant tenant, ScheduleWriter schedules, CancellationToken ct) =>
        (await schedules.UpdateAsync(id, request, tenant.Id, ct)).ToOk();

    private static async Task<Results<NoContent, ProblemHttpResult>> DeleteAsync(
        Guid id, CallerTenant tenant, ScheduleWriter schedules, CancellationToken ct) =>
        await schedules.DeleteAsync(id, tenant.Id, ct) ? TypedResults.NoContent() : Problems.NotFound("schedule", id);

    private static Results<Ok<ScheduleTimes>, ProblemHttpResult> Preview(PreviewScheduleRequest request, CallerTenant tenant, TimeProvider time) =>
        ScheduleDraft.TryRead(request.Cron, request.Timezone ?? ScheduleDraft.DefaultTimezone, out var cron) is { } invalid
            ? invalid
            : TypedResults.Ok(Upcoming(cron!, request.Count ?? UsualCount, time)); // No problem: it was read.

    private static async Task<Results<Ok<ScheduleTimes>, ProblemHttpResult>> NextAsync(
        Guid id, CallerTenant tenant, ScheduleReader schedules, TimeProvider time, CancellationToken ct, [Range(1, 100)] int count = UsualCount)
    {
        if (await schedules.FindAsync(id, tenant.Id, ct) is not { } schedule)
            return Problems.NotFound("schedule", id);
        return ScheduleDraft.TryRead(schedule.Cron, schedule.Timezone, out var cron) is { } invalid
            ? invalid
            : TypedResults.Ok(Upcoming(cron!, count, time));
    }

    private static async Task<Results<Ok<IReadOnlyList<ScheduleFire>>, ProblemHttpResult>> ListFiresAsync(
        Guid id, [AsParameters] PageNumberQuery page, CallerTenant tenant, ScheduleReader schedules, HttpContext context, CancellationToken ct)
    {
        if (await schedules.ListFiresAsync(id, tenant.Id, page, ct) is not var (items, total))
            return Problems.NotFound("schedule", id);
        context.Response.Headers[PageQueryExtensions.TotalCount] = total.ToString(CultureInfo.InvariantCulture);
        return TypedResults.Ok(items);
    }

    private static ScheduleTimes Upcoming(CronSchedule cron, int count, TimeProvider time) => new()
    {
        Cron = cron.Expression,
        Timezone = cron.Timezone,
        Times = [.. cron.Upcoming(time.GetUtcNow()).Take(count).Select(at => new PlannedTime
        {
            At = at,
            Local = cron.InZone(at).ToString("yyyy-MM-dd'T'HH:mm:sszzz", CultureInfo.InvariantCulture),
        })],
    };
}
