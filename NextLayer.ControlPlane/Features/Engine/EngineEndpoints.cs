using Microsoft.AspNetCore.Http.HttpResults;
using NextLayer.Contracts.Access;
using NextLayer.Contracts.Engine;
using NextLayer.ControlPlane.Platform.Access;
using NextLayer.ControlPlane.Platform.Errors;

namespace NextLayer.ControlPlane.Features.Engine;

/// <summary>The State API: whether work is given out, and its four controls.</summary>
internal static class EngineEndpoints
{
    public static void AddEngine(this IServiceCollection services)
    {
        services.AddOptions<DispatchOptions>().BindConfiguration("Dispatch");
        services.AddSingleton<EngineState>();
        services.AddSingleton<EngineStore>();
        services.AddHostedService<EngineAutoStart>();
    }

    public static void MapEngine(this IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("/api/pipeline").WithTags("Engine state");
        group.MapGet("/", ReadAsync).Requires(Permission.EngineRead).WithName("GetEngineState").WithSummary("Shows whether work is given out, and since when.");
        group.MapGet("/status", ReadStatusAsync).Requires(Permission.EngineRead).WithName("GetEngineStatus").WithSummary("Shows the engine's state in short.");
        MapControl(group, EngineAction.Start, "Gives out work.");
        MapControl(group, EngineAction.Pause, "Gives out no more work; running runs go on.");
        MapControl(group, EngineAction.Resume, "Gives out work again after a pause.");
        MapControl(group, EngineAction.Stop, "Gives out no more work and takes running runs back at their next step boundary.");
    }

    private static void MapControl(RouteGroupBuilder group, EngineAction action, string summary) =>
        group.MapPost(
                $"/{action.ToString().ToLowerInvariant()}",
                (EngineStore engine, CancellationToken ct) => ChangeAsync(engine, action, ct))
            .Requires(Permission.EngineControl).WithName($"{action}Engine").WithSummary(summary);

    private static async Task<Ok<PipelineStateEnvelope>> ReadAsync(EngineStore engine, CallerScope scope, RowOwners owners, CancellationToken ct) =>
        TypedResults.Ok(new PipelineStateEnvelope { Pipeline = await SeenAsync(await engine.ReadAsync(ct), scope, owners, ct) });

    private static async Task<Ok<PipelineStatus>> ReadStatusAsync(
        EngineStore engine, CallerScope scope, RowOwners owners, CancellationToken ct)
    {
        var state = await SeenAsync(await engine.ReadAsync(ct), scope, owners, ct);
        return TypedResults.Ok(new PipelineStatus
        {
            Running = state.State == EngineStates.Running,
            Pid = state.Pid,
            RunId = state.RunId,
            State = state.State,
        });
    }

    private static async Task<Results<Ok<PipelineStateEnvelope>, ProblemHttpResult>> ChangeAsync(
        EngineStore engine, EngineAction action, CancellationToken ct)
    {
        var (move, state) = await engine.ChangeAsync(action, ct);
        return move == EngineMove.Refuse
            ? Problems.Conflict("wrong_engine_state", Refusal(action, state.State))
            : TypedResults.Ok(new PipelineStateEnvelope { Pipeline = state });
    }

    // The newest run may be another tenant's.
    private static async ValueTask<PipelineState> SeenAsync(PipelineState state, CallerScope scope, RowOwners owners, CancellationToken ct) =>
        scope.IsEverything || state.RunId is not { } run || (await owners.FindAsync(RowKind.Run, run, ct) is { } owner && scope.Covers(owner))
            ? state
            : state with { RunId = null };

    private static string Refusal(EngineAction action, string state) => action == EngineAction.Pause
        ? $"Only a running engine can be paused; it is {state}. Start it first."
        : $"Only a paused engine can be resumed; it is {state}.";
}
