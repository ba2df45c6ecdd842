using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using NextLayer.Contracts.Access;
using NextLayer.Contracts.Registry;
using NextLayer.ControlPlane.Platform.Access;
using NextLayer.ControlPlane.Platform.Database;
using NextLayer.ControlPlane.Platform.Errors;
using NextLayer.ControlPlane.Platform.Registry;

namespace NextLayer.ControlPlane.Features.Versions;

/// <summary>Reads and changes pipeline versions.</summary>
internal sealed class PipelineVersionStore(RegistryContext db, RunIds ids)
{
    /// <remarks>Runs in the transaction of <see cref="RegistryWrites.CreateAsync"/>: the pipeline stays locked until it ends.</remarks>
    public async Task<Outcome<PipelineVersionCreated>> CreateAsync(CreatePipelineVersionRequest request, CancellationToken ct)
    {
        if (DefinitionCheck.RefuseShape(request.DagSpec, request.InputSchema) is { } unfit)
            return unfit;
        if (!await LockPipelineAsync(request.TenantId, request.PipelineId, ct))
            return Problems.NotFound("pipeline", request.PipelineId);
        var definition = request.DagSpec?.GetRawText() ?? JsonObjects.Empty;
        var added = await AddAsync(request.TenantId, request.PipelineId, request.Version, definition, request.InputSchema?.GetRawText(), ct);
        return added.Value is { } version ? version.ToCreated() : added.Problem!; // One of the two is there.
    }

    /// <summary>Makes a draft with the definition and input schema of another version of the same pipeline.</summary>
    /// <remarks>As <see cref="CreateAsync"/>.</remarks>
    public async Task<Outcome<PipelineVersionRow>> CopyAsync(PipelineVersionRow source, CancellationToken ct)
    {
        if (!await LockPipelineAsync(source.TenantId, source.PipelineId, ct))
            return Problems.NotFound("pipeline", source.PipelineId);
        return await AddAsync(source.TenantId, source.PipelineId, label: null, source.Definition, source.InputSchema, ct);
    }

    // The pipeline must be locked: the number is the next one.
    private async Task<Outcome<PipelineVersionRow>> AddAsync(
        Guid tenantId, Guid pipelineId, string? label, string definition, string? inputSchema, CancellationToken ct)
    {
        var number = 1 + (await db.PipelineVersions.Where(row => row.PipelineId == pipelineId).MaxAsync(row => (int?)row.VersionNumber, ct) ?? 0);
        var version = new PipelineVersionRow
        {
            Id = ids.Next(),
            TenantId = tenantId,
            PipelineId = pipelineId,
            Version = label ?? await FreeLabelAsync(pipelineId, number, ct),
            VersionNumber = number,
            Status = EnumText.Of(VersionStatus.Draft),
            Definition = definition,
            InputSchema = inputSchema,
        };
        db.PipelineVersions.Add(version);
        return await SaveAsync(version, ct) is { } taken ? taken : version;
    }

    // v4 for number 4, unless somebody gave another version that label: then v4.2, v4.3 …
    private async Task<string> FreeLabelAsync(Guid pipelineId, int number, CancellationToken ct)
    {
        var label = $"v{number}";
        var taken = await db.PipelineVersions
            .Where(row => row.PipelineId == pipelineId && row.Version.StartsWith(label)).Select(row => row.Version).ToListAsync(ct);
        for (var i = 2; taken.Contains(label); i++)
            label = $"v{number}.{i}";
        return label;
    }

    public async Task<PipelineVersion?> FindAsync(Guid id, CancellationToken ct) =>
        (await db.PipelineVersions.AsNoTracking().SingleOrDefaultAsync(row => row.Id == id, ct))?.ToView();

    public Task<Page<PipelineVersion>> ListAsync(
        Guid? tenantId, Guid? pipelineId, string? status, PageQuery page, HttpContext context, CancellationToken ct)
    {
        var rows = db.PipelineVersions.Where(row => row.TestOf == null);
        if (tenantId is not null)
            rows = rows.Where(row => row.TenantId == tenantId);
        if (pipelineId is not null)
            rows = rows.Where(row => row.PipelineId == pipelineId);
        if (status is not null)
            rows = rows.Where(row => row.Status == status);
        return rows.ToPageAsync(page, row => row.ToView(), context, ct);
    }

    public async Task<Outcome<PipelineVersion>> UpdateAsync(Guid id, UpdatePipelineVersionRequest request, CancellationToken ct)
    {
        if (DefinitionCheck.RefuseShape(request.DagSpec, request.InputSchema.Or(null)) is { } unfit)
            return unfit;
        if (await db.PipelineVersions.SingleOrDefaultAsync(row => row.Id == id, ct) is not { } version)
            return Problems.NotFound("pipeline_version", id);
        if (version.FrozenAt is not null && (request.DagSpec is not null || request.InputSchema.IsSet))
            return Problems.Conflict(
                "version_frozen", $"Version {version.Version} has left DRAFT once; its definition and input schema cannot change. Make a new version.");
        version.Version = request.Version ?? version.Version;
        version.Definition = request.DagSpec?.GetRawText() ?? version.Definition;
        if (request.InputSchema.IsSet)
            version.InputSchema = request.InputSchema.Value?.GetRawText();
        return await SaveAsync(version, ct) is { } taken ? taken : version.ToView();
    }

    /// <summary>
    /// Any status may follow any other. The first one after DRAFT freezes definition and input schema for good, since
    /// runs and caches rely on them from then on.
    /// </summary>
    public Task<Outcome<PipelineVersionCreated>> ChangeStatusAsync(Guid id, VersionStatus status, string? note, CancellationToken ct) =>
        ChangeStatusAsync(id, status, note, DefinitionCheck.QueueMember, ct);

    /// <param name="member">What the caller's API calls the definition.</param>
    public async Task<Outcome<PipelineVersionCreated>> ChangeStatusAsync(Guid id, VersionStatus status, string? note, string member, CancellationToken ct)
    {
        await using var transaction = await db.Database.BeginTransactionAsync(ct);
        if (await db.PipelineVersions.SingleOrDefaultAsync(row => row.Id == id, ct) is not { } version)
            return Problems.NotFound("pipeline_version", id);
        if (version.TestOf is not null)
            return Problems.Conflict("version_is_test", $"Version {id} is the copy that a test of a draft ran; its status cannot change. Approve the draft.");
        if (status == VersionStatus.Approved && DefinitionCheck.Refuse(version.ToView().DagSpec, member) is { } invalid)
            return invalid;
        if (version.Status != EnumText.Of(status))
            await ReviewAsync(version, status, note, ct);
        await db.SaveChangesAsync(ct); // Refused when the definition was changed since it was read.
        await transaction.CommitAsync(ct);
        return version.ToCreated();
    }

    private async Task ReviewAsync(PipelineVersionRow version, VersionStatus status, string? note, CancellationToken ct)
    {
        var now = await NowAsync(ct);
        version.Status = EnumText.Of(status);
        version.StatusBy = Caller.Current?.KnownLabel;
        version.StatusAt = now;
        version.StatusNote = note;
        if (status != VersionStatus.Draft)
            version.FrozenAt ??= now;
    }

    /// <returns>Null when it is gone.</returns>
    public Task<ProblemHttpResult?> DeleteAsync(Guid id, CancellationToken ct) =>
        db.PipelineVersions.Where(row => row.Id == id).TryDeleteAsync(
            Problems.NotFound("pipeline_version", id),
            "pipeline version",
            async () => [(await CountRunsAsync(id, ct), "run", "runs")],
            ct);

    /// <summary>
    /// Until the transaction ends nobody else makes a version of the pipeline or deletes its last one. Runs and other
    /// pipelines are not held up.
    /// </summary>
    /// <returns>False when the tenant has no such pipeline.</returns>
    public async Task<bool> LockPipelineAsync(Guid tenantId, Guid pipelineId, CancellationToken ct) =>
        CallerScope.Current.Covers(tenantId)
        && (await db.Database.SqlQuery<Guid>(
            $"""SELECT id AS "Value" FROM pipelines WHERE id = {pipelineId} AND tenant_id = {tenantId} FOR NO KEY UPDATE""")
            .ToListAsync(ct)).Count == 1;

    private async Task<DateTimeOffset> NowAsync(CancellationToken ct) =>
        (await db.Database.SqlQuery<DateTimeOffset>($"""SELECT now() AS "Value" """).ToListAsync(ct))[0];

    private async Task<int> CountRunsAsync(Guid id, CancellationToken ct) =>
        (await db.Database.SqlQuery<int>(
            $"""SELECT count(*)::int AS "Value" FROM pipeline_runs WHERE pipeline_version_id = {id}""").ToListAsync(ct))[0];

    private async Task<ProblemHttpResult?> SaveAsync(PipelineVersionRow version, CancellationToken ct)
    {
        try
        {
            await db.SaveChangesAsync(ct);
            return null;
        }
        catch (DbUpdateException ex) when (ex.UniqueViolation() is not null)
        {
            return Problems.Conflict("version_taken", $"The pipeline has a version {version.Version} already.");
        }
    }
}
