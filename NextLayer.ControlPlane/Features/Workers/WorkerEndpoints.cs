using Microsoft.AspNetCore.Http.HttpResults;
using NextLayer.Contracts.Access;
using NextLayer.Contracts.Runs;
using NextLayer.Contracts.Workers;
using NextLayer.ControlPlane.Features.Engine;
using NextLayer.ControlPlane.Features.Runs.Reporting;
using NextLayer.ControlPlane.Platform.Access;
using NextLayer.ControlPlane.Platform.Errors;
using NextLayer.ControlPlane.Platform.Requests;

namespace NextLayer.ControlPlane.Features.Workers;

/// <summary>What workers say: that they live, and what happened on their runs.</summary>
internal static class WorkerEndpoints
{
    private const int MaxWorkerId = 200;

    public static void MapWorkerReports(this IEndpointRouteBuilder api)
    {
        api.MapPost("/api/runs/{runId:guid}/heartbeat", BeatRunAsync).DisableRateLimiting().WithTags("Runs").Requires(Permission.Work).OnRow(RowKind.Run, "runId").WithName("HeartbeatRun")
            .WithSummary("Renews the lease of one run.");
        var worker = api.MapGroup("/api/workers/{workerId}").WithTags("Workers").DisableRateLimiting();
        worker.MapPost("/heartbeat", BeatAsync).Requires(Permission.Work).WithName("HeartbeatWorker")
            .WithSummary("Renews the leases of all runs a worker holds and tells which are to be cancelled or were lost.");
        worker.MapPost("/reports", ReportAsync).WithBodyLimit(BodyLimit.Largest).Requires(Permission.Work).WithName("ReportRuns")
            .WithSummary("Records step transitions, logs and completions of many runs, each with its own verdict.");
    }

    private static async Task<Results<Ok<RunHeartbeatResponse>, ProblemHttpResult>> BeatRunAsync(
        Guid runId, RunHeartbeatRequest request, WorkerHeart heart, CancellationToken ct) =>
        await heart.BeatAsync(runId, request.Lease, ct) is { } answer
            ? TypedResults.Ok(answer)
            : Problems.Conflict("lease_lost", "lease_lost: the run is another worker's now, back in the queue, or has ended");

    private static async Task<Results<Ok<WorkerHeartbeatResponse>, ProblemHttpResult>> BeatAsync(
        string workerId, WorkerHeartbeatRequest request, CallerScope scope, WorkerReach reach, WorkerHeart heart, CancellationToken ct) =>
        workerId.Length > MaxWorkerId
            ? Problems.Invalid("worker_id", $"must have at most {MaxWorkerId} characters.")
            : TypedResults.Ok(await heart.BeatAsync(workerId, await reach.NarrowAsync(scope, request, ct), ct));

    private static async Task<Results<Ok<WorkerReportsResponse>, ProblemHttpResult>> ReportAsync(
        string workerId, WorkerReportsRequest request, CallerScope scope, WorkerReach reach, RunReporter reporter, EngineState engine, CancellationToken ct) =>
        workerId.Length > MaxWorkerId
            ? Problems.Invalid("worker_id", $"must have at most {MaxWorkerId} characters.")
            : TypedResults.Ok(new WorkerReportsResponse
            {
                Results = await reporter.ReportAsync(workerId, await reach.NarrowAsync(scope, request.Reports, ct), ct),
                EngineState = await engine.CurrentAsync(ct),
            });
}
