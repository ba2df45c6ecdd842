using NextLayer.Contracts.Runs;
using NextLayer.Contracts.Workflows;
using NextLayer.ControlPlane.Features.Runs.Reading;

namespace NextLayer.ControlPlane.Features.Workflows.Running;

/// <summary>Shows runs of one tenant; those of others are not there.</summary>
internal sealed class WorkflowRunReader(WorkflowRunStore store, RunListStore lists, RunProgressReader progress)
{
    public async Task<WorkflowRun?> FindAsync(Guid tenantId, Guid runId, CancellationToken ct)
    {
        if (await store.ReadAsync(tenantId, runId, ct) is not { } found)
            return null;
        var standing = await progress.OfAsync(found.Run.PipelineVersionId, found.Steps, ct);
        return WorkflowRunViews.Of(found.Run, standing, found.Outputs, found.Reruns);
    }

    /// <returns>The runs, newest first, and the header that says how many there are in all.</returns>
    public async Task<(IReadOnlyList<WorkflowRun> Items, string Total)> ListAsync(
        RunListFilter filter, int limit, int offset, CancellationToken ct)
    {
        var (page, total) = await lists.ListAsync(filter, limit, offset, ct);
        return (await ViewsAsync(page.Items, ct), total);
    }

    /// <summary>Runs that a run's for-each steps made, step by step in the order of the items.</summary>
    /// <returns>Null when the tenant has no such run.</returns>
    public async Task<(IReadOnlyList<WorkflowRun> Items, int Total)?> ListChildrenAsync(
        Guid tenantId, Guid runId, string? stepId, int limit, int offset, CancellationToken ct)
    {
        if (await store.FindSeqAsync(tenantId, runId, ct) is null)
            return null;
        var (children, total) = await store.ListChildrenAsync(runId, stepId, limit, offset, ct);
        return (await ViewsAsync(children, ct), total);
    }

    private async Task<IReadOnlyList<WorkflowRun>> ViewsAsync(IReadOnlyList<Run> runs, CancellationToken ct)
    {
        var steps = await progress.CountAsync(runs, ct);
        var views = new List<WorkflowRun>(runs.Count);
        foreach (var run in runs)
            views.Add(WorkflowRunViews.Of(run, await progress.OfAsync(run.PipelineVersionId, steps.GetValueOrDefault(run.Id), ct)));
        return views;
    }
}
