using NextLayer.Contracts.Runs;

namespace NextLayer.ControlPlane.Features.Runs.Creating;

/// <summary>How a wish for a run ended.</summary>
internal abstract record CreateOutcome
{
    /// <param name="CreatedAt">By the database's clock.</param>
    public sealed record Created(RunCreated Run, DateTimeOffset CreatedAt) : CreateOutcome;

    /// <summary>The idempotency key is known: the same request before, or another one.</summary>
    public sealed record KeyTaken : CreateOutcome;

    public sealed record VersionNotFound(Guid VersionId) : CreateOutcome;

    public sealed record VersionNotApproved(Guid VersionId) : CreateOutcome;

    /// <summary>Sentences by path in the request.</summary>
    public sealed record BadParameters(IReadOnlyDictionary<string, string[]> Errors) : CreateOutcome;
}
