using Microsoft.AspNetCore.Http.HttpResults;
using NextLayer.Contracts.Access;
using NextLayer.Contracts.Runs;
using NextLayer.Contracts.Workflows;
using NextLayer.ControlPlane.Features.Workflows.Running;
using NextLayer.ControlPlane.Platform.Access;
using NextLayer.ControlPlane.Platform.Errors;
using NextLayer.ControlPlane.Platform.Tenancy;

namespace NextLayer.ControlPlane.Features.Runs.Labels;

/// <summary>Labels of a run that is there already.</summary>
internal static class LabelEndpoints
{
    public static void MapRunLabels(this IEndpointRouteBuilder api)
    {
        var runs = api.MapGroup("/api/v1/runs").WithTags("Workflow runs").WithCallerTenant();
        runs.MapPut("/{id:guid}/labels", ReplaceAsync).Requires(Permission.RunsControl).WithName("ReplaceWorkflowRunLabels")
            .WithSummary("Gives a run these labels and no others, whatever its state.");
        runs.MapPatch("/{id:guid}/labels", ChangeAsync).Requires(Permission.RunsControl).WithName("ChangeWorkflowRunLabels")
            .WithSummary("Sets some of a run's labels, and takes away those that are null; the others stay.");
    }

    private static async Task<Results<Ok<WorkflowRun>, ProblemHttpResult>> ReplaceAsync(
        Guid id, RunLabelsRequest request, CallerTenant tenant, Caller caller, LabelStore labels, WorkflowRunReader runs, CancellationToken ct)
    {
        if (LabelRules.Check(request.Labels, "labels") is { } errors)
            return Problems.Invalid(errors);
        var outcome = await labels.ChangeAsync(tenant.Id, id, _ => request.Labels.ToDictionary(pair => pair.Key, pair => pair.Value!), caller.KnownLabel, ct);
        return await AnswerAsync(outcome, tenant.Id, id, runs, ct);
    }

    private static async Task<Results<Ok<WorkflowRun>, ProblemHttpResult>> ChangeAsync(
        Guid id, RunLabelsRequest request, CallerTenant tenant, Caller caller, LabelStore labels, WorkflowRunReader runs, CancellationToken ct)
    {
        if (LabelRules.Check(request.Labels, "labels", mayRemove: true) is { } errors)
            return Problems.Invalid(errors);
        var outcome = await labels.ChangeAsync(tenant.Id, id, before => Merge(before, request.Labels), caller.KnownLabel, ct);
        return await AnswerAsync(outcome, tenant.Id, id, runs, ct);
    }

    // Those there were keep their places, new ones follow.
    private static OrderedDictionary<string, string> Merge(IReadOnlyDictionary<string, string> before, IReadOnlyDictionary<string, string?> changes)
    {
        var after = new OrderedDictionary<string, string>(before);
        foreach (var (key, value) in changes)
        {
            if (value is null)
                after.Remove(key);
            else
                after[key] = value;
        }

        return after;
    }

    private static async Task<Results<Ok<WorkflowRun>, ProblemHttpResult>> AnswerAsync(
        LabelOutcome outcome, Guid tenantId, Guid id, WorkflowRunReader runs, CancellationToken ct) => outcome switch
    {
        LabelOutcome.IsChild => WorkflowRunControl.IsChild(id, "labelled"),
        LabelOutcome.TooMany => Problems.Conflict("too_many_labels", $"Run {id} would have more than {LabelRules.MaxLabels} labels."),
        LabelOutcome.EventLimit => Problems.Conflict("event_limit", $"Run {id} has reached its limit of events; its labels stay as they are."),
        LabelOutcome.Done when await runs.FindAsync(tenantId, id, ct) is { } run => TypedResults.Ok(run),
        _ => Problems.NotFound("run", id),
    };
}
