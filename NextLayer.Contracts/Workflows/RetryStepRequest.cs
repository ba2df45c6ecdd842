using System.ComponentModel.DataAnnotations;

namespace NextLayer.Contracts.Workflows;

/// <summary>Body of <c>POST /api/v1/runs/{id}/retry-step</c>: ends the pause before a failed step's next attempt.</summary>
public sealed record RetryStepRequest
{
    /// <summary>The step whose next attempt is put off.</summary>
    [StringLength(200, MinimumLength = 1)]
    public required string StepId { get; init; }

    /// <summary>
    /// Number of the failed attempt that is meant. A repeat that comes late then never touches the pause after another
    /// failure. Null means the newest.
    /// </summary>
    [Range(1, int.MaxValue)]
    public int? Attempt { get; init; }
}
