using Microsoft.AspNetCore.Http.HttpResults;
using NextLayer.Contracts.Runs;
using NextLayer.Contracts.Workflows;
using NextLayer.ControlPlane.Features.Events;
using NextLayer.ControlPlane.Features.Runs;
using NextLayer.ControlPlane.Features.Runs.Changes;
using NextLayer.ControlPlane.Platform.Errors;
using NextLayer.ControlPlane.Platform.Registry;

namespace NextLayer.ControlPlane.Features.Workflows.Running;

/// <summary>Carries out what people want of one run of their tenant.</summary>
internal sealed class WorkflowRunControl(WorkflowRunStore store, RunControlStore control, WorkflowRunReader reader, NewsPublisher news)
{
    public async Task<Outcome<WorkflowRun>> CancelAsync(Guid tenantId, Guid runId, string? reason, CancellationToken ct)
    {
        if (await store.FindSeqAsync(tenantId, runId, ct) is null)
            return Problems.NotFound("run", runId);
        var (outcome, run) = await control.CancelAsync(runId, reason, ct);
        return outcome switch
        {
            // A second request to a worker that has not stopped yet is granted; one for a run that has ended is not.
            ControlOutcome.WrongState or ControlOutcome.AlreadySo when RunRows.IsTerminal(run!.Before.Status) =>
                Problems.Conflict("run_finished", $"Run {runId} is {WorkflowWords.Of(run.Status)}; only a pending, running or paused run can be cancelled."),
            _ => await AnswerAsync(tenantId, runId, run, ct),
        };
    }

    public async Task<Outcome<WorkflowRun>> RetryAsync(Guid tenantId, Guid runId, CancellationToken ct)
    {
        if (await store.FindSeqAsync(tenantId, runId, ct) is null)
            return Problems.NotFound("run", runId);
        var (outcome, run) = await control.RetryAsync(runId, ct);
        return outcome switch
        {
            ControlOutcome.IsChild => IsChild(run!.Id, "retried"),
            ControlOutcome.WrongState when run!.Status == RunStatus.Failed =>
                Problems.Conflict("event_limit", $"Run {runId} has reached its limit of events; start it anew with rerun."),
            ControlOutcome.WrongState =>
                Problems.Conflict("run_not_failed", $"Only a failed run can be retried; run {runId} is {WorkflowWords.Of(run!.Status)}."),
            _ => await AnswerAsync(tenantId, runId, run, ct),
        };
    }

    /// <summary>Of a call that makes no sense for a part of another run.</summary>
    public static ProblemHttpResult IsChild(Guid runId, string wish) =>
        Problems.Conflict("run_is_child", $"Run {runId} is part of another run, which alone can be {wish}.");

    private async Task<Outcome<WorkflowRun>> AnswerAsync(Guid tenantId, Guid runId, RunChange? changed, CancellationToken ct)
    {
        if (changed is not null)
            news.Publish([changed]);
        return await reader.FindAsync(tenantId, runId, ct) is { } run ? run : Problems.NotFound("run", runId);
    }
}
