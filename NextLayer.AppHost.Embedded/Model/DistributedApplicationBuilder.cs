using System.Reflection;
using Microsoft.Extensions.Configuration;

namespace NextLayer.AppHost.Embedded;

internal sealed class DistributedApplicationBuilder : IDistributedApplicationBuilder
{
    private readonly List<IResource> resources = [];

    public DistributedApplicationBuilder(string[] args, Assembly appHost)
    {
        Configuration = new ConfigurationManager();
        Configuration.AddEnvironmentVariables();
        Configuration.AddCommandLine(args);
        AppHostDirectory = FindDirectory(appHost);
    }

    public ConfigurationManager Configuration { get; }

    public DistributedApplicationExecutionContext ExecutionContext { get; } = new();

    public string AppHostDirectory { get; }

    public IReadOnlyList<IResource> Resources => resources;

    public IResourceBuilder<T> AddResource<T>(T resource) where T : IResource
    {
        if (resources.Exists(existing => existing.Name == resource.Name))
            throw new InvalidOperationException($"There is already a resource named {resource.Name}.");
        resources.Add(resource);
        return new ResourceBuilder<T>(this, resource);
    }

    public DistributedApplication Build()
    {
        if (Configuration["operation"] == "publish")
            throw new NotSupportedException("Publishing is Aspire's: build the AppHost with -p:Orchestrator=aspire.");

        var app = new DistributedApplication(this);
        Testing.EntryPointInterception.Current?.OnBuilt(app);
        return app;
    }

    /// <summary>The build notes the project's folder in the assembly, for the assembly itself may be run from anywhere.</summary>
    private static string FindDirectory(Assembly appHost) =>
        appHost.GetCustomAttributes<AssemblyMetadataAttribute>().FirstOrDefault(note => note.Key == "apphostprojectpath")?.Value
        ?? Directory.GetCurrentDirectory();
}
