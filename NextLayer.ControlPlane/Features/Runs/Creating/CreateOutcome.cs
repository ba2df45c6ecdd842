using NextLayer.Contracts.Runs;
using NextLayer.ControlPlane.Features.Quotas;

namespace NextLayer.ControlPlane.Features.Runs.Creating;

/// <summary>How a wish for a run ended.</summary>
internal abstract record CreateOutcome
{
    /// <summary>What is left of the tenant's daily limit; null where it has none, or where nobody got as far as asking.</summary>
    public TenantQuota? Quota { get; init; }

    /// <param name="CreatedAt">By the database's clock.</param>
    public sealed record Created(RunCreated Run, DateTimeOffset CreatedAt) : CreateOutcome;

    /// <summary>The idempotency key is known: the same request before, or another one.</summary>
    public sealed record KeyTaken : CreateOutcome;

    public sealed record VersionNotFound(Guid VersionId) : CreateOutcome;

    public sealed record VersionNotApproved(Guid VersionId) : CreateOutcome;

    /// <summary>Sentences by path in the request.</summary>
    public sealed record BadParameters(IReadOnlyDictionary<string, string[]> Errors) : CreateOutcome;

    /// <summary>The tenant has made its runs of the day; <see cref="Quota"/> is set.</summary>
    /// <param name="Asked">Runs the call wanted to make, all or none.</param>
    public sealed record QuotaExceeded(int Asked = 1) : CreateOutcome;
}
