using NextLayer.ControlPlane.Features.Waits.Approvals;
using NextLayer.ControlPlane.Features.Waits.Approvals.Links;
using NextLayer.ControlPlane.Features.Waits.Children;
using NextLayer.ControlPlane.Features.Waits.Events;
using NextLayer.ControlPlane.Features.Waits.Retries;

namespace NextLayer.ControlPlane.Features.Waits;

/// <summary>Steps that wait without a worker: for people, for events, for child runs, for their next attempt.</summary>
internal static class WaitServices
{
    public static void AddWaits(this IServiceCollection services)
    {
        services.AddSingleton<ResumeStore>();
        services.AddSingleton<ApprovalLinkStore>();
        services.AddSingleton<LinkJudge>();
        services.AddSingleton<ApprovalLinkMaker>();
        services.AddSingleton<ApprovalLinkReader>();
        services.AddSingleton<RetryStepStore>();
        services.AddSingleton<ApprovalList>();
        services.AddSingleton<EventStore>();
        services.AddSingleton<ChildRuns>();
        services.AddHostedService<EventMatcher>();
        services.AddHostedService<ChildCoordinator>();
    }

    public static void MapWaits(this IEndpointRouteBuilder api)
    {
        api.MapApprovals();
        api.MapApprovalLinks();
        api.MapEvents();
        api.MapRetryStep();
    }
}
