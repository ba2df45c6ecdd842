using System.ComponentModel.DataAnnotations;

namespace NextLayer.Contracts.Runs;

/// <summary>Body of <c>POST /api/runs/{id}/complete</c>.</summary>
public sealed record CompleteRunRequest
{
    /// <summary>SUCCEEDED, FAILED or CANCELLED.</summary>
    public required RunStatus Status { get; init; }

    /// <summary>Needed when FAILED; at most 8,192 characters are kept.</summary>
    public string? ErrorMessage { get; init; }

    /// <summary>Absent: the run only has to be RUNNING. Given: it must still be the run's own.</summary>
    public Lease? Lease { get; init; }
}

/// <summary>Body of <c>POST /api/runs/{id}/heartbeat</c>.</summary>
public sealed record RunHeartbeatRequest
{
    [StringLength(200, MinimumLength = 1)]
    public required string WorkerId { get; init; }

    public required Lease Lease { get; init; }
}

/// <summary>Body of <c>POST /api/runs/{id}/cancel</c>; the body may be left out.</summary>
public sealed record CancelRunRequest
{
    /// <summary>Shown as the run's <c>error_message</c>.</summary>
    [StringLength(1000)]
    public string? Reason { get; init; }
}
