using System.Text.Json;
using NextLayer.Contracts.Json;
using NextLayer.Contracts.Runs;
using NextLayer.Contracts.Workers;
using NextLayer.Contracts.Workflows;
using NextLayer.ControlPlane.Features.Runs.Changes;

namespace NextLayer.ControlPlane.Features.Waits.Approvals;

/// <summary>When people have decided, and what their decision does to the run. Works in memory on a locked run.</summary>
internal static class ApprovalRules
{
    public const string Approved = "approved";
    public const string Rejected = "rejected";

    /// <summary>True or false once it is decided, null while votes are missing.</summary>
    public static bool? Judge(ApprovalWait request, IReadOnlyCollection<ApprovalDecision> decisions)
    {
        var rejections = decisions.Count(d => !d.Approved);
        if (rejections >= (request.RejectOn == RejectOn.Any ? 1 : request.Required))
            return false;
        return decisions.Count(d => d.Approved) >= request.Required ? true : null;
    }

    /// <summary>Ends the wait with what was decided.</summary>
    public static void Settle(RunChange run, OpenStep step, ApprovalWait request, bool approved, IReadOnlyCollection<ApprovalDecision> decisions)
    {
        if (!approved && request.RejectionFails)
            run.Settle(step, StepStatus.Failed, port: null, output: null, Rejection(step, decisions));
        else
            run.Settle(step, StepStatus.Completed, approved ? Approved : Rejected, Output(approved, decisions, run.Now));
    }

    /// <summary>What happens when nobody decided in time.</summary>
    /// <returns>True when the wait goes on, for other people.</returns>
    public static bool AtDeadline(RunChange run, OpenStep step, ApprovalWait request, IReadOnlyCollection<ApprovalDecision> decisions)
    {
        switch (request.OnDeadline)
        {
            case OnDeadline.Escalate:
                run.OpenStep(step with { WakeAt = null });
                run.AddLogs([new RunLogLine
                {
                    Level = RunLogLevel.Warning,
                    StepId = step.StepId,
                    Source = "control-plane",
                    Message = $"Nobody decided by the deadline; escalated to {string.Join(", ", request.EscalateTo)}.",
                }]);
                return true;
            case OnDeadline.Approve:
                Settle(run, step, request, approved: true, decisions);
                return false;
            default:
                Settle(run, step, request, approved: false, decisions);
                return false;
        }
    }

    /// <summary>
    /// The members of the decisions' data, later ones over earlier; and beside them <c>approved</c>, <c>decisions</c>,
    /// <c>data</c> and <c>decided_at</c>, which are always ours: nobody who votes can say what others did.
    /// </summary>
    private static string Output(bool approved, IReadOnlyCollection<ApprovalDecision> decisions, DateTimeOffset at)
    {
        var data = new Dictionary<string, object?>();
        foreach (var decision in decisions.Where(d => d.Approved == approved))
        {
            foreach (var member in decision.Data.EnumerateObject())
                data[member.Name] = member.Value;
        }

        var output = new Dictionary<string, object?>(data);
        output["approved"] = approved;
        output["decisions"] = decisions.Select(d => new { d.By, Decision = d.Approved ? Approved : Rejected, d.Comment, d.At, d.ByLink, d.InvitedBy });
        output["data"] = data;
        output["decided_at"] = at;
        return JsonSerializer.Serialize(output, NextLayerJson.Options);
    }

    private static string Rejection(OpenStep step, IReadOnlyCollection<ApprovalDecision> decisions)
    {
        var by = decisions.LastOrDefault(d => !d.Approved);
        var message = by is null ? "Nobody decided by the deadline." : $"Rejected by {by.By}" + (by.Comment is { } why ? $": {why}" : ".");
        var error = new StepError { Code = "REJECTED", Message = LogRows.Cut(message), Retryable = false, Attempt = step.Attempt };
        return JsonSerializer.Serialize(error, NextLayerJson.Options);
    }
}
