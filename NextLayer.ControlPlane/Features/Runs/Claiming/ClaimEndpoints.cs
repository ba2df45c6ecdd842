using NextLayer.Contracts.Access;
using NextLayer.Contracts.Runs;
using NextLayer.ControlPlane.Features.Versions;
using NextLayer.ControlPlane.Features.Workers;
using NextLayer.ControlPlane.Platform;
using NextLayer.ControlPlane.Platform.Access;

namespace NextLayer.ControlPlane.Features.Runs.Claiming;

internal static class ClaimEndpoints
{
    public static void MapClaiming(this RouteGroupBuilder runs) =>
        runs.MapPost("/claim", ClaimAsync).DisableRateLimiting().Requires(Permission.Work).WithName("ClaimRuns")
            .WithSummary("Gives queued runs to a worker, each to one only.")
            .Produces<ClaimedOne>().Produces<ClaimedMany>();

    private static async Task<IResult> ClaimAsync(
        ClaimRequest request, CallerScope scope, RunClaimer claimer, ClaimAnswers answers, CancellationToken ct)
    {
        var (tenantId, nothing, problem) = WorkerReach.Narrow(scope, request.TenantId);
        if (problem is not null)
            return problem;
        var rows = nothing ? [] : await claimer.ClaimAsync(request with { TenantId = tenantId }, ct);
        return request.MaxRuns is null
            ? TypedResults.Ok(await answers.OneAsync(rows, ct))
            : TypedResults.Ok(await answers.ManyAsync(rows, ct));
    }
}

/// <summary>Adds to claimed runs what a worker needs to execute them: the definition, and what earlier attempts left.</summary>
internal sealed class ClaimAnswers(
    VersionCatalog versions, ClaimedStepStore steps, ClaimedChildStore children, RunDeadlines deadlines, Telemetry telemetry)
{
    public async Task<ClaimedOne> OneAsync(IReadOnlyList<ClaimedRow> rows, CancellationToken ct)
    {
        if (rows.Count == 0)
            return new ClaimedOne { Claimed = false };
        var claimed = (await DescribeAsync(rows, ct))[0];
        return new ClaimedOne
        {
            Claimed = true,
            Run = claimed.Run,
            PipelineVersion = claimed.PipelineVersion,
            Lease = claimed.Lease,
            Steps = claimed.Steps.Count > 0 ? claimed.Steps : null,
        };
    }

    public async Task<ClaimedMany> ManyAsync(IReadOnlyList<ClaimedRow> rows, CancellationToken ct) =>
        new() { Claimed = rows.Count > 0, Runs = await DescribeAsync(rows, ct) };

    private async Task<IReadOnlyList<ClaimedRun>> DescribeAsync(IReadOnlyList<ClaimedRow> rows, CancellationToken ct)
    {
        var stepsOf = await steps.ReadAsync([.. rows.Where(r => r.HasSteps).Select(r => r.Run.Id)], ct);
        var childOf = await children.ReadAsync([.. rows.Where(r => r.Run.ParentRunId is not null).Select(r => r.Run)], ct);
        var limits = new List<(Guid RunId, double Seconds)>();
        var runs = new List<ClaimedRun>(rows.Count);
        foreach (var row in rows)
        {
            telemetry.RunClaimed(row.Run);
            var version = await versions.GetAsync(row.Run.PipelineVersionId, ct)
                ?? throw new InvalidOperationException($"Run {row.Run.Id} names version {row.Run.PipelineVersionId}, which is gone.");
            var part = version.Part(row.BodyPath);
            if (part.TimeoutSeconds is { } seconds && row.Run.DeadlineAt is null)
                limits.Add((row.Run.Id, seconds));
            runs.Add(new ClaimedRun
            {
                Run = row.Run,
                PipelineVersion = new ClaimedVersion { Id = version.Id, Status = row.VersionStatus, BodyPath = row.BodyPath, DagSpec = part.Json },
                Lease = row.Lease,
                Steps = [.. stepsOf[row.Run.Id]],
                Child = childOf.GetValueOrDefault(row.Run.Id),
            });
        }

        await deadlines.SetAsync(limits, ct);
        return runs;
    }
}
