namespace NextLayer.ControlPlane.Features.Engine;

/// <summary>Starts the engine of a new database before the first request is served.</summary>
internal sealed class EngineAutoStart(EngineStore engine) : IHostedService
{
    public Task StartAsync(CancellationToken cancellationToken) => engine.AutoStartAsync(cancellationToken);

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
