using NextLayer.ControlPlane.Features.Triggers.Schedules;
using NextLayer.ControlPlane.Features.Triggers.Webhooks;

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
        services.AddSingleton<ScheduleBackfills>();

        services.AddSingleton<WebhookTargets>();
        services.AddSingleton<RefusalBudget>();
        services.AddSingleton<DeliveryLog>();
        services.AddSingleton<WebhookWriter>();
        services.AddSingleton<WebhookIntake>();
        services.AddSingleton<WebhookRedelivery>();
        services.AddSingleton<WebhookSettingsStore>();
    }

    public static void MapTriggers(this IEndpointRouteBuilder api)
    {
        api.MapSchedules();
        api.MapWebhooks();
        api.MapWebhookSettings();
    }
}
