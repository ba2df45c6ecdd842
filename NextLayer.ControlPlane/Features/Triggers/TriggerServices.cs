using NextLayer.ControlPlane.Features.Triggers.Schedules;

namespace NextLayer.ControlPlane.Features.Triggers;

/// <summary>Schedules and webhooks: what makes runs without anybody asking for one.</summary>
internal static class TriggerServices
{
    public static void AddTriggers(this IServiceCollection services)
    {
        services.AddSingleton<TriggeredRuns>();

        services.AddOptions<SchedulerOptions>().BindConfiguration("Scheduler").ValidateDataAnnotations().ValidateOnStart();
        services.AddSingleton<FireRules>();
        services.AddSingleton<Scheduler>();
        services.AddHostedService(provider => provider.GetRequiredService<Scheduler>());
        services.AddSingleton<ScheduleReader>();
        services.AddSingleton<ScheduleWriter>();
    }

    public static void MapTriggers(this IEndpointRouteBuilder api)
    {
        api.MapSchedules();
    }
}
