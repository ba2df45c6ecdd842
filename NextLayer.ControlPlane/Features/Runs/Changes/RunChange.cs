using NextLayer.Contracts.Runs;
using NextLayer.Contracts.Workers;

namespace NextLayer.ControlPlane.Features.Runs.Changes;

/// <summary>
/// One locked run on its way from the state that was read to the state that will be written. Every rule (report,
/// cancel, reap, wake, retry) works on this in memory; <see cref="RunWriter"/> then writes all changed runs at once.
/// </summary>
internal sealed class RunChange
{
    /// <summary>More would make the stream of one run unreadable; a run that gets here is failed.</summary>
    public const int MaxEvents = 10_000;

    private readonly HashSet<string> openInDatabase;
    private readonly Dictionary<string, OpenStep> open;
    private readonly HashSet<(string StepId, int Attempt)> closedAttempts = [];
    private readonly HashSet<string> completedSteps = [];

    public RunChange(LockedRun before, DateTimeOffset now, IEnumerable<OpenStep>? openSteps = null)
    {
        Before = before;
        Now = now;
        Status = before.Status;
        Generation = before.Generation;
        LeaseToken = before.LeaseToken;
        LastLeaseToken = before.LastLeaseToken;
        LastReportSeq = before.LastReportSeq;
        LeaseLosses = before.LeaseLosses;
        CancelRequested = before.CancelRequested;
        Seq = before.LastEventSeq;
        LogLine = before.LastLogLine;
        StepsRecorded = before.StepsRecorded;
        ErrorMessage = before.ErrorMessage;
        WaitReason = before.WaitReason;
        WakeAt = before.WakeAt;
        RunAfter = before.RunAfter;
        SettledOutside = before.SettledOutside;
        open = (openSteps ?? []).ToDictionary(s => s.StepId);
        openInDatabase = [.. open.Keys];
    }

    public LockedRun Before { get; }

    /// <summary>The database's clock after the lock was taken.</summary>
    public DateTimeOffset Now { get; }

    public Guid Id => Before.Id;
    public RunStatus Status { get; private set; }
    public int Generation { get; private set; }
    public Guid? LeaseToken { get; private set; }
    public Guid? LastLeaseToken { get; private set; }
    public int LastReportSeq { get; set; }
    public int LeaseLosses { get; private set; }
    public bool CancelRequested { get; private set; }
    public int Seq { get; private set; }
    public int LogLine { get; private set; }
    public int StepsRecorded { get; private set; }
    public string? ErrorMessage { get; private set; }
    public WaitReason? WaitReason { get; private set; }
    public DateTimeOffset? WakeAt { get; private set; }
    public DateTimeOffset RunAfter { get; private set; }

    /// <summary>Steps settled by others since the present lease began.</summary>
    public int SettledOutside { get; private set; }

    /// <summary>JSON result of a child run, for its parent; set before it ends.</summary>
    public string? ChildResult { get; set; }

    public List<EventRow> Events { get; } = [];

    /// <summary>Label pairs that were taken from the run; null for none.</summary>
    public IReadOnlyList<string>? LostLabels { get; set; }

    public List<ClosedStep> Closed { get; } = [];
    public List<LogRow> Logs { get; } = [];
    public IReadOnlyDictionary<string, OpenStep> Open => open;

    /// <summary>Rows of <c>open_steps</c> that have to go.</summary>
    public IEnumerable<string> RemovedOpen => openInDatabase.Where(id => !open.ContainsKey(id));

    /// <summary>Rows of <c>open_steps</c> that have to be written.</summary>
    public List<OpenStep> WrittenOpen { get; } = [];

    /// <summary>Waits that began, with what they wait for.</summary>
    public List<(OpenStep Step, StepWait Wait)> BegunWaits { get; } = [];

    /// <summary>Waits for people, events and children that are over, and how their steps were closed.</summary>
    public List<(OpenStep Step, ClosedStep End)> EndedWaits { get; } = [];

    public bool IsChanged { get; private set; }

    /// <summary>Worker that holds the run, or held it until now, and must hear of this change; null when there is nothing to tell.</summary>
    public string? WorkerToTell { get; private set; }

    /// <summary>True when this change ended the run.</summary>
    public bool Ended => RunRows.IsTerminal(Status) && !RunRows.IsTerminal(Before.Status);

    /// <summary>Tells of an attempt that is in <c>step_runs</c> already.</summary>
    public void KnowClosed(string stepId, int attempt, bool completed)
    {
        closedAttempts.Add((stepId, attempt));
        if (completed)
            completedSteps.Add(stepId);
    }

    public bool IsClosed(string stepId, int attempt) => closedAttempts.Contains((stepId, attempt));

    public bool IsCompleted(string stepId) => completedSteps.Contains(stepId);

    public void AddEvent(string type, string payload, string? stepId = null, DateTimeOffset? at = null)
    {
        IsChanged = true;
        Events.Add(new EventRow(++Seq, type, Generation, stepId, payload, at ?? Now));
    }

    public void AddLogs(IEnumerable<RunLogLine> lines)
    {
        var first = LogLine + 1;
        foreach (var line in lines)
            Logs.Add(LogRows.Make(++LogLine, line, Now));
        if (LogLine >= first)
            AddEvent(RunEventTypes.Log, Payloads.Lines(first, LogLine));
    }

    public void OpenStep(OpenStep step)
    {
        IsChanged = true;
        StepsRecorded++;
        open[step.StepId] = step;
        WrittenOpen.RemoveAll(s => s.StepId == step.StepId);
        WrittenOpen.Add(step);
    }

    public void CloseStep(ClosedStep step)
    {
        IsChanged = true;
        StepsRecorded++;
        Closed.Add(step);
        KnowClosed(step.StepId, step.Attempt, step.Status == StepStatus.Completed);
        if (!open.Remove(step.StepId, out var was))
            return;
        WrittenOpen.RemoveAll(s => s.StepId == step.StepId);
        BegunWaits.RemoveAll(w => w.Step.StepId == step.StepId);
        if (was.WaitReason is Contracts.Runs.WaitReason.Approval or Contracts.Runs.WaitReason.Event or Contracts.Runs.WaitReason.Children)
            EndedWaits.Add((was, step));
    }

    /// <summary>Opens a wait that the control plane will end.</summary>
    public void BeginWait(OpenStep step, StepWait wait)
    {
        OpenStep(step);
        BegunWaits.Add((step, wait));
    }

    /// <summary>Ends a wait from outside its worker: the run goes on with the result, at once where it slept.</summary>
    /// <param name="step">The open, waiting step.</param>
    /// <param name="status"><c>Completed</c> or <c>Failed</c>.</param>
    /// <param name="port">Output port a completed step chose; null is the ordinary one.</param>
    /// <param name="output">Raw JSON.</param>
    /// <param name="error">Raw JSON, of a failed step.</param>
    public void Settle(OpenStep step, StepStatus status, string? port, string? output, string? error = null)
    {
        if (Seq + 3 > MaxEvents)
        {
            End(RunStatus.Failed, $"EVENT_LIMIT: the run reached {MaxEvents} events");
            return;
        }

        var length = (Now - step.StartedAt).TotalMilliseconds;
        AddEvent(
            status == StepStatus.Completed ? RunEventTypes.StepCompleted : RunEventTypes.StepFailed,
            Payloads.StepEnded(step.StepType, step.Attempt, length, port, error, retryInMs: null),
            step.StepId);
        CloseStep(new ClosedStep
        {
            StepId = step.StepId,
            Attempt = step.Attempt,
            StepType = step.StepType,
            Status = status,
            Port = port,
            Output = output,
            Error = error,
            StartedAt = step.StartedAt,
            FinishedAt = Now,
        });
        GoOn();
    }

    /// <summary>A step's next attempt is due at once; its row in <c>step_runs</c> says so too.</summary>
    /// <param name="by">Who wants it so; null when nobody is known.</param>
    public void RetryNow(string stepId, string stepType, int attempt, string? by)
    {
        AddEvent(RunEventTypes.StepRetryRequested, Payloads.RetryRequested(stepType, attempt, by), stepId);
        GoOn();
    }

    // A sleeping run is woken, the holder of a running one is told to look; one in the queue is about to be claimed.
    private void GoOn()
    {
        if (Status == RunStatus.Paused)
            Requeue("woken");
        else if (Status == RunStatus.Running)
        {
            SettledOutside++;
            WorkerToTell = Before.ClaimedBy;
        }
    }

    /// <summary>Moves the moment at which a PAUSED run wakes to that of its earliest waiting step.</summary>
    public void Reschedule()
    {
        IsChanged = true;
        WakeAt = open.Values.Min(s => s.WakeAt);
    }

    /// <summary>Closes attempts in progress as they are left behind when the run ends or goes back to the queue.</summary>
    public void CloseOpenSteps(StepStatus status, Func<OpenStep, bool>? which = null)
    {
        foreach (var step in open.Values.Where(which ?? (_ => true)).ToList())
            CloseStep(new ClosedStep
            {
                StepId = step.StepId,
                Attempt = step.Attempt,
                StepType = step.StepType,
                Status = status,
                WorkerId = step.WorkerId,
                StartedAt = step.StartedAt,
                FinishedAt = Now,
            });
    }

    public void End(RunStatus status, string? errorMessage)
    {
        CloseOpenSteps(StepStatus.Cancelled);
        ReleaseLease();
        Status = status;
        ErrorMessage = errorMessage;
        ClearWait();
        AddEvent(
            status switch
            {
                RunStatus.Succeeded => RunEventTypes.RunCompleted,
                RunStatus.Failed => RunEventTypes.RunFailed,
                RunStatus.Cancelled => RunEventTypes.RunCancelled,
                _ => throw new ArgumentOutOfRangeException(nameof(status), status, "Not an end."),
            },
            status switch
            {
                RunStatus.Failed => Payloads.ErrorMessage(errorMessage),
                RunStatus.Cancelled => Payloads.Reason(errorMessage),
                _ => Payloads.Empty,
            });
    }

    public void Pause(WaitReason reason, DateTimeOffset? wakeAt)
    {
        ReleaseLease();
        Status = RunStatus.Paused;
        WaitReason = reason;
        WakeAt = wakeAt;
        AddEvent(RunEventTypes.RunPaused, Payloads.Paused(reason, wakeAt));
    }

    /// <param name="reason"><c>lease_lost</c>, <c>released</c> or <c>woken</c>.</param>
    /// <param name="runAfter">Earliest next claim; null means at once.</param>
    public void Requeue(string reason, DateTimeOffset? runAfter = null)
    {
        ReleaseLease();
        Status = RunStatus.Queued;
        RunAfter = runAfter ?? Now;
        ClearWait();
        AddEvent(RunEventTypes.RunRequeued, Payloads.Requeued(reason, runAfter, LeaseLosses));
    }

    /// <summary>Opens the next generation of a failed run; what was finished stays finished.</summary>
    public void Retry()
    {
        Generation++;
        Status = RunStatus.Queued;
        ErrorMessage = null;
        LeaseLosses = 0;
        CancelRequested = false;
        RunAfter = Now;
        AddEvent(RunEventTypes.RunRetried, Payloads.Generation(Generation));
    }

    /// <summary>Ends a run over the head of the worker that may hold it.</summary>
    public void EndByForce(RunStatus status, string errorMessage)
    {
        if (Status == RunStatus.Running)
        {
            WorkerToTell = Before.ClaimedBy;
            LeaseToken = null;
            LastLeaseToken = null;
        }

        End(status, errorMessage);
    }

    /// <summary>Takes the lease from its holder: whatever it still sends is a stranger's, never a repeat.</summary>
    public void RevokeLease()
    {
        LeaseToken = null;
        LastLeaseToken = null;
        LeaseLosses++;
        CloseOpenSteps(StepStatus.Abandoned, s => s.Status == StepStatus.Running);
    }

    private void ReleaseLease()
    {
        LastLeaseToken = LeaseToken ?? LastLeaseToken;
        LeaseToken = null;
    }

    private void ClearWait()
    {
        WaitReason = null;
        WakeAt = null;
    }

    /// <summary>Asks the worker to stop; until it has, the run stays RUNNING.</summary>
    public void RequestCancel(string? reason)
    {
        IsChanged = true;
        CancelRequested = true;
        ErrorMessage = reason;
        WorkerToTell = Before.ClaimedBy;
    }

    /// <summary>For changes that touch the row alone, such as the number of the last report.</summary>
    public void Touch() => IsChanged = true;
}
