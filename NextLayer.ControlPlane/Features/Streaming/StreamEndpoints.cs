using System.Collections.Concurrent;
using Microsoft.Extensions.Options;
using NextLayer.ControlPlane.Features.Events;
using NextLayer.ControlPlane.Platform.Errors;

namespace NextLayer.ControlPlane.Features.Streaming;

/// <summary>Live events over WebSockets.</summary>
internal static class StreamEndpoints
{
    public static void AddRunStream(this IServiceCollection services)
    {
        services.AddOptions<StreamOptions>().BindConfiguration("Stream").ValidateDataAnnotations().ValidateOnStart();
        services.AddSingleton<SnapshotStore>();
        services.AddSingleton<RunTails>();
        services.AddSingleton<SocketLimits>();
    }

    public static void MapRunStream(this IEndpointRouteBuilder api) =>
        api.MapGet("/ws/runs/{runId:guid}", WatchAsync).WithTags("Runs").WithName("WatchRun")
            .WithSummary("WebSocket: a snapshot of the run, then every event as it happens.");

    private static async Task<IResult> WatchAsync(
        Guid runId,
        [Microsoft.AspNetCore.Mvc.FromQuery(Name = "after_seq")] int? afterSeq,
        HttpContext context,
        SnapshotStore snapshots,
        RunTails tails,
        RunEventReader reader,
        SocketLimits limits,
        IOptions<StreamOptions> options,
        TimeProvider time,
        IHostApplicationLifetime lifetime)
    {
        if (!context.WebSockets.IsWebSocketRequest)
            return Problems.Make(StatusCodes.Status426UpgradeRequired, "websocket_required", "This address speaks WebSocket; open it with a WebSocket client.");
        if (afterSeq < 0)
            return Problems.Invalid("after_seq", "must be 0 or more.");
        if (await snapshots.ReadAsync(runId, context.RequestAborted) is null)
            return Problems.NotFound("run", runId);
        using var place = limits.TryTake(context.Connection.RemoteIpAddress?.ToString() ?? "");
        if (place is null)
            return Problems.Make(StatusCodes.Status429TooManyRequests, "too_many_sockets", $"More than {options.Value.SocketsPerCaller} sockets are open from here; close some.");

        using var socket = await context.WebSockets.AcceptWebSocketAsync(new WebSocketAcceptContext
        {
            KeepAliveInterval = TimeSpan.FromSeconds(options.Value.PingSeconds),
            KeepAliveTimeout = TimeSpan.FromSeconds(options.Value.PingSeconds),
        });
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, lifetime.ApplicationStopping);
        await new RunSocket(socket, snapshots, tails, reader, options.Value, time).ServeAsync(runId, afterSeq, ending.Token);
        return Results.Empty;
    }
}

/// <summary>Counts the sockets of each caller.</summary>
internal sealed class SocketLimits(IOptions<StreamOptions> options)
{
    private readonly ConcurrentDictionary<string, int> open = new();

    /// <returns>A place to be given back, or null when the caller has as many as allowed.</returns>
    public IDisposable? TryTake(string caller)
    {
        if (open.AddOrUpdate(caller, 1, (_, n) => n + 1) <= options.Value.SocketsPerCaller)
            return new Place(this, caller);
        Release(caller);
        return null;
    }

    private void Release(string caller)
    {
        if (open.AddOrUpdate(caller, 0, (_, n) => n - 1) == 0)
            open.TryRemove(new KeyValuePair<string, int>(caller, 0));
    }

    private sealed class Place(SocketLimits limits, string caller) : IDisposable
    {
        public void Dispose() => limits.Release(caller);
    }
}
