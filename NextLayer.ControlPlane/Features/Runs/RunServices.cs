using NextLayer.ControlPlane.Features.Dispatch;
using NextLayer.ControlPlane.Features.Events;
using NextLayer.ControlPlane.Features.Housekeeping;
using NextLayer.ControlPlane.Features.Runs.Claiming;
using NextLayer.ControlPlane.Features.Runs.Creating;
using NextLayer.ControlPlane.Features.Runs.Labels;
using NextLayer.ControlPlane.Features.Runs.Leases;
using NextLayer.ControlPlane.Features.Runs.Reading;
using NextLayer.ControlPlane.Features.Runs.Reporting;
using NextLayer.ControlPlane.Features.Workers;

namespace NextLayer.ControlPlane.Features.Runs;

/// <summary>The run queue's services and loops.</summary>
internal static class RunServices
{
    public static void AddRunQueue(this IServiceCollection services)
    {
        services.AddOptions<LeaseOptions>().BindConfiguration("Lease").ValidateDataAnnotations().ValidateOnStart();
        services.AddSingleton<NewsHub>();
        services.AddSingleton<NewsPublisher>();
        services.AddSingleton<RunEventReader>();
        services.AddSingleton<RunReader>();
        services.AddSingleton<RunControlStore>();
        services.AddSingleton<LabelStore>();
        services.AddSingleton<RunListStore>();
        services.AddSingleton<RunHistoryStore>();
        services.AddSingleton<RunProgressReader>();
        services.AddSingleton<WorkerList>();

        services.AddSingleton<RunCreateStore>();
        services.AddSingleton<RunInputRules>();
        services.AddSingleton<RunCreator>();

        services.AddSingleton<ClaimStore>();
        services.AddSingleton<ClaimedStepStore>();
        services.AddSingleton<RunClaimer>();
        services.AddSingleton<ClaimedChildStore>();
        services.AddSingleton<RunDeadlines>();
        services.AddSingleton<ClaimAnswers>();

        services.AddSingleton<ReportStore>();
        services.AddSingleton<RunReporter>();
        services.AddSingleton<HeartbeatStore>();
        services.AddSingleton<WorkerHeart>();
        services.AddSingleton<WorkerDrains>();
        services.AddSingleton<WorkerReach>();

        services.AddHostedService<RedisNews>();
        services.AddHostedService<Reaper>();
        services.AddHostedService<Waker>();
        services.AddHostedService<DeadlineWatch>();
        services.AddHostedService<Housekeeper>();
        services.AddHostedService<QueueSampler>();
    }

    public static void MapRunQueue(this IEndpointRouteBuilder api)
    {
        var runs = api.MapGroup("/api/runs").WithTags("Runs");
        runs.MapRunCreation();
        runs.MapClaiming();
        runs.MapRunControl();
        runs.MapRunReading();
        api.MapWorkerReports();
        api.MapRunLabels();
        WorkerList.Map(api);
        api.MapDrains();
    }
}
