namespace NextLayer.AppHost.Embedded;

/// <summary>Aspire's verbs for projects, with their meaning there.</summary>
public static class ProjectVerbs
{
    /// <summary>Adds a project that the AppHost references.</summary>
    public static IResourceBuilder<ProjectResource> AddProject<TProject>(this IDistributedApplicationBuilder builder, string name)
        where TProject : IProjectMetadata, new() =>
        builder.AddResource(new ProjectResource(name, new TProject()));

    /// <summary>Runs that many processes behind one address.</summary>
    public static IResourceBuilder<ProjectResource> WithReplicas(this IResourceBuilder<ProjectResource> builder, int replicas)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(replicas, 1);
        builder.Resource.Replicas = replicas;
        return builder;
    }

    /// <summary>Gives the project an address; it learns its own through <c>ASPNETCORE_URLS</c>.</summary>
    /// <param name="builder">The project.</param>
    /// <param name="port">On loopback; the next free one when it is taken. Null takes any.</param>
    /// <param name="name">Must be new in the project.</param>
    public static IResourceBuilder<ProjectResource> WithHttpEndpoint(this IResourceBuilder<ProjectResource> builder, int? port = null, string name = "http")
    {
        var project = builder.Resource;
        if (project.Endpoints.Exists(endpoint => endpoint.EndpointName == name))
            throw new InvalidOperationException($"{project.Name} already has an endpoint named {name}.");
        project.Endpoints.Add(new EndpointReference(project, name, port));
        return builder;
    }

    /// <summary>States that people outside may call it. All addresses are on loopback here, so this is for Aspire's publishers.</summary>
    public static IResourceBuilder<ProjectResource> WithExternalHttpEndpoints(this IResourceBuilder<ProjectResource> builder) => builder;

    /// <summary>Makes "healthy" mean that GET on this path answers 200.</summary>
    public static IResourceBuilder<ProjectResource> WithHttpHealthCheck(this IResourceBuilder<ProjectResource> builder, string path)
    {
        if (builder.Resource.Endpoints.Count == 0)
            throw new InvalidOperationException($"{builder.Resource.Name} has no http endpoint to check; WithHttpEndpoint must come first.");
        builder.Resource.HealthPath = path;
        return builder;
    }

    /// <summary>The address of a project, to refer to.</summary>
    public static EndpointReference GetEndpoint(this IResourceBuilder<ProjectResource> builder, string name) =>
        builder.Resource.Endpoints.Find(endpoint => endpoint.EndpointName == name)
        ?? throw new InvalidOperationException($"{builder.Resource.Name} has no endpoint named {name}.");

    /// <summary>Starts the project only when the other one is running and healthy.</summary>
    public static IResourceBuilder<ProjectResource> WaitFor(this IResourceBuilder<ProjectResource> builder, IResourceBuilder<IResource> dependency)
    {
        builder.Resource.WaitsFor.Add(dependency.Resource);
        return builder;
    }
}
