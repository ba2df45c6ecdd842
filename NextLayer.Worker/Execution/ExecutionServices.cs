using NextLayer.Worker.Connectors;
using NextLayer.Worker.Platform;
using NextLayer.Worker.Reporting;

namespace NextLayer.Worker.Execution;

/// <summary>What every run's execution shares.</summary>
internal sealed record ExecutionServices(
    WorkerOptions Options,
    TimeProvider Time,
    Reporter Reporter,
    StepHandlers Handlers,
    AttemptRunner Attempts,
    StepPlaces Places,
    ConnectorSource Connectors,
    Telemetry Telemetry)
{
    private readonly Action<ActiveRun> send = Reporter.Send;

    public StepLog LogOf(ActiveRun run, string stepId, int attempt) => new(run, send, stepId, attempt);
}

/// <summary>Bounds the steps of all runs that execute at once.</summary>
internal sealed class StepPlaces(WorkerOptions options) : IDisposable
{
    private readonly SemaphoreSlim free = new(options.StepsAtOnce > 0 ? options.StepsAtOnce : options.Slots * 4);

    /// <summary>Waits for a place; disposing the result gives it back.</summary>
    public async ValueTask<Place> TakeAsync(CancellationToken ct)
    {
        await free.WaitAsync(ct);
        return new Place(free);
    }

    public void Dispose() => free.Dispose();

    internal readonly struct Place(SemaphoreSlim free) : IDisposable
    {
        public void Dispose() => free.Release();
    }
}
