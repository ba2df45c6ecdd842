using System.Runtime.InteropServices;
using System.Text.Json;
using NextLayer.Contracts.Runs;
using NextLayer.Contracts.Workers;

namespace NextLayer.Worker.Reporting;

/// <summary>
/// News of one run on their way to the control plane, in order. At most one report of a run is under way at a time:
/// what comes meanwhile waits here and goes out together.
/// </summary>
internal sealed class Outbox(TimeProvider time)
{
    public const int MaxSteps = 500;
    public const int MaxLogs = 500;

    /// <summary>Of one call. With the largest single output on top it stays under the 1 MiB that a body may have.</summary>
    public const int MaxBytes = 600 * 1024;

    /// <summary>Lines that may wait; a step that writes faster than they can be sent loses the later ones.</summary>
    public const int MaxWaitingLogs = 2000;

    private readonly Lock gate = new();
    private readonly List<Stamped<StepReport>> steps = [];
    private List<Stamped<RunLogLine>>? logs;
    private RunCompletion? completion;
    private bool scheduled;
    private bool closed;
    private int lastSeq;
    private int droppedLogs;

    public void Add(StepReport step)
    {
        lock (gate)
        {
            if (closed)
                return;
            // Opening an attempt that is closed before anybody heard of it would only be one more row to write.
            if (step.Status != StepStatus.Running && steps.Count > 0)
                DropOpening(step);
            steps.Add(new(step, time.GetTimestamp()));
        }
    }

    private void DropOpening(StepReport closing)
    {
        for (var i = steps.Count - 1; i >= 0; i--)
        {
            var earlier = steps[i].Item;
            if (earlier.Status != StepStatus.Running || earlier.Attempt != closing.Attempt || earlier.StepId != closing.StepId)
                continue;
            steps.RemoveAt(i);
            return;
        }
    }

    public void Add(RunLogLine line)
    {
        lock (gate)
        {
            if (closed)
                return;
            logs ??= [];
            if (logs.Count >= MaxWaitingLogs)
                droppedLogs++;
            else
                logs.Add(new(line, time.GetTimestamp()));
        }
    }

    /// <summary>The last news of the run; whatever is added later is ignored.</summary>
    public void Complete(RunCompletion how)
    {
        lock (gate)
        {
            if (closed)
                return;
            completion = how;
            closed = true;
        }
    }

    /// <summary>Forgets everything that waits and reports only this end: the earlier news were refused.</summary>
    public void CompleteInstead(RunCompletion how)
    {
        lock (gate)
        {
            steps.Clear();
            logs = null;
            completion = how;
            closed = true;
        }
    }

    /// <summary>True once the end of the run is on its way: what becomes of the lease the answer will tell.</summary>
    public bool Closed
    {
        get
        {
            lock (gate)
                return closed;
        }
    }

    /// <returns>True when the caller has to put the run into the reporter's queue: it is not there yet.</returns>
    public bool Schedule()
    {
        lock (gate)
        {
            if (scheduled || !HasNews)
                return false;
            return scheduled = true;
        }
    }

    /// <summary>Takes what fits into one report, and at least one item.</summary>
    /// <param name="room">Bytes that the call has left.</param>
    /// <param name="bytes">About as many as the report will have.</param>
    public PendingReport Take(int room, out int bytes)
    {
        lock (gate)
        {
            bytes = 0;
            AddDroppedLine();
            var sentSteps = TakeFrom(steps, MaxSteps, Weigh, room, ref bytes);
            var sentLogs = steps.Count > 0 || logs is null ? [] : TakeFrom(logs, MaxLogs, Weigh, room, ref bytes);
            // The end of a run goes with its last news, never before them.
            var end = steps.Count == 0 && logs is not { Count: > 0 } ? completion : null;
            if (end is not null)
                completion = null;
            bytes += 200;
            return new PendingReport(++lastSeq, sentSteps, sentLogs, end);
        }
    }

    private void AddDroppedLine()
    {
        if (droppedLogs == 0 || logs is null)
            return;
        var line = new RunLogLine
        {
            Level = RunLogLevel.Warning,
            Message = $"{droppedLogs} lines were written faster than they could be sent and are missing here.",
            Source = "worker",
        };
        logs.Add(new(line, time.GetTimestamp()));
        droppedLogs = 0;
    }

    private static int Weigh(StepReport step) =>
        300 + ((step.Error?.Message.Length ?? 0) * 3) + Weigh(step.Output) + Weigh(step.Error?.Detail) + Weigh(step.Wait);

    private static int Weigh(StepWait? wait) => wait switch
    {
        null => 0,
        { Children: { } children } => children.Items.Sum(i => Weigh(i)) + Weigh(children.Scope) + Weigh(children.Output),
        { Event: { } e } => Weigh(e.Scope) + 2000,
        _ => Weigh(wait.Approval?.Form) + Weigh(wait.Approval?.Show) + 5000,
    };

    private static int Weigh(RunLogLine line) => 150 + (line.Message.Length * 3) + Weigh(line.Meta);

    private static int Weigh(JsonElement? json) => json is { } value ? JsonMarshal.GetRawUtf8Value(value).Length : 0;

    private static List<Stamped<T>> TakeFrom<T>(List<Stamped<T>> from, int max, Func<T, int> weigh, int room, ref int bytes)
    {
        var count = 0;
        while (count < from.Count && count < max)
        {
            var weight = weigh(from[count].Item);
            if (count > 0 && bytes + weight > room)
                break;
            bytes += weight;
            count++;
        }

        if (count == 0)
            return [];
        var taken = from.GetRange(0, count);
        from.RemoveRange(0, count);
        return taken;
    }

    /// <summary>The report under way was answered.</summary>
    /// <returns>True when more came meanwhile and the run has to be queued again.</returns>
    public bool Answered()
    {
        lock (gate)
            return scheduled = HasNews;
    }

    private bool HasNews => steps.Count > 0 || logs is { Count: > 0 } || completion is not null;
}
