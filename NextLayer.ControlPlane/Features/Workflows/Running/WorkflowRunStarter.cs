using System.Text.Json;
using Microsoft.AspNetCore.Http.HttpResults;
using NextLayer.Contracts.Runs;
using NextLayer.Contracts.Workflows;
using NextLayer.ControlPlane.Features.Quotas;
using NextLayer.ControlPlane.Features.Runs;
using NextLayer.ControlPlane.Features.Runs.Creating;
using NextLayer.ControlPlane.Features.Versions;
using NextLayer.ControlPlane.Platform.Errors;
using NextLayer.ControlPlane.Platform.Idempotency;

namespace NextLayer.ControlPlane.Features.Workflows.Running;

/// <summary>Starts runs of one tenant's workflows and answers as the Workflow API does, the first time and every repeat.</summary>
internal sealed class WorkflowRunStarter(
    RunCreator creator, RunReader runs, VersionCatalog versions, TestVersions tests, IdempotentAnswers answers, TimeProvider time)
{
    /// <summary>What runs of this kind are called in lists, and by what statistics leave them out.</summary>
    private const string TestTrigger = "test";

    private const string InputPath = "input";

    public Task<IResult> StartAsync(
        Guid tenantId, Guid workflowId, RunWorkflowRequest? request, IdempotencyRequest? key, CancellationToken ct) =>
        StartAsync(
            new RunWish(new CreateRunRequest
            {
                TenantId = tenantId,
                PipelineVersionId = workflowId,
                Parameters = Given(request?.Input),
                Priority = request?.Priority,
                RunAfter = request?.RunAfter,
                Labels = request?.Labels,
            }),
            key,
            ct);

    /// <summary>Starts another run of the same workflow, with the same input or another one.</summary>
    public async Task<IResult> RerunAsync(Guid tenantId, Guid runId, RerunRequest? request, IdempotencyRequest? key, CancellationToken ct)
    {
        if (await runs.FindAsync(runId, ct) is not { } first || first.TenantId != tenantId)
            return Problems.NotFound("run", runId);
        if (first.ParentRunId is not null)
            return WorkflowRunControl.IsChild(runId, "rerun");
        var wish = new RunWish(new CreateRunRequest
        {
            TenantId = tenantId,
            PipelineVersionId = first.PipelineVersionId,
            Parameters = Given(request?.Input) ?? first.Parameters,
            Priority = first.Priority,
            Labels = request?.Labels ?? first.Labels?.ToDictionary(pair => pair.Key, string? (pair) => pair.Value),
        });
        return await StartAsync(wish with { RerunOf = runId, PlannedAt = first.PlannedAt }, key, ct);
    }

    /// <summary>Starts a run of a draft as it is now.</summary>
    public async Task<IResult> TestAsync(Guid tenantId, Guid draftId, TestWorkflowRequest? request, IdempotencyRequest? key, CancellationToken ct)
    {
        // Asked first: a repeat gets its answer although the draft has been changed, published or deleted since.
        if (key is not null && await answers.FindAsync(key, ct) is { } known)
            return known;
        var copied = await tests.CopyAsync(tenantId, draftId, request?.UpTo, "definition", ct);
        if (copied.Value is not { } version)
            return copied.Problem!; // One of the two is there.
        var wish = new RunWish(new CreateRunRequest
        {
            TenantId = tenantId,
            PipelineVersionId = version.Id,
            TriggerType = TestTrigger,
            Parameters = Given(request?.Input),
        });
        TakenOutputs? taken = null;
        if (request?.OutputsOf is { } source)
        {
            if (request.UpTo is not { } last)
                return Problems.Invalid("outputs_of", "is of use with up_to alone: it spares the steps before that one.");
            taken = await tests.FindOutputsAsync(version, source, last, ct);
            if (taken is null)
                return Problems.Invalid("outputs_of", $"must be a run of the same pipeline; {source} is none.");
        }

        return await StartAsync(wish with { IsTest = true, Taken = taken }, version, key, ct);
    }

    private async Task<IResult> StartAsync(RunWish bare, IdempotencyRequest? key, CancellationToken ct)
    {
        var workflowId = bare.Request.PipelineVersionId;
        return await versions.GetAsync(workflowId, ct) is { } version && version.TenantId == bare.Request.TenantId
            ? await StartAsync(bare, version, key, ct)
            : Problems.NotFound("workflow", workflowId);
    }

    private async Task<IResult> StartAsync(RunWish bare, VersionInfo version, IdempotencyRequest? key, CancellationToken ct)
    {
        var now = time.GetUtcNow();
        var wish = bare with
        {
            InputPath = InputPath,
            Answer = created => RunAnswer.WithCreationTime(
                StatusCodes.Status201Created, AddressOf(created.Id), WorkflowRunViews.AtCreation(created, bare, version, default, now)),
        };
        var outcome = await creator.CreateAsync(wish, key, ct);
        IResult answer = outcome switch
        {
            CreateOutcome.Created made => TypedResults.Created(
                AddressOf(made.Run.Id), WorkflowRunViews.AtCreation(made.Run, bare, version, made.CreatedAt, now)),
            CreateOutcome.KeyTaken => await answers.ReplayAsync(key!, ct), // Only a call with a key can find it taken.
            CreateOutcome.BadParameters bad => Problems.Invalid(bad.Errors),
            CreateOutcome.VersionNotFound => Problems.NotFound("workflow", version.Id),
            CreateOutcome.VersionNotApproved => NotPublished(version),
            CreateOutcome.QuotaExceeded { Quota: { } quota } => QuotaAnswers.Refuse(quota),
            var other => throw new InvalidOperationException($"Unknown outcome {other}."),
        };
        return answer.With(outcome.Quota);
    }

    private static ProblemHttpResult NotPublished(VersionInfo version) => Problems.BadRequest(
        "workflow_not_published",
        version.TestOf is { } draftId
            ? $"Workflow {version.Id} is the copy that a test ran; test the draft {draftId} again instead."
            : $"Workflow {version.Id} is not published; only published workflows can be run.");

    // A client that fills in every member sends null for what it has not.
    private static JsonElement? Given(JsonElement? json) => json is { ValueKind: JsonValueKind.Null } ? null : json;

    private static string AddressOf(Guid runId) => $"/api/v1/runs/{runId}";
}
