using NextLayer.Contracts.Runs;
using NextLayer.ControlPlane.Features.Runs.Changes;
using NextLayer.ControlPlane.Features.Waits.Approvals;
using NextLayer.ControlPlane.Features.Waits.Events;
using Npgsql;

namespace NextLayer.ControlPlane.Features.Waits;

/// <summary>Ends approvals and event waits of locked runs whose time is over. Timers are the worker's.</summary>
internal static class DueWaits
{
    public static async Task SettleAsync(NpgsqlConnection connection, IReadOnlyList<RunChange> runs, CancellationToken ct)
    {
        var due = runs.SelectMany(r => r.Open.Values.Where(s => s.WakeAt <= r.Now), (run, step) => (Run: run, Step: step)).ToList();
        await SettleApprovalsAsync(connection, [.. due.Where(d => d.Step.WaitReason == WaitReason.Approval)], ct);
        await SettleEventsAsync(connection, [.. due.Where(d => d.Step.WaitReason == WaitReason.Event)], ct);
    }

    private static async Task SettleApprovalsAsync(
        NpgsqlConnection connection, List<(RunChange Run, OpenStep Step)> due, CancellationToken ct)
    {
        if (due.Count == 0)
            return;
        var keys = due.Select(d => new ApprovalKey(d.Run.Id, d.Step.StepId, d.Run.Generation, d.Step.Attempt)).ToList();
        var requests = await ApprovalRows.RequestsAsync(connection, keys, ct);
        var decisions = await ApprovalRows.DecisionsAsync(connection, keys, ct);
        var escalated = new List<ApprovalKey>();
        foreach (var ((run, step), key) in due.Zip(keys))
        {
            if (ApprovalRules.AtDeadline(run, step, requests.GetValueOrDefault(key) ?? new(), [.. decisions[key]]))
                escalated.Add(key);
        }

        if (escalated.Count > 0)
            await ApprovalRows.EscalateAsync(connection, escalated, ct);
    }

    private static async Task SettleEventsAsync(
        NpgsqlConnection connection, List<(RunChange Run, OpenStep Step)> due, CancellationToken ct)
    {
        if (due.Count == 0)
            return;
        var waits = await EventWaitRows.OfRunsAsync(connection, [.. due.Select(d => d.Run.Id).Distinct()], ct);
        foreach (var (run, step) in due)
        {
            if (waits.TryGetValue((run.Id, step.StepId), out var wait))
                EventRules.AtTimeout(run, step, wait.Wait);
        }
    }
}
