using NextLayer.Contracts.Health;
using NextLayer.ControlPlane.Platform.Access;
using NextLayer.ControlPlane.Platform.Database;
using NextLayer.ControlPlane.Platform.Redis;
using Npgsql;

namespace NextLayer.ControlPlane.Platform.Health;

/// <summary>
/// <c>GET /health</c>: 200 while Postgres answers, 503 otherwise. Redis is shown and decides nothing.
/// </summary>
internal static class HealthEndpoint
{
    /// <summary>Longer than this and a load balancer should look elsewhere.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    public static void MapHealth(this IEndpointRouteBuilder routes) =>
        routes.MapGet("/health", CheckAsync).DisableRateLimiting()
            .WithTags("Health")
            .Open()
            .WithName("GetHealth")
            .WithSummary("Says whether requests can be served: Postgres decides, Redis is only shown.")
            .Produces<HealthReport>()
            .Produces<HealthReport>(StatusCodes.Status503ServiceUnavailable);

    private static async Task<IResult> CheckAsync(Databases databases, RedisConnection redis, CancellationToken ct)
    {
        var reachable = await IsReachableAsync(databases, ct);
        var report = new HealthReport
        {
            Status = reachable ? "ok" : "unavailable",
            Postgres = reachable ? "connected" : "disconnected",
            Redis = redis.State.Text(),
        };
        return TypedResults.Json(report, statusCode: reachable ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable);
    }

    private static async Task<bool> IsReachableAsync(Databases databases, CancellationToken ct)
    {
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(ct);
        timeout.CancelAfter(Patience);
        try
        {
            await using var command = databases.Main.CreateCommand("SELECT 1");
            await command.ExecuteScalarAsync(timeout.Token);
            return true;
        }
        catch (Exception ex) when (ex is NpgsqlException or OperationCanceledException && !ct.IsCancellationRequested)
        {
            return false;
        }
    }
}
