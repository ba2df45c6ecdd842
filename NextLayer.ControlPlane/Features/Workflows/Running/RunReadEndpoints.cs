using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using NextLayer.Contracts.Access;
using NextLayer.Contracts.Runs;
using NextLayer.Contracts.Workflows;
using NextLayer.ControlPlane.Features.Events;
using NextLayer.ControlPlane.Features.Runs.Reading;
using NextLayer.ControlPlane.Platform.Access;
using NextLayer.ControlPlane.Platform.Errors;
using NextLayer.ControlPlane.Platform.Registry;
using NextLayer.ControlPlane.Platform.Tenancy;

namespace NextLayer.ControlPlane.Features.Workflows.Running;

/// <summary>What people see of runs through the Workflow API.</summary>
internal static class RunReadEndpoints
{
    public static void MapWorkflowRunReading(this RouteGroupBuilder runs)
    {
        runs.MapGet("/", ListAsync).Requires(Permission.RunsRead).WithName("ListWorkflowRuns").WithSummary("Lists runs, newest first; without their context.");
        runs.MapGet("/{id:guid}", GetAsync).Requires(Permission.RunsRead).WithName("GetWorkflowRun").WithSummary("Shows a run with the outputs of its steps.");
        runs.MapGet("/{id:guid}/steps", ListStepsAsync).Requires(Permission.RunsRead).WithName("ListWorkflowRunSteps").WithSummary("Lists every attempt of every step, in the order in which they began.");
        runs.MapGet("/{id:guid}/children", ListChildrenAsync).Requires(Permission.RunsRead).WithName("ListWorkflowRunChildren").WithSummary("Lists the runs that a run's for-each steps made, in the order of the items.");
        runs.MapGet("/{id:guid}/events", ListEventsAsync).Requires(Permission.RunsRead).WithName("ListWorkflowRunEvents").WithSummary("Replays a run's events; X-Total-Count is the number of the newest.");
        runs.MapGet("/{id:guid}/logs", ListLogsAsync).Requires(Permission.RunsRead).WithName("ListWorkflowRunLogs").WithSummary("Reads a run's log, oldest first.");
    }

    private static async Task<Results<Ok<IReadOnlyList<WorkflowRun>>, ProblemHttpResult>> ListAsync(
        [AsParameters] WorkflowRunListQuery query, [AsParameters] PageNumberQuery page, CallerTenant tenant, WorkflowRunReader runs, HttpContext context, CancellationToken ct)
    {
        if (query.ToFilter(tenant.Id, out var problem) is not { } filter)
            return problem!; // One of the two is there.
        var (items, total) = await runs.ListAsync(filter, page.PerPage, page.Offset, ct);
        context.Response.Headers[PageQueryExtensions.TotalCount] = total;
        return TypedResults.Ok(items);
    }

    private static async Task<Results<Ok<WorkflowRun>, ProblemHttpResult>> GetAsync(
        Guid id, CallerTenant tenant, WorkflowRunReader runs, CancellationToken ct) =>
        await runs.FindAsync(tenant.Id, id, ct) is { } run ? TypedResults.Ok(run) : NotFound(id);

    private static async Task<Results<Ok<IReadOnlyList<RunStep>>, ProblemHttpResult>> ListStepsAsync(
        Guid id, CallerTenant tenant, WorkflowRunStore runs, RunHistoryStore history, HttpContext context, CancellationToken ct)
    {
        if (await runs.FindSeqAsync(tenant.Id, id, ct) is null)
            return NotFound(id);
        var steps = await history.ReadStepsAsync(id, ct);
        context.Response.Headers[PageQueryExtensions.TotalCount] = steps.Count.ToString();
        return TypedResults.Ok(steps.Items);
    }

    private static async Task<Results<Ok<IReadOnlyList<RunEvent>>, ProblemHttpResult>> ListEventsAsync(
        Guid id,
        CallerTenant tenant,
        WorkflowRunStore runs,
        RunEventReader events,
        HttpContext context,
        CancellationToken ct,
        [FromQuery(Name = "after_seq"), Range(0, int.MaxValue), Description("Number of the last event that is known already.")] int afterSeq = 0,
        [Range(1, 1000)] int limit = 200)
    {
        if (await runs.FindSeqAsync(tenant.Id, id, ct) is not { } lastSeq)
            return NotFound(id);
        context.Response.Headers[PageQueryExtensions.TotalCount] = lastSeq.ToString();
        return TypedResults.Ok(await events.ReadPageAsync(id, afterSeq, limit, ct));
    }

    private static async Task<Results<Ok<IReadOnlyList<RunLogEntry>>, ProblemHttpResult>> ListLogsAsync(
        Guid id,
        CallerTenant tenant,
        WorkflowRunStore runs,
        RunHistoryStore history,
        CancellationToken ct,
        [FromQuery(Name = "after_line"), Range(0, int.MaxValue), Description("Number of the last line that is known already.")] int afterLine = 0,
        [Range(1, 1000)] int limit = 200,
        [Description("Lines of this level and the graver ones: debug, info, warning or error.")] string? level = null,
        [FromQuery(Name = "step_id")] string? stepId = null,
        [StringLength(200), Description("Part of the message.")] string? q = null)
    {
        if (LogLevels.TryRead(level, out var least) is { } unknown)
            return unknown;
        return await runs.FindSeqAsync(tenant.Id, id, ct) is null
            ? NotFound(id)
            : TypedResults.Ok((await history.ReadLogsAsync(id, afterLine, limit, least, stepId, q, ct)).Items);
    }

    private static async Task<Results<Ok<IReadOnlyList<WorkflowRun>>, ProblemHttpResult>> ListChildrenAsync(
        Guid id,
        [AsParameters] PageNumberQuery page,
        [FromQuery(Name = "step_id"), Description("Of this for-each step alone.")] string? stepId,
        CallerTenant tenant,
        WorkflowRunReader runs,
        HttpContext context,
        CancellationToken ct)
    {
        if (await runs.ListChildrenAsync(tenant.Id, id, stepId, page.PerPage, page.Offset, ct) is not var (items, total))
            return NotFound(id);
        context.Response.Headers[PageQueryExtensions.TotalCount] = total.ToString();
        return TypedResults.Ok(items);
    }

    private static ProblemHttpResult NotFound(Guid id) => Problems.NotFound("run", id);
}
