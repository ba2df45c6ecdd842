using System.Text.Json;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using NextLayer.Contracts.Registry;
using NextLayer.Contracts.Workflows;
using NextLayer.ControlPlane.Features.Pipelines;
using NextLayer.ControlPlane.Features.Versions;
using NextLayer.ControlPlane.Platform.Errors;
using NextLayer.ControlPlane.Platform.Registry;
using Npgsql;

namespace NextLayer.ControlPlane.Features.Workflows.Authoring;

/// <summary>
/// Reads and changes workflows: versions, each with the name its pipeline gives it. Every method acts in one tenant; to
/// it the workflows of others are not there.
/// </summary>
internal sealed class WorkflowStore(RegistryContext db, PipelineStore pipelines, PipelineVersionStore versions)
{
    /// <summary>What this API calls the definition, for the paths of errors.</summary>
    private const string Member = "definition";

    private static readonly JsonElement EmptyDefinition = JsonElement.Parse("""{"nodes": [], "edges": []}""");

    /// <summary>One page, newest first, and the number of all.</summary>
    public async Task<(IReadOnlyList<Workflow> Items, int Total)> ListAsync(
        Guid tenantId, WorkflowListQuery query, IReadOnlyList<VersionStatus> statuses, PageNumberQuery page, CancellationToken ct)
    {
        var rows = Rows(tenantId).Where(row => row.Version.TestOf == null);
        if (statuses.Count > 0)
        {
            var texts = statuses.Select(EnumText.Of).ToArray();
            rows = rows.Where(row => texts.Contains(row.Version.Status));
        }

        if (query.PipelineId is { } pipelineId)
            rows = rows.Where(row => row.Pipeline.Id == pipelineId);
        if (!string.IsNullOrEmpty(query.Q))
            rows = rows.Where(row => EF.Functions.ILike(row.Pipeline.Name, LikePattern.Containing(query.Q), LikePattern.Escape));
        var items = await rows.OrderByDescending(row => row.Version.Id).Skip(page.Offset).Take(page.PerPage).ToListAsync(ct);
        return ([.. items.Select(row => row.ToView())], await rows.CountAsync(ct));
    }

    public Task<WorkflowRow?> FindAsync(Guid tenantId, Guid id, CancellationToken ct) =>
        Rows(tenantId).SingleOrDefaultAsync(row => row.Version.Id == id, ct);

    /// <remarks>Runs in the transaction of <see cref="RegistryWrites"/>.</remarks>
    public async Task<Outcome<Workflow>> CreateAsync(Guid tenantId, CreateWorkflowRequest request, CancellationToken ct)
    {
        if (DefinitionCheck.RefuseShape(request.Definition, request.InputSchema, Member) is { } unfit)
            return unfit;
        var pipeline = await pipelines.CreateAsync(
            new CreatePipelineRequest { TenantId = tenantId, Name = request.Name, Description = TextOrNull(request.Description) }, ct);
        if (pipeline.Value is null)
            return pipeline.Problem!; // One of the two is there.
        var version = await versions.CreateAsync(
            new CreatePipelineVersionRequest
            {
                TenantId = tenantId,
                PipelineId = pipeline.Value.Id,
                Version = "v1",
                DagSpec = request.Definition ?? EmptyDefinition,
                InputSchema = request.InputSchema,
            },
            ct);
        return version.Value is null ? version.Problem! : await ViewAsync(tenantId, version.Value.Id, ct);
    }

    /// <summary>A new draft of the same pipeline with the same definition, whatever the state of the first.</summary>
    /// <remarks>As <see cref="CreateAsync"/>.</remarks>
    public async Task<Outcome<Workflow>> DuplicateAsync(Guid tenantId, Guid id, CancellationToken ct)
    {
        if (await FindAsync(tenantId, id, ct) is not { } source)
            return NotFound(id);
        var copy = await versions.CopyAsync(source.Version, ct);
        if (copy.Value is null)
            return copy.Problem!.StatusCode == StatusCodes.Status404NotFound ? NotFound(id) : copy.Problem; // Deleted meanwhile.
        return await ViewAsync(tenantId, copy.Value.Id, ct);
    }

    /// <param name="isExpected">Whether the caller has seen the newest state; asked of the locked one.</param>
    public async Task<Outcome<WorkflowRow>> UpdateAsync(
        Guid tenantId, Guid id, UpdateWorkflowRequest request, Func<WorkflowRow, bool> isExpected, CancellationToken ct)
    {
        if (DefinitionCheck.RefuseShape(request.Definition, request.InputSchema.Or(null), Member) is { } unfit)
            return unfit;
        await using var transaction = await db.Database.BeginTransactionAsync(ct);
        if (await LockAsync(tenantId, id, ct) is not { } row)
            return NotFound(id);
        if (!row.IsOpen)
            return NotADraft(row, "changed");
        if (!isExpected(row))
            return Problems.Make(StatusCodes.Status412PreconditionFailed, "changed_meanwhile", $"Workflow {id} was changed since you read it. Read it again.");
        row.Pipeline.Name = request.Name ?? row.Pipeline.Name;
        row.Pipeline.Description = request.Description is null ? row.Pipeline.Description : TextOrNull(request.Description);
        row.Version.Definition = request.Definition?.GetRawText() ?? row.Version.Definition;
        if (request.InputSchema.IsSet)
            row.Version.InputSchema = request.InputSchema.Value?.GetRawText();
        await db.SaveChangesAsync(ct); // Refused when the version was published since it was read; the pipeline is locked.
        await transaction.CommitAsync(ct);
        return row;
    }

    /// <summary>Makes it runnable and its definition unchangeable. Done already is done.</summary>
    public async Task<Outcome<Workflow>> PublishAsync(Guid tenantId, Guid id, CancellationToken ct)
    {
        if (await FindAsync(tenantId, id, ct) is not { } row)
            return NotFound(id);
        if (row.Status == VersionStatus.Approved)
            return row.ToView();
        var changed = await versions.ChangeStatusAsync(id, VersionStatus.Approved, note: null, Member, ct);
        if (changed.Problem is { StatusCode: not StatusCodes.Status404NotFound } refusal)
            return refusal;
        return await ViewAsync(tenantId, id, ct);
    }

    /// <summary>Deletes a draft, and with the last version its pipeline, unless the draft was tested: the runs of its tests stay.</summary>
    /// <returns>Null when it is gone.</returns>
    public async Task<ProblemHttpResult?> DeleteAsync(Guid tenantId, Guid id, CancellationToken ct)
    {
        await using var transaction = await db.Database.BeginTransactionAsync(ct);
        if (await LockAsync(tenantId, id, ct) is not { } row)
            return NotFound(id);
        if (row.Status != VersionStatus.Draft)
            return NotADraft(row, "deleted");
        try
        {
            // The version itself is not locked: somebody may be publishing it.
            if (await db.PipelineVersions.Where(v => v.Id == id && v.Status == row.Version.Status).ExecuteDeleteAsync(ct) == 0)
                return Problems.BadRequest("workflow_not_draft", $"Workflow {id} has just left draft; only drafts can be deleted.");
            await db.Pipelines.Where(p => p.Id == row.Pipeline.Id && !db.PipelineVersions.Any(v => v.PipelineId == p.Id)).ExecuteDeleteAsync(ct);
        }
        catch (PostgresException ex) when (ex.SqlState == PostgresErrorCodes.ForeignKeyViolation)
        {
            return Problems.Conflict("in_use", $"Workflow {id} has runs or triggers, from a time when it was published. Archive it instead.");
        }

        await transaction.CommitAsync(ct);
        return null;
    }

    private static ProblemHttpResult NotFound(Guid id) => Problems.NotFound("workflow", id);

    private static ProblemHttpResult NotADraft(WorkflowRow row, string wish) => row.Status == VersionStatus.Draft
        ? Problems.BadRequest("workflow_frozen", $"Workflow {row.Version.Id} was published once, so it can no longer be {wish}. Duplicate it and change the copy.")
        : Problems.BadRequest("workflow_not_draft", $"Workflow {row.Version.Id} is {EnumText.Of(WorkflowStatuses.Of(row.Status))}; only a draft can be {wish}. Duplicate it and change the copy.");

    private static string? TextOrNull(string? text) => string.IsNullOrEmpty(text) ? null : text;

    private IQueryable<WorkflowRow> Rows(Guid tenantId) =>
        from version in db.PipelineVersions.AsNoTracking()
        join pipeline in db.Pipelines.AsNoTracking() on version.PipelineId equals pipeline.Id
        where version.TenantId == tenantId
        select new WorkflowRow { Version = version, Pipeline = pipeline };

    /// <summary>The workflow to be changed, read after its pipeline was locked.</summary>
    private async Task<WorkflowRow?> LockAsync(Guid tenantId, Guid id, CancellationToken ct)
    {
        if (await FindAsync(tenantId, id, ct) is not { } seen || !await versions.LockPipelineAsync(tenantId, seen.Pipeline.Id, ct))
            return null;
        var version = await db.PipelineVersions.SingleOrDefaultAsync(row => row.Id == id, ct);
        return version is null ? null : new WorkflowRow { Version = version, Pipeline = await db.Pipelines.SingleAsync(row => row.Id == version.PipelineId, ct) };
    }

    private async Task<Outcome<Workflow>> ViewAsync(Guid tenantId, Guid id, CancellationToken ct) =>
        await FindAsync(tenantId, id, ct) is { } row ? row.ToView() : NotFound(id);
}
