using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using NextLayer.Contracts.Access;
using NextLayer.Contracts.Runs;
using NextLayer.ControlPlane.Features.Events;
using NextLayer.ControlPlane.Platform.Access;
using NextLayer.ControlPlane.Platform.Errors;
using NextLayer.ControlPlane.Platform.Registry;

namespace NextLayer.ControlPlane.Features.Runs.Reading;

/// <summary>What people see of runs.</summary>
internal static class RunReadEndpoints
{
    public static void MapRunReading(this RouteGroupBuilder runs)
    {
        runs.MapGet("/", ListAsync).Requires(Permission.RunsRead).WithName("ListRuns").WithSummary("Lists runs, newest first.");
        runs.MapGet("/progress", ListProgressAsync).Requires(Permission.RunsRead).WithName("ListRunProgress").WithSummary("Says how far runs are: their steps and the items of their for-each steps, counted.");
        // Any text is taken as an id here: one that is none is a run that is not there.
        runs.MapGet("/{runId}", GetAsync).Requires(Permission.RunsRead).OnRow(RowKind.Run, "runId").WithName("GetRun").WithSummary("Shows a run.");
        runs.MapGet("/{runId:guid}/steps", ListStepsAsync).Requires(Permission.RunsRead).OnRow(RowKind.Run, "runId").WithName("ListRunSteps").WithSummary("Lists the attempts of a run's steps.");
        runs.MapGet("/{runId:guid}/logs", ListLogsAsync).Requires(Permission.RunsRead).OnRow(RowKind.Run, "runId").WithName("ListRunLogs").WithSummary("Reads a run's log, oldest first.");
        runs.MapGet("/{runId:guid}/events", ListEventsAsync).Requires(Permission.RunsRead).OnRow(RowKind.Run, "runId").WithName("ListRunEvents").WithSummary("Reads a run's events, oldest first.");
    }

    private static async Task<Results<Ok<RunPage>, ProblemHttpResult>> ListAsync(
        [AsParameters] RunListQuery query, CallerScope scope, RunListStore runs, HttpContext context, CancellationToken ct)
    {
        if (RunListFilter.TryCreate(query, scope, out var problem) is not { } filter)
            return problem!; // One of the two is there.
        var (page, total) = await runs.ListAsync(filter, query.Limit, query.Offset, ct);
        context.Response.Headers[PageQueryExtensions.TotalCount] = total;
        return TypedResults.Ok(page);
    }

    private static async Task<Results<Ok<IReadOnlyList<RunStanding>>, ProblemHttpResult>> ListProgressAsync(
        [FromQuery(Name = "run_id"), Description("Of these runs, 1 to 100; those that are not there are left out.")] Guid[] runId,
        RunProgressReader progress,
        CancellationToken ct) =>
        runId.Length is > 0 and <= RunProgressReader.MaxRuns
            ? TypedResults.Ok(await progress.ReadAsync(runId, ct))
            : Problems.Invalid("run_id", $"must be given 1 to {RunProgressReader.MaxRuns} times.");

    private static async Task<Results<Ok<RunFound>, NotFound<RunNotFound>>> GetAsync(string runId, RunReader runs, CancellationToken ct) =>
        Guid.TryParse(runId, out var id) && await runs.FindAsync(id, ct) is { } run
            ? TypedResults.Ok(new RunFound { Run = run })
            : TypedResults.NotFound(new RunNotFound());

    private static async Task<Results<Ok<RunSteps>, ProblemHttpResult>> ListStepsAsync(
        Guid runId, RunHistoryStore history, CancellationToken ct)
    {
        var steps = await history.ReadStepsAsync(runId, ct);
        return steps.Count > 0 || await history.ExistsAsync(runId, ct) ? TypedResults.Ok(steps) : Problems.NotFound("run", runId);
    }

    private static async Task<Results<Ok<RunLogPage>, ProblemHttpResult>> ListLogsAsync(
        Guid runId,
        RunHistoryStore history,
        CancellationToken ct,
        [FromQuery(Name = "after_line"), Range(0, int.MaxValue)] int afterLine = 0,
        [Range(1, 1000)] int limit = 200,
        [Description("Lines of this level and the graver ones: debug, info, warning or error.")] string? level = null,
        [FromQuery(Name = "step_id")] string? stepId = null,
        [StringLength(200), Description("Part of the message.")] string? q = null)
    {
        if (LogLevels.TryRead(level, out var least) is { } unknown)
            return unknown;
        var page = await history.ReadLogsAsync(runId, afterLine, limit, least, stepId, q, ct);
        return page.Items.Count > 0 || await history.ExistsAsync(runId, ct) ? TypedResults.Ok(page) : Problems.NotFound("run", runId);
    }

    private static async Task<Results<Ok<RunEventPage>, ProblemHttpResult>> ListEventsAsync(
        Guid runId,
        RunEventReader events,
        RunHistoryStore history,
        CancellationToken ct,
        [FromQuery(Name = "after_seq"), Range(0, int.MaxValue)] int afterSeq = 0,
        [Range(1, 1000)] int limit = 200)
    {
        var items = await events.ReadPageAsync(runId, afterSeq, limit, ct);
        if (items.Count == 0 && !await history.ExistsAsync(runId, ct))
            return Problems.NotFound("run", runId);
        return TypedResults.Ok(new RunEventPage { Items = items, LastSeq = items.Count > 0 ? items[^1].Seq : afterSeq });
    }
}
