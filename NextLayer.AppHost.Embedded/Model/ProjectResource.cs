namespace NextLayer.AppHost.Embedded;

/// <summary>A .NET project, run as one process or several alike.</summary>
public sealed class ProjectResource : IResourceWithEnvironment, IResourceWithEndpoints, IResourceWithWaitSupport
{
    internal ProjectResource(string name, IProjectMetadata metadata)
    {
        Name = name;
        Metadata = metadata;
    }

    /// <inheritdoc />
    public string Name { get; }

    internal IProjectMetadata Metadata { get; }

    internal int Replicas { get; set; } = 1;

    internal string? HealthPath { get; set; }

    internal List<EndpointReference> Endpoints { get; } = [];

    internal List<IResource> WaitsFor { get; } = [];

    /// <summary>Fill in variables just before each start, when what they refer to is known.</summary>
    internal List<Func<IDictionary<string, string>, CancellationToken, ValueTask>> Environment { get; } = [];
}
