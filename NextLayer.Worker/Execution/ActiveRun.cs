using NextLayer.Contracts.Runs;
using NextLayer.Worker.Reporting;

namespace NextLayer.Worker.Execution;

/// <summary>
/// One run that this worker holds, from the claim until its end was acknowledged or its lease was lost. Its execution,
/// the heartbeats and the reporter meet here.
/// </summary>
#pragma warning disable CA1001 // The source has no timer and no handle to free, and a step left behind may still look at it.
internal sealed class ActiveRun
#pragma warning restore CA1001
{
    private readonly TimeProvider time;
    private readonly Lock gate = new();
    private readonly TimeSpan sideEffectsEnd;
    private CancellationTokenSource? interruption;
    private TaskCompletionSource? renewed;
    private Action? wake;
    private StopRequest stop;
    private long renewedAt;
    private bool interrupted;
    private IReadOnlyList<RunStep> settled = [];
    private int settledSeen;

    /// <param name="claim">What the control plane gave.</param>
    /// <param name="askedAt">Process time at which the claim was sent: the lease runs from then at the earliest.</param>
    /// <param name="time">The process clock.</param>
    public ActiveRun(ClaimedRun claim, long askedAt, TimeProvider time)
    {
        Claim = claim;
        ClaimedAt = time.GetTimestamp();
        Outbox = new Outbox(time);
        this.time = time;
        renewedAt = askedAt;
        // By 80 % of the lease without a sign of life somebody else may be about to get the run.
        sideEffectsEnd = TimeSpan.FromSeconds(claim.Lease.Seconds * 0.8);
    }

    public ClaimedRun Claim { get; }
    public Guid Id => Claim.Run.Id;
    public Lease Lease => Claim.Lease;
    public Outbox Outbox { get; }

    /// <summary>Ends when nothing of the run is executed any more; set when it gets a slot.</summary>
    public Task Execution { get; set; } = Task.CompletedTask;

    /// <summary>Process time at which the claim was answered.</summary>
    public long ClaimedAt { get; }

    /// <summary>True once a heartbeat has named this run: a waiting one then tells of its cancellation at once.</summary>
    public bool InHeartbeats { get; set; }

    /// <summary>True once the control plane refused a report of this run; a second refusal drops it.</summary>
    public bool Refused { get; set; }

    public StopRequest Stop
    {
        get
        {
            lock (gate)
                return stop;
        }
    }

    /// <summary>
    /// The database's clock, carried forward from the claim by the process clock: workers' wall clocks decide nothing.
    /// </summary>
    public DateTimeOffset Now => (Claim.Run.ClaimedAt ?? time.GetUtcNow()) + time.GetElapsedTime(ClaimedAt);

    /// <summary>Cancelled when running steps are to be interrupted.</summary>
    public CancellationToken Interruption
    {
        get
        {
            lock (gate)
            {
                if (interruption is null)
                {
                    interruption = new CancellationTokenSource();
                    if (interrupted)
                        interruption.Cancel();
                }

                return interruption.Token;
            }
        }
    }

    /// <summary>Called on every request to stop and for steps that others settled; the run's execution sets it to be woken.</summary>
    public void OnStop(Action callback)
    {
        lock (gate)
            wake = callback;
    }

    /// <summary>Steps settled by others that have been fetched: what the next heartbeat says was heard of.</summary>
    public int SettledSeen
    {
        get
        {
            lock (gate)
                return settledSeen;
        }
    }

    /// <summary>True when there is something for <see cref="TakeSettled"/>.</summary>
    public bool HasSettled
    {
        get
        {
            lock (gate)
                return settled.Count > 0;
        }
    }

    /// <summary>Hands the run's attempts, read after others had settled <paramref name="seen"/> of them, to its execution.</summary>
    public void AddSettled(IReadOnlyList<RunStep> steps, int seen)
    {
        Action? callback;
        lock (gate)
        {
            settled = steps;
            settledSeen = seen;
            callback = wake;
        }

        callback?.Invoke();
    }

    /// <summary>Takes what <see cref="AddSettled"/> brought, and how many settled steps are known with it.</summary>
    public (IReadOnlyList<RunStep> Steps, int Seen) TakeSettled()
    {
        lock (gate)
        {
            var taken = settled;
            settled = [];
            return (taken, settledSeen);
        }
    }

    /// <summary>Asks the run to be left; a weaker request than an earlier one is ignored.</summary>
    public void RequestStop(StopRequest request)
    {
        Action? callback;
        CancellationTokenSource? source = null;
        lock (gate)
        {
            if (request <= stop)
                return;
            stop = request;
            callback = wake;
            if (request > StopRequest.HandBack)
            {
                interrupted = true;
                source = interruption;
            }

            renewed?.TrySetResult();
        }

        source?.Cancel();
        callback?.Invoke();
    }

    /// <param name="sentAt">Process time at which the heartbeat that renewed the lease was sent.</param>
    public void Renewed(long sentAt)
    {
        lock (gate)
        {
            renewedAt = Math.Max(renewedAt, sentAt);
            renewed?.TrySetResult();
            renewed = null;
        }
    }

    /// <summary>False when no heartbeat has succeeded for 80 % of the lease: no new side effect may begin.</summary>
    public bool MayStartSideEffects
    {
        get
        {
            lock (gate)
                return time.GetElapsedTime(renewedAt) < sideEffectsEnd;
        }
    }

    /// <summary>Ends with the next renewal or the next request to stop.</summary>
    public Task RenewalAsync()
    {
        lock (gate)
            return (renewed ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).Task;
    }
}
