using System.Reflection;
using NextLayer.AppHost.Embedded.Output;
using NextLayer.AppHost.Embedded.Running;
using NextLayer.AppHost.Embedded.Testing;

namespace NextLayer.AppHost.Embedded;

/// <summary>The picture, ready to run as plain processes.</summary>
public sealed class DistributedApplication : IAsyncDisposable
{
    private readonly DistributedApplicationBuilder builder;
    private RunningApplication? running;

    internal DistributedApplication(DistributedApplicationBuilder builder)
    {
        this.builder = builder;
        ResourceNotifications = new ResourceNotificationService(() => Running);
    }

    /// <summary>Tells when a resource is healthy.</summary>
    public ResourceNotificationService ResourceNotifications { get; }

    /// <summary>The processes as they are now, for tests that kill one.</summary>
    public IReadOnlyList<ResourceProcess> Processes =>
    [
        .. Running.Board.Snapshot().Where(state => state.Pid is not null)
            .Select(state => new ResourceProcess(state.Resource, state.Replica, state.Pid!.Value, state.Address, state.Log)),
    ];

    internal IReadOnlyList<IResource> Resources => builder.Resources;

    private RunningApplication Running => running ?? throw new InvalidOperationException("The application was not started.");

    /// <summary>Begins a picture.</summary>
    /// <param name="args">The command line: <c>--name value</c>.</param>
    public static IDistributedApplicationBuilder CreateBuilder(string[] args) =>
        EntryPointInterception.Current is { } test
            ? new DistributedApplicationBuilder([.. args, .. test.Arguments], test.AppHost)
            : new DistributedApplicationBuilder(args, Assembly.GetEntryAssembly()!);

    /// <summary>Runs until Ctrl+C or SIGTERM. Sets the process's exit code.</summary>
    public void Run() => RunAsync().GetAwaiter().GetResult();

    /// <inheritdoc cref="Run" />
    public Task RunAsync(CancellationToken cancellationToken = default) =>
        EntryPointInterception.Current is { } test
            ? test.UntilTestEndsAsync()
            : ForegroundRun.RunAsync(this, cancellationToken);

    /// <summary>Starts everything and returns at once; <see cref="ResourceNotifications"/> tells how it goes.</summary>
    public Task StartAsync(CancellationToken cancellationToken = default)
    {
        Start(new SilentOutput());
        return Task.CompletedTask;
    }

    /// <summary>Stops everything in reverse order, within 15 seconds.</summary>
    public async Task StopAsync(CancellationToken cancellationToken = default)
    {
        if (Interlocked.Exchange(ref running, null) is { } stopping)
            await stopping.DisposeAsync();
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync() => await StopAsync();

    internal RunningApplication Start(IResourceOutput output)
    {
        if (running is not null)
            throw new InvalidOperationException("The application was started already.");
        return running = RunningApplication.Start(builder, output);
    }
}

/// <summary>A process that belongs to a resource.</summary>
/// <param name="Resource">Name of the resource.</param>
/// <param name="Replica">From 1.</param>
/// <param name="ProcessId">Changes when the process is restarted.</param>
/// <param name="Address">Where this very process listens.</param>
/// <param name="LogFile">Its output.</param>
public sealed record ResourceProcess(string Resource, int Replica, int ProcessId, string? Address, string? LogFile);

/// <summary>Aspire's way to wait for a resource.</summary>
public sealed class ResourceNotificationService
{
    private readonly Func<RunningApplication> application;

    internal ResourceNotificationService(Func<RunningApplication> application) => this.application = application;

    /// <summary>Returns when every replica of the resource has been healthy; throws when the machine lacks what it needs.</summary>
    public Task WaitForResourceHealthyAsync(string resourceName, CancellationToken cancellationToken = default) =>
        application().Orchestration.WaitHealthyAsync(resourceName, cancellationToken);
}
