using NextLayer.Worker.Execution;
using NextLayer.Worker.Platform;
using NextLayer.Worker.Reporting;

namespace NextLayer.Worker.Claiming;

/// <summary>
/// The worker's life: heartbeats, claims, execution and reports run side by side until the host stops; then it claims
/// nothing more, lets running steps finish, interrupts what is left after the grace period, and gives the runs back.
/// </summary>
internal sealed partial class WorkerService(
    ClaimLoop claims,
    HeartbeatLoop heartbeats,
    RunQueue queue,
    Reporter reporter,
    HeldRuns held,
    WorkerOptions options,
    Telemetry telemetry,
    TimeProvider time,
    IHostApplicationLifetime host,
    ILogger<WorkerService> log) : IHostedService, IDisposable
{
    /// <summary>For interrupted steps to end.</summary>
    private static readonly TimeSpan InterruptionPatience = TimeSpan.FromSeconds(2.5);

    /// <summary>For the last reports to arrive.</summary>
    private static readonly TimeSpan ReportPatience = TimeSpan.FromSeconds(2);

    private readonly CancellationTokenSource draining = new();
    private readonly CancellationTokenSource stopped = new();
    private Task claiming = Task.CompletedTask;
    private Task others = Task.CompletedTask;
    private Task watch = Task.CompletedTask;

    public Task StartAsync(CancellationToken cancellationToken)
    {
        telemetry.ObserveHeld(() => held.Count);
        LogStarted(options.WorkerId, options.Slots);
        others = Loops.FirstToEndAsync(
            heartbeats.RunAsync(stopped.Token), reporter.RunAsync(stopped.Token), queue.RunAsync(stopped.Token));
        claiming = claims.RunAsync(draining.Token);
        watch = WatchAsync();
        return Task.CompletedTask;
    }

    /// <summary>The loops end by request alone. One that fails otherwise has met a bug, and half a worker helps nobody.</summary>
    private async Task WatchAsync()
    {
        try
        {
            await Loops.FirstToEndAsync(others, claiming);
        }
        catch (OperationCanceledException) when (stopped.IsCancellationRequested)
        {
            // Stopped in order.
        }
        catch (Exception ex)
        {
            LogBroken(ex);
            host.StopApplication();
        }
    }

    /// <summary>Its own periods bound it; the host's patience is set longer (see <see cref="WorkerApp"/>).</summary>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        LogDraining(held.Count);
        StopRuns(StopRequest.HandBack);
        await draining.CancelAsync();
        heartbeats.Drain(); // Once it claims nothing more.
        await Quietly(claiming);
        if (!await InTimeAsync(queue.IdleAsync, options.Grace))
        {
            StopRuns(StopRequest.HandBackNow);
            await InTimeAsync(queue.IdleAsync, InterruptionPatience);
        }

        await InTimeAsync(held.EmptyAsync, ReportPatience);
        await stopped.CancelAsync();
        await Quietly(others);
        await watch;
        LogStopped(held.Count);
    }

    private void StopRuns(StopRequest how)
    {
        foreach (var run in held.All)
            run.RequestStop(how);
    }

    private async Task<bool> InTimeAsync(Func<CancellationToken, Task> wait, TimeSpan patience)
    {
        using var end = new CancellationTokenSource(patience, time);
        try
        {
            await wait(end.Token);
            return true;
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }

    private static async Task Quietly(Task task)
    {
        try
        {
            await task;
        }
        catch (OperationCanceledException)
        {
            // That is how the loops end.
        }
        catch (Exception) when (task.IsFaulted)
        {
            // Told by WatchAsync; the rest still has to be put away.
        }
    }

    public void Dispose()
    {
        draining.Dispose();
        stopped.Dispose();
    }

    [LoggerMessage(30, LogLevel.Information, "Worker {WorkerId} started with {Slots} slots")]
    private partial void LogStarted(string workerId, int slots);

    [LoggerMessage(33, LogLevel.Critical, "A loop of the worker broke; stopping")]
    private partial void LogBroken(Exception exception);

    [LoggerMessage(31, LogLevel.Information, "Draining: {Runs} runs in hand")]
    private partial void LogDraining(int runs);

    [LoggerMessage(32, LogLevel.Information, "Stopped; {Runs} runs left to their leases")]
    private partial void LogStopped(int runs);
}
