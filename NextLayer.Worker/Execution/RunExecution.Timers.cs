namespace NextLayer.Worker.Execution;

/// <summary>Steps that are due later: retries, and waits that end by themselves.</summary>
internal sealed partial class RunExecution
{
    /// <summary>A run that only waits is parked when it would wait longer than this.</summary>
    private static readonly TimeSpan ParkAfter = TimeSpan.FromSeconds(5);

    /// <summary>No run executes so long; a later timer is only ever used to park the run.</summary>
    private static readonly TimeSpan LongestHeld = TimeSpan.FromDays(1);

    private void AddTimer(StepTimer timer)
    {
        timers.Add(timer);
        if (Remaining(timer) > LongestHeld)
            return;
        timersOff ??= new CancellationTokenSource();
        ends ??= OpenEnds();
        _ = FireAsync(timer, timersOff.Token);
    }

    private async Task FireAsync(StepTimer timer, CancellationToken off)
    {
        try
        {
            if (Remaining(timer) is { Ticks: > 0 } wait)
                await Task.Delay(wait, services.Time, off);
            ends!.Writer.TryWrite(new StepEnd(timer.Step, timer.Attempt, null, TimeSpan.Zero) { Timer = timer }); // Opened by AddTimer.
        }
        catch (OperationCanceledException)
        {
            // The run was left before; whoever claims it next waits for the rest.
        }
    }

    private void Due(StepTimer timer)
    {
        if (Stopping)
            return; // Still due, for whoever takes the run up.
        if (!timers.Remove(timer))
            return; // Brought forward meanwhile: the other one has fired, or will.
        Start(timer.Step, timer.Attempt, timer.Resume);
    }

    private TimeSpan Remaining(StepTimer timer) => timer.Wait - services.Time.GetElapsedTime(timer.SetAt);

    /// <summary>True when nothing runs, but something is due so soon that parking the run would cost more.</summary>
    private bool HoldsForTimer() => !Stopping && timers.Any(t => Remaining(t) <= ParkAfter);

    /// <summary>Time to the next retry; the control plane knows by itself when waiting steps are due.</summary>
    private double? NextRetryMs()
    {
        var retries = timers.Where(t => t.Resume is null).ToList();
        return retries.Count == 0 ? null : Math.Max(retries.Min(t => Remaining(t).TotalMilliseconds), 0);
    }
}
