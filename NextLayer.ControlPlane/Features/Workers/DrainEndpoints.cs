using Microsoft.AspNetCore.Http.HttpResults;
using NextLayer.Contracts.Access;
using NextLayer.Contracts.Workers;
using NextLayer.ControlPlane.Platform.Access;
using NextLayer.ControlPlane.Platform.Errors;

namespace NextLayer.ControlPlane.Features.Workers;

/// <summary>Takes a worker out of service and back. The route's value is named <c>id</c>, as the audit log looks for it.</summary>
internal static class DrainEndpoints
{
    public static void MapDrains(this IEndpointRouteBuilder api)
    {
        var worker = api.MapGroup("/api/workers/{id}").WithTags("Workers");
        worker.MapPost("/drain", DrainAsync).Requires(Permission.EngineControl).WithName("DrainWorker")
            .WithSummary("Gives a worker no new runs; it finishes those it holds. Holds over restarts of the worker until it is resumed.");
        worker.MapPost("/resume", ResumeAsync).Requires(Permission.EngineControl).WithName("ResumeWorker")
            .WithSummary("Gives a drained worker runs again.");
    }

    private static Task<Results<Ok<WorkerView>, ProblemHttpResult>> DrainAsync(
        string id, WorkerDrains drains, WorkerList workers, CallerScope scope, CancellationToken ct) =>
        ChangeAsync(id, drain: true, drains, workers, scope, ct);

    private static Task<Results<Ok<WorkerView>, ProblemHttpResult>> ResumeAsync(
        string id, WorkerDrains drains, WorkerList workers, CallerScope scope, CancellationToken ct) =>
        ChangeAsync(id, drain: false, drains, workers, scope, ct);

    private static async Task<Results<Ok<WorkerView>, ProblemHttpResult>> ChangeAsync(
        string id, bool drain, WorkerDrains drains, WorkerList workers, CallerScope scope, CancellationToken ct) =>
        await drains.ChangeAsync(id, drain, ct) && await workers.FindAsync(id, scope, ct) is { } worker
            ? TypedResults.Ok(worker)
            : Problems.NotFound("worker", id);
}
