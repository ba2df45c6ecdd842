using Microsoft.AspNetCore.Http.HttpResults;
using NextLayer.Contracts.Access;
using NextLayer.Contracts.Runs;
using NextLayer.ControlPlane.Platform.Access;
using NextLayer.ControlPlane.Platform.Registry;

namespace NextLayer.ControlPlane.Features.Connectors;

internal static class RunConnectorEndpoints
{
    public static void MapRunConnectors(this IEndpointRouteBuilder api) =>
        api.MapPost("/api/runs/{runId:guid}/connectors", FindAsync).DisableRateLimiting().WithTags("Runs").Requires(Permission.Work).OnRow(RowKind.Run, "runId").WithName("FindRunConnector")
            .WithSummary("Gives the worker that holds a run the connector that one of its steps names.");

    private static async Task<Results<Ok<RunConnector>, ProblemHttpResult>> FindAsync(
        Guid runId, RunConnectorRequest request, RunConnectorStore connectors, HttpResponse response, CancellationToken ct)
    {
        response.Headers.CacheControl = "no-store"; // What it holds is for one process.
        return (await connectors.FindAsync(runId, request, ct)).ToOk();
    }
}
