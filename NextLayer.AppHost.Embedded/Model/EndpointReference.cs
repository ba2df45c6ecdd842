using System.Globalization;

namespace NextLayer.AppHost.Embedded;

/// <summary>An address of a project, known once ports have been given out.</summary>
public sealed class EndpointReference
{
    internal EndpointReference(ProjectResource resource, string name, int? wantedPort)
    {
        Resource = resource;
        EndpointName = name;
        WantedPort = wantedPort;
    }

    /// <summary>The project that listens.</summary>
    public ProjectResource Resource { get; }

    /// <summary>Name within the project, such as <c>http</c>.</summary>
    public string EndpointName { get; }

    /// <summary>The port asked for in the picture; null when any will do.</summary>
    public int? WantedPort { get; }

    /// <summary>The real port, which is another than the one asked for when that was taken.</summary>
    public int Port => Allocated ?? throw new InvalidOperationException($"Endpoint {EndpointName} of {Resource.Name} has no port before the start.");

    /// <summary>For whoever calls the project; with several replicas the address in front of them.</summary>
    public string Url => string.Create(CultureInfo.InvariantCulture, $"http://localhost:{Port}");

    internal int? Allocated { get; set; }
}
