using System.Collections.Concurrent;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.Options;
using NextLayer.Contracts.Access;
using NextLayer.ControlPlane.Platform;
using NextLayer.ControlPlane.Platform.Access;
using NextLayer.ControlPlane.Platform.Errors;

namespace NextLayer.ControlPlane.Features.Streaming;

/// <summary>Lets sockets in, each caller only so many, and sees them out when the server stops.</summary>
internal sealed class SocketDoor(
    IOptions<StreamOptions> options, TimeProvider time, Telemetry telemetry, CallerRights rights, IHostApplicationLifetime lifetime)
{
    private readonly ConcurrentDictionary<string, int> open = new();

    /// <summary>
    /// Takes a place for the caller, to be given back. Null with a problem when the request is no WebSocket's or the
    /// caller has as many open as it may: a refusal comes before the upgrade, so that the caller can read it.
    /// </summary>
    public Place? TryEnter(HttpContext context, out ProblemHttpResult? problem)
    {
        problem = null;
        if (!context.WebSockets.IsWebSocketRequest)
        {
            problem = Problems.Make(StatusCodes.Status426UpgradeRequired, "websocket_required", "This address speaks WebSocket; open it with a WebSocket client.");
            return null;
        }

        var caller = NameOf(context);
        if (open.AddOrUpdate(caller, 1, (_, n) => n + 1) <= options.Value.SocketsPerCaller)
            return new Place(this, caller, context);
        Leave(caller);
        problem = Problems.Make(StatusCodes.Status429TooManyRequests, "too_many_sockets", $"More than {options.Value.SocketsPerCaller} sockets are open from here; close some.");
        return null;
    }

    private async Task<IResult> ServeAsync(
        HttpContext context, string stream, Func<StreamSocket, CancellationToken, Task<SocketEnd>> write)
    {
        var pings = TimeSpan.FromSeconds(options.Value.PingSeconds);
        using var socket = await context.WebSockets.AcceptWebSocketAsync(
            new WebSocketAcceptContext { KeepAliveInterval = pings, KeepAliveTimeout = pings });
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, lifetime.ApplicationStopping);
        telemetry.SocketOpened(stream);
        var (end, confirmed) = (SocketEnd.TryAgain, false);
        try
        {
            (end, confirmed) = await new StreamSocket(socket, options.Value, time).ServeAsync(write, ct => rights.UntilEndedAsync(context, ct), ending.Token);
        }
        finally
        {
            telemetry.SocketClosed(stream, end.Reason);
            if (!confirmed)
                context.Abort(); // What still waits to be sent would otherwise hold the connection.
        }

        return Results.Empty;
    }

    // Behind a proxy many callers have one address.
    private static string NameOf(HttpContext context) =>
        context.Features.Get<Caller>()?.KnownLabel ?? context.Connection.RemoteIpAddress?.ToString() ?? "";

    private void Leave(string caller)
    {
        if (open.AddOrUpdate(caller, 0, (_, n) => n - 1) == 0)
            open.TryRemove(new KeyValuePair<string, int>(caller, 0));
    }

    /// <summary>One caller's right to one socket.</summary>
    internal sealed class Place(SocketDoor door, string caller, HttpContext context) : IDisposable
    {
        /// <summary>Upgrades the request and serves the socket to its end.</summary>
        /// <param name="stream">For the metrics: <c>run</c> or <c>runs</c>.</param>
        /// <param name="write">See <see cref="StreamSocket.ServeAsync"/>.</param>
        public Task<IResult> ServeAsync(string stream, Func<StreamSocket, CancellationToken, Task<SocketEnd>> write) =>
            door.ServeAsync(context, stream, write);

        public void Dispose() => door.Leave(caller);
    }
}
