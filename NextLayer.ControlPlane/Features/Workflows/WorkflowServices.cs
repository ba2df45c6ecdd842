using NextLayer.ControlPlane.Features.Workflows.Authoring;
using NextLayer.ControlPlane.Features.Workflows.Catalog;
using NextLayer.ControlPlane.Features.Workflows.Explaining;
using NextLayer.ControlPlane.Features.Workflows.Running;
using NextLayer.ControlPlane.Platform.Tenancy;

namespace NextLayer.ControlPlane.Features.Workflows;

/// <summary>The Workflow API: versions as workflows, runs in its words, the catalog of steps.</summary>
internal static class WorkflowServices
{
    public static void AddWorkflowApi(this IServiceCollection services)
    {
        services.AddScoped<WorkflowStore>();
        services.AddSingleton<WorkflowRunStore>();
        services.AddSingleton<WorkflowRunReader>();
        services.AddSingleton<WorkflowRunStarter>();
        services.AddSingleton<WorkflowRunControl>();
        services.AddSingleton<RunFactStore>();
        services.AddSingleton<CatalogDocument>();
    }

    public static void MapWorkflowApi(this IEndpointRouteBuilder api)
    {
        var workflows = api.MapGroup("/api/v1/workflows").WithTags("Workflows").WithCallerTenant();
        workflows.MapAuthoring();
        workflows.MapStarting();
        var runs = api.MapGroup("/api/v1/runs").WithTags("Workflow runs").WithCallerTenant();
        runs.MapWorkflowRunReading();
        runs.MapWorkflowRunControl();
        runs.MapExplaining();
        api.MapGroup("/api/v1/catalog").WithTags("Catalog").MapCatalog();
    }
}
