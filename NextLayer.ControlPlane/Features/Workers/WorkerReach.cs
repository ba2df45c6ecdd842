using Microsoft.AspNetCore.Http.HttpResults;
using NextLayer.Contracts.Runs;
using NextLayer.Contracts.Workers;
using NextLayer.ControlPlane.Platform.Access;
using NextLayer.ControlPlane.Platform.Errors;

namespace NextLayer.ControlPlane.Features.Workers;

/// <summary>
/// Keeps a worker of certain tenants to their runs. What it says of another's is read as if it held no lease there, so
/// that it is answered like what is not there.
/// </summary>
internal sealed class WorkerReach(RowOwners owners)
{
    private static readonly Guid NoToken = Guid.Empty;

    /// <summary>Whose runs a claim may take: null for everybody's.</summary>
    /// <returns>The tenant, or a problem; <c>Nothing</c> where it asks for runs it may not have.</returns>
    public static (Guid? TenantId, bool Nothing, ProblemHttpResult? Problem) Narrow(CallerScope scope, Guid? asked) => (scope.Tenants, asked) switch
    {
        (null, _) => (asked, false, null),
        (_, { } one) => (one, !scope.Covers(one), null),
        ([var only], null) => (only, false, null),
        _ => (null, false, Problems.BadRequest("tenant_required", "You may claim the runs of several tenants: name one in tenant_id.")),
    };

    public async ValueTask<IReadOnlyList<RunReport>> NarrowAsync(CallerScope scope, IReadOnlyList<RunReport> reports, CancellationToken ct)
    {
        if (scope.IsEverything)
            return reports;
        var tenantOf = await owners.FindRunsAsync(reports.Select(report => report.RunId), ct);
        return [.. reports.Select(report => IsForeign(scope, tenantOf, report.RunId) ? report with { Lease = report.Lease with { Token = NoToken } } : report)];
    }

    /// <summary>A worker of one tenant is known as that tenant's, whatever it says.</summary>
    public async ValueTask<WorkerHeartbeatRequest> NarrowAsync(CallerScope scope, WorkerHeartbeatRequest beat, CancellationToken ct)
    {
        if (scope.Tenants is not { } tenants)
            return beat;
        var tenantOf = await owners.FindRunsAsync(beat.Runs.Select(run => run.RunId), ct);
        IReadOnlyList<HeldRun> within = [.. beat.Runs.Select(run => IsForeign(scope, tenantOf, run.RunId) ? run with { Lease = run.Lease with { Token = NoToken } } : run)];
        return beat with { Runs = within, TenantId = beat.TenantId is { } named && tenants.Contains(named) ? named : tenants[0] };
    }

    private static bool IsForeign(CallerScope scope, IReadOnlyDictionary<Guid, Guid> tenantOf, Guid runId) =>
        tenantOf.TryGetValue(runId, out var tenant) && !scope.Covers(tenant);
}
