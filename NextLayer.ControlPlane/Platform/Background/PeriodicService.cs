namespace NextLayer.ControlPlane.Platform.Background;

/// <summary>
/// A loop around one pass. Replicas run the same loops side by side; the passes are written so that any number of them
/// may. Tests call <see cref="RunOnceAsync"/>.
/// </summary>
internal abstract partial class PeriodicService(TimeProvider time, ILogger logger) : BackgroundService
{
    /// <summary>Time between the end of one pass and the start of the next, ±20 % so that replicas do not march in step.</summary>
    protected abstract TimeSpan Interval { get; }

    /// <summary>One pass; true when there is likely more to do at once.</summary>
    public abstract Task<bool> RunOnceAsync(CancellationToken ct);

    /// <summary>Told when a pass failed, before the next.</summary>
    protected virtual void OnFailure()
    {
    }

    /// <summary>Waits for the next pass. Overridden by loops that can be woken.</summary>
    protected virtual Task WaitAsync(TimeSpan delay, CancellationToken ct) => Task.Delay(delay, time, ct);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var failures = 0;
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                var more = await RunOnceAsync(stoppingToken);
                if (failures > 0)
                    LogRecovered(GetType().Name, failures);
                failures = 0;
                if (more)
                    continue;
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception ex)
            {
                // A database that restarts must not end the loop; the first failure of a row of them is enough to read.
                if (++failures == 1)
                    LogFailed(ex, GetType().Name, ex.Message);
                OnFailure();
            }

            try
            {
                await WaitAsync(Interval * (0.8 + (Random.Shared.NextDouble() * 0.4)), stoppingToken);
            }
            catch (OperationCanceledException)
            {
                return;
            }
        }
    }

    [LoggerMessage(1101, LogLevel.Warning, "{Loop} failed and will keep trying: {Error}")]
    private partial void LogFailed(Exception ex, string loop, string error);

    [LoggerMessage(1102, LogLevel.Information, "{Loop} works again after {Failures} failed passes")]
    private partial void LogRecovered(string loop, int failures);
}
