using System.Globalization;

namespace NextLayer.AppHost.Embedded.Testing;

/// <summary>
/// Aspire's few calls for end-to-end tests, over plain processes:
/// <c>CreateAsync&lt;Projects.NextLayer_AppHost&gt;()</c>, <c>BuildAsync</c>, <c>StartAsync</c>.
/// </summary>
public sealed class DistributedApplicationTestingBuilder
{
    private readonly IProjectMetadata appHost;
    private readonly IReadOnlyList<string> arguments;

    private DistributedApplicationTestingBuilder(IProjectMetadata appHost, IReadOnlyList<string> arguments)
    {
        this.appHost = appHost;
        this.arguments = arguments;
    }

    /// <param name="args">As on the AppHost's command line, flags spelled out: <c>--ephemeral=true</c>.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public static Task<DistributedApplicationTestingBuilder> CreateAsync<TAppHost>(string[]? args = null, CancellationToken cancellationToken = default)
        where TAppHost : IProjectMetadata, new() =>
        Task.FromResult(new DistributedApplicationTestingBuilder(
            new TAppHost(),
            // Tests run side by side, so nobody gets the ports of the picture; Aspire's builder does the same.
            ["--DcpPublisher:RandomizePorts=true", .. args ?? []]));

    /// <summary>Runs the AppHost's <c>Main</c> up to its <c>Build()</c>.</summary>
    public async Task<TestedApplication> BuildAsync(CancellationToken cancellationToken = default)
    {
        var (app, main) = await EntryPointInterception.RunAsync(appHost.AssemblyPath, arguments, cancellationToken);
        return new TestedApplication(app, main);
    }
}

/// <summary>An AppHost inside a test's process. Disposing it stops everything.</summary>
public sealed class TestedApplication : IAsyncDisposable
{
    private readonly DistributedApplication app;
    private readonly EntryPointInterception main;

    internal TestedApplication(DistributedApplication app, EntryPointInterception main)
    {
        this.app = app;
        this.main = main;
    }

    /// <summary>Tells when a resource is healthy.</summary>
    public ResourceNotificationService ResourceNotifications => app.ResourceNotifications;

    /// <summary>The processes as they are now.</summary>
    public IReadOnlyList<ResourceProcess> Processes => app.Processes;

    /// <summary>Starts everything and returns at once.</summary>
    public Task StartAsync(CancellationToken cancellationToken = default) => app.StartAsync(cancellationToken);

    /// <summary>Stops everything in reverse order.</summary>
    public Task StopAsync(CancellationToken cancellationToken = default) => app.StopAsync(cancellationToken);

    /// <summary>The address of a project.</summary>
    public Uri GetEndpoint(string resourceName, string endpointName = "http") =>
        new(Project(resourceName).Endpoints.Single(endpoint => endpoint.EndpointName == endpointName).Url);

    /// <summary>A client whose relative addresses are the project's; the caller disposes it.</summary>
    public HttpClient CreateHttpClient(string resourceName, string endpointName = "http") =>
        new() { BaseAddress = GetEndpoint(resourceName, endpointName) };

    /// <summary>Null when the resource does not run on this machine.</summary>
    public ValueTask<string?> GetConnectionStringAsync(string resourceName, CancellationToken cancellationToken = default) =>
        app.Resources.OfType<IResourceWithConnectionString>().Single(resource => resource.Name == resourceName).GetConnectionStringAsync(cancellationToken);

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        await app.DisposeAsync();
        await main.EndAsync();
    }

    private ProjectResource Project(string name) =>
        app.Resources.OfType<ProjectResource>().SingleOrDefault(project => project.Name == name)
        ?? throw new ArgumentException(string.Create(CultureInfo.InvariantCulture, $"There is no project named {name}."), nameof(name));
}
