using NextLayer.ControlPlane.Features.Quotas;

namespace NextLayer.ControlPlane.Features.Runs.Creating;

/// <summary>What became of runs that were to be inserted.</summary>
/// <param name="Made">Times of creation, by the database's clock, of those that were.</param>
/// <param name="Quotas">What is left, after them, to those of their tenants that have a limit and asked for more than nothing.</param>
internal sealed record InsertedRuns(IReadOnlyDictionary<Guid, DateTimeOffset> Made, IReadOnlyDictionary<Guid, TenantQuota> Quotas)
{
    private static readonly Dictionary<Guid, TenantQuota> NoQuotas = [];

    public static InsertedRuns WithoutLimit(IReadOnlyDictionary<Guid, DateTimeOffset> made) => new(made, NoQuotas);

    public bool Has(NewRun run) => Made.ContainsKey(run.Id);

    /// <summary>True when it was not made and its tenant has nothing left; another reason may stand in its way besides.</summary>
    public bool IsOverQuota(NewRun run) => !Has(run) && Quotas.GetValueOrDefault(run.TenantId) is { Remaining: 0 };
}
