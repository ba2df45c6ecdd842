using System.Text.Json;

namespace NextLayer.Demo.Providers;

/// <summary>The providers that the demo's provider pipelines ask.</summary>
internal static class ProviderStandIns
{
    public static void AddProviders(this IServiceCollection services)
    {
        services.AddSingleton<ProviderKeys>();
        services.AddSingleton<ProviderFaults>();
        services.AddSingleton<GoogleTokens>();
        services.AddSingleton<BigQueryStandIn>();
    }

    public static void MapProviders(this WebApplication app)
    {
        app.MapOpenAi();
        app.MapAnthropic();
        app.MapPost("/providers/google/token", (HttpContext context, GoogleTokens tokens, ProviderFaults faults) => tokens.GiveAsync(context, faults));
        app.MapPost(
            "/providers/google/bigquery/v2/projects/{project}/queries",
            (HttpContext context, string project, JsonElement body, BigQueryStandIn bigQuery) => bigQuery.Query(context, project, body));
        app.MapGet(
            "/providers/google/bigquery/v2/projects/{project}/queries/{jobId}",
            (HttpContext context, string jobId, BigQueryStandIn bigQuery) => bigQuery.PageOf(context, jobId));
    }
}
