using Microsoft.Extensions.DependencyInjection.Extensions;
using NextLayer.Contracts.Json;
using NextLayer.ControlPlane.Features.Access;
using NextLayer.ControlPlane.Features.Connectors;
using NextLayer.ControlPlane.Features.Connectors.Testing;
using NextLayer.ControlPlane.Features.Costs;
using NextLayer.ControlPlane.Features.Engine;
using NextLayer.ControlPlane.Features.Facilities;
using NextLayer.ControlPlane.Features.Pipelines;
using NextLayer.ControlPlane.Features.Providers;
using NextLayer.ControlPlane.Features.Quotas;
using NextLayer.ControlPlane.Features.Runs;
using NextLayer.ControlPlane.Features.RunViews;
using NextLayer.ControlPlane.Features.Stats;
using NextLayer.ControlPlane.Features.Streaming;
using NextLayer.ControlPlane.Features.Tenants;
using NextLayer.ControlPlane.Features.Triggers;
using NextLayer.ControlPlane.Features.Versions;
using NextLayer.ControlPlane.Features.Waits;
using NextLayer.ControlPlane.Features.Workflows;
using NextLayer.ControlPlane.Platform.Access;
using NextLayer.ControlPlane.Platform.Access.Auditing;
using NextLayer.ControlPlane.Platform.Cors;
using NextLayer.ControlPlane.Platform.Database;
using NextLayer.ControlPlane.Platform.Errors;
using NextLayer.ControlPlane.Platform.Health;
using NextLayer.ControlPlane.Platform.Idempotency;
using NextLayer.ControlPlane.Platform.OpenApi;
using NextLayer.ControlPlane.Platform.RateLimits;
using NextLayer.ControlPlane.Platform.Redis;
using NextLayer.ControlPlane.Platform.Registry;
using NextLayer.ControlPlane.Platform.Requests;
using NextLayer.ControlPlane.Platform.Responses;
using NextLayer.ControlPlane.Platform.Secrets;
using NextLayer.ControlPlane.Platform.Validation;
using NextLayer.ControlPlane.Platform;
using NextLayer.ServiceDefaults;

namespace NextLayer.ControlPlane;

/// <summary>Puts the control plane together, for <c>Program</c> and for tests alike.</summary>
internal static class ControlPlaneApp
{
    /// <param name="configure">Changes settings and services before anything is built.</param>
    public static WebApplication Create(string[] args, Action<WebApplicationBuilder>? configure = null)
    {
        var builder = WebApplication.CreateBuilder(args);
        configure?.Invoke(builder);
        builder.AddServiceDefaults();
        AddPlatform(builder);
        AddFeatures(builder);

        var app = builder.Build();
        UsePlatform(app);
        MapFeatures(app.MapGroup("").WithRequestValidation());
        AccessRules.Verify(((IEndpointRouteBuilder)app).DataSources);
        return app;
    }

    private static void AddFeatures(WebApplicationBuilder builder)
    {
        builder.Services.AddSingleton<VersionCatalog>();
        builder.Services.AddSingleton<TestVersions>();
        builder.Services.AddEngine();
        builder.Services.AddRunQueue();
        builder.Services.AddWaits();
        builder.Services.AddRunStream();
        builder.Services.AddWorkflowApi();
        builder.Services.AddTriggers();
        builder.Services.AddStats();
        builder.Services.AddSingleton<RunViewStore>();
        builder.Services.AddAccessApi();
        builder.Services.AddQuotas();
        builder.Services.AddProviders();
        builder.Services.AddCosts();
        builder.Services.AddScoped<TenantStore>();
        builder.Services.AddScoped<FacilityStore>();
        builder.Services.AddScoped<ConnectorInstanceStore>();
        builder.Services.AddSingleton<ConnectorSecretStore>();
        builder.Services.AddSingleton<ConnectorCredentials>();
        builder.Services.AddSingleton<RunConnectorStore>();
        builder.AddConnectorTests();
        builder.Services.AddScoped<PipelineStore>();
        builder.Services.AddSingleton<PipelineSummaries>();
        builder.Services.AddScoped<PipelineVersionStore>();
    }

    private static void MapFeatures(IEndpointRouteBuilder api)
    {
        api.MapEngine();
        api.MapRunQueue();
        api.MapWaits();
        api.MapRunStream();
        api.MapRunViews();
        api.MapTriggers();
        api.MapStats();
        api.MapAccessApi();
        api.MapQuotas();
        api.MapProviders();
        api.MapCosts();
        api.MapTenants();
        api.MapFacilities();
        api.MapConnectorInstances();
        api.MapConnectorTests();
        api.MapRunConnectors();
        api.MapPipelines();
        api.MapPipelineVersions();
        api.MapWorkflowApi();
    }

    private static void AddPlatform(WebApplicationBuilder builder)
    {
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = BodyLimit.Largest;
        });
        builder.Services.ConfigureHttpJsonOptions(json => NextLayerJson.Configure(json.SerializerOptions));
        builder.Services.AddOptions<DatabaseOptions>().BindConfiguration("Database").ValidateDataAnnotations().ValidateOnStart();
        builder.Services.TryAddSingleton(TimeProvider.System); // A test brings its own.
        builder.Services.AddSingleton<Databases>();
        builder.Services.AddSingleton<Migrator>();
        builder.Services.AddSingleton<DatabaseStart>();
        builder.Services.AddSingleton<RunIds>();
        builder.Services.AddSingleton<Telemetry>();
        builder.Services.AddSingleton<RedisConnection>();
        builder.Services.AddSingleton<IdempotentAnswers>();
        builder.AddAccess();
        builder.AddRegistry();
        builder.AddSecrets();
        builder.Services.AddProblems();
        builder.AddTrustedProxies();
        builder.AddCorsOrigins();
        builder.Services.AddRateLimits();
        builder.AddApiDocument();
    }

    // CORS stands before what may refuse, so that a browser can read the refusal.
    private static void UsePlatform(WebApplication app)
    {
        app.UseTrustedProxies();
        app.UseMiddleware<SecurityHeaders>();
        app.UseProblems();
        app.UseMiddleware<AddressGuard>();
        app.UseRouting();
        app.UseCors();
        app.UseAccess();
        app.UseRateLimiter(); // Behind it: calls are counted for whoever makes them.
        app.UseMiddleware<AuditMiddleware>();
        app.UseMiddleware<BodyGuard>();
        app.UseWebSockets();
        app.MapDefaultEndpoints();
        app.MapHealth();
        app.MapApiDocument();
    }
}
