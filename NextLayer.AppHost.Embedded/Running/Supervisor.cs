using System.Globalization;

namespace NextLayer.AppHost.Embedded.Running;

/// <summary>Starts one process, and starts it again with a growing pause whenever it ends unasked.</summary>
internal sealed class Supervisor(ISupervised unit, StateBoard board, TimeProvider time) : IDisposable
{
    private readonly TaskCompletionSource healthy = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly CancellationTokenSource stopping = new();
    private Task loop = Task.CompletedTask;

    /// <summary>Completes the first time the process is healthy; fails when the machine lacks what it needs.</summary>
    public Task Healthy => healthy.Task;

    public void Start(Task when) => loop = RunAsync(when, stopping.Token);

    public async Task StopAsync(TimeSpan grace)
    {
        Set(ReplicaPhase.Stopping);
        await stopping.CancelAsync();
        // First the loop: it may be in the middle of starting what is to be stopped.
        await loop;
        await unit.StopAsync(grace);
        Set(ReplicaPhase.Stopped);
    }

    public void Dispose() => stopping.Dispose();

    private async Task RunAsync(Task when, CancellationToken ct)
    {
        try
        {
            if (!await PredecessorsAreHealthyAsync(when, ct))
                return;
            for (var crashes = 0; ;)
            {
                var started = time.GetTimestamp();
                var ending = await RunOnceAsync(ct);
                crashes = RestartBackoff.Count(crashes, time.GetElapsedTime(started));
                var pause = RestartBackoff.Delay(crashes);
                Set(ReplicaPhase.Crashed, string.Create(CultureInfo.InvariantCulture, $"{ending}; starting again in {pause.TotalSeconds:0.#} s"));
                await Task.Delay(pause, time, ct);
            }
        }
        catch (OperationCanceledException) when (ct.IsCancellationRequested)
        {
            healthy.TrySetCanceled(ct);
        }
        catch (Exception ex)
        {
            Set(ReplicaPhase.Stopped, ex.Message);
            healthy.TrySetException(ex);
        }
    }

    private async Task<bool> PredecessorsAreHealthyAsync(Task when, CancellationToken ct)
    {
        try
        {
            await when.WaitAsync(ct);
            return true;
        }
        catch (Exception ex) when (!ct.IsCancellationRequested)
        {
            Set(ReplicaPhase.Stopped, "what it waits for cannot start");
            healthy.TrySetException(ex);
            return false;
        }
    }

    /// <returns>How it ended.</returns>
    private async Task<string> RunOnceAsync(CancellationToken ct)
    {
        Set(ReplicaPhase.Starting);
        try
        {
            var (processId, exited) = await unit.StartAsync(ct);
            board.Change(unit.Label, state => state with { State = ReplicaPhase.Running, Pid = processId }, $"pid {processId}");
            await ReportHealthAsync(exited, ct);
            return $"ended with code {await exited.WaitAsync(ct)}";
        }
        catch (ServerException ex) when (healthy.Task.IsCompletedSuccessfully)
        {
            // It ran before, so the machine has what it needs; the next try may do.
            return ex.Message;
        }
    }

    private async Task ReportHealthAsync(Task exited, CancellationToken ct)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(ct);
        var check = unit.WaitUntilHealthyAsync(stop.Token);
        if (await Task.WhenAny(check, exited) == check)
        {
            await check;
            Set(ReplicaPhase.Healthy);
            healthy.TrySetResult();
            return;
        }

        await stop.CancelAsync();
        await check.ContinueWith(_ => { }, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
    }

    private void Set(ReplicaPhase phase, string? detail = null) =>
        board.Change(
            unit.Label,
            state => state with { State = phase, Pid = phase is ReplicaPhase.Running or ReplicaPhase.Healthy or ReplicaPhase.Stopping ? state.Pid : null },
            detail);
}
