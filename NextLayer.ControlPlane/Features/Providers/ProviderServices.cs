using NextLayer.ControlPlane.Features.Providers.Reading;
using NextLayer.ControlPlane.Features.Providers.Registry;
using NextLayer.ControlPlane.Features.Providers.Running;

namespace NextLayer.ControlPlane.Features.Providers;

/// <summary>The Provider API: pipelines that come from files instead of people, the same for every organisation.</summary>
internal static class ProviderServices
{
    public static void AddProviders(this IServiceCollection services)
    {
        services.AddOptions<ProviderOptions>().BindConfiguration("Providers");
        services.AddSingleton<ProviderRegistry>();
        services.AddHostedService(provider => provider.GetRequiredService<ProviderRegistry>());
        services.AddSingleton<Organisations>();
        services.AddSingleton<ProviderVersions>();
        services.AddSingleton<ProviderRunStarter>();
        services.AddSingleton<ProviderRunStore>();
    }

    public static void MapProviders(this IEndpointRouteBuilder api)
    {
        var pipelines = api.MapGroup("/api/v1/pipelines").WithTags("Provider pipelines");
        pipelines.MapProviderRuns();
        pipelines.MapProviderReading();
        api.MapValidator();
    }
}
