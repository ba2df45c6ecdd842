using System.Net;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using NextLayer.Demo.Providers;
using NextLayer.ServiceDefaults;

namespace NextLayer.Demo.Seeding;

/// <summary>
/// Publishes the examples once the shop listens. Can be repeated: what is there already, unchanged, is left alone, and a
/// changed example becomes the next version of its workflow. Then the provider pipelines get connectors and are run.
/// </summary>
internal sealed partial class Seeder(
    IServer server,
    IConfiguration configuration,
    IHostApplicationLifetime lifetime,
    SeedState state,
    ProviderKeys keys,
    ProviderFaults faults,
    TimeProvider time,
    ILogger<Seeder> logger)
    : BackgroundService
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var started = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var registration = lifetime.ApplicationStarted.Register(started.SetResult);
        await started.Task.WaitAsync(stoppingToken);
        using var http = new HttpClient { BaseAddress = ControlPlane() };
        if (configuration["CP_API_KEY"] is { Length: > 0 } key)
            http.DefaultRequestHeaders.Add("X-API-Key", key);
        var workflows = new WorkflowPublisher(http);
        var providers = new ProviderSeeder(http, keys, faults, Shop(), time);
        var examples = Example.ReadAll(Path.Combine(AppContext.BaseDirectory, "examples"), Shop());
        foreach (var example in examples)
            await PatientlyAsync(async () => LogPublished(example.Name, await workflows.PublishAsync(example, stoppingToken)), stoppingToken);
        await PatientlyAsync(() => providers.SeedAsync(stoppingToken), stoppingToken);
        state.Finish();
    }

    /// <summary>Again while the control plane is away. What it refuses (a spent quota, say) it would refuse again, and the rest goes on.</summary>
    private async Task PatientlyAsync(Func<Task> seed, CancellationToken ct)
    {
        while (true)
        {
            try
            {
                await seed();
                return;
            }
            catch (HttpRequestException ex) when (ex.StatusCode is >= HttpStatusCode.BadRequest and < HttpStatusCode.InternalServerError)
            {
                LogRefused(ex.Message);
                return;
            }
            catch (Exception ex) when (ex is HttpRequestException or TaskCanceledException && !ct.IsCancellationRequested)
            {
                LogTryAgain(ex.Message);
                await Task.Delay(Pause, time, ct);
            }
        }
    }

    private Uri ControlPlane() =>
        ServiceAddresses.Resolve(configuration, "control-plane") is [var address, ..]
            ? address
            : new Uri(configuration["CP_BASE"] ?? "http://localhost:8000");

    /// <summary>Where workers reach the shop: as the AppHost gave it, or where this process listens.</summary>
    private string Shop() =>
        (configuration["SHOP_URL"] ?? server.Features.Get<IServerAddressesFeature>()!.Addresses.First()).TrimEnd('/'); // Kestrel has the feature.

    [LoggerMessage(4001, LogLevel.Information, "Example '{Name}' is workflow {WorkflowId}")]
    private partial void LogPublished(string name, Guid workflowId);

    [LoggerMessage(4002, LogLevel.Warning, "The examples cannot be published yet: {Error}")]
    private partial void LogTryAgain(string error);

    [LoggerMessage(4003, LogLevel.Warning, "The control plane refuses some of what the demo shows: {Error}")]
    private partial void LogRefused(string error);
}
