using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Microsoft.AspNetCore.Mvc;
using NextLayer.Contracts.Access;
using NextLayer.ControlPlane.Features.Streaming.Lists;
using NextLayer.ControlPlane.Platform.Access;
using NextLayer.ControlPlane.Platform.Errors;
using NextLayer.ControlPlane.Platform.Tenancy;

namespace NextLayer.ControlPlane.Features.Streaming;

/// <summary>Live news over WebSockets. What can be refused is refused before the upgrade, with a problem document.</summary>
internal static class StreamEndpoints
{
    public static void AddRunStream(this IServiceCollection services)
    {
        services.AddOptions<StreamOptions>().BindConfiguration("Stream").ValidateDataAnnotations().ValidateOnStart();
        services.AddSingleton<SocketDoor>();
        services.AddSingleton<SnapshotStore>();
        services.AddSingleton<RunTails>();
        services.AddSingleton<RunStream>();
        services.AddSingleton<ListFeedStore>();
        services.AddSingleton<ListFeed>();
        services.AddHostedService(provider => provider.GetRequiredService<ListFeed>());
        services.AddSingleton<ListStream>();
    }

    public static void MapRunStream(this IEndpointRouteBuilder api)
    {
        var streams = api.MapGroup("/ws/runs").WithTags("Runs").WithCallerTenantOrAll();
        streams.MapGet("/{runId:guid}", WatchRunAsync).Requires(Permission.RunsRead).OnRow(RowKind.Run, "runId").WithName("WatchRun")
            .WithSummary("WebSocket: a snapshot of the run, then every event as it happens.");
        streams.MapGet("", WatchRunsAsync).Requires(Permission.RunsRead).WithName("WatchRuns")
            .WithSummary("WebSocket: how many runs there are, then every run that changes, for lists.");
    }

    private static async Task<IResult> WatchRunAsync(
        Guid runId,
        CallerTenant? tenant,
        HttpContext context,
        SocketDoor door,
        SnapshotStore snapshots,
        RunStream stream,
        [FromQuery(Name = "after_seq"), Range(0, int.MaxValue), Description("The last event the reader has; without it events begin after the snapshot.")] int? afterSeq = null)
    {
        using var place = door.TryEnter(context, out var problem);
        if (place is null)
            return problem!; // One of the two is there.
        return await snapshots.ReadAsync(runId, tenant?.Id, context.RequestAborted) is { } snapshot
            ? await place.ServeAsync("run", (socket, ct) => stream.WriteAsync(socket, snapshot, afterSeq, ct))
            : Problems.NotFound("run", runId);
    }

    private static async Task<IResult> WatchRunsAsync(
        CallerScope scope,
        HttpContext context,
        SocketDoor door,
        ListStream stream,
        [AsParameters] ListWish wish)
    {
        if (ListFilter.TryCreate(scope.Tenants, wish, out var problem) is not { } filter)
            return problem!; // One of the two is there.
        using var place = door.TryEnter(context, out problem);
        return place is null ? problem! : await place.ServeAsync("runs", (socket, ct) => stream.WriteAsync(socket, filter, ct));
    }
}
