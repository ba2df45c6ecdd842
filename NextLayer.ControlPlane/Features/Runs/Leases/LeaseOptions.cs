using System.ComponentModel.DataAnnotations;

namespace NextLayer.ControlPlane.Features.Runs.Leases;

/// <summary>Section <c>Lease</c>.</summary>
internal sealed class LeaseOptions
{
    /// <summary>Lease of a claim that names none, in seconds: long, for people and scripts that never heartbeat.</summary>
    [Range(1, 3600)]
    public int DefaultSeconds { get; set; } = 300;

    /// <summary>Time between two looks for expired leases, in seconds.</summary>
    [Range(0.05, 60)]
    public double ReapIntervalSeconds { get; set; } = 5;

    /// <summary>
    /// Unbroken contact with Postgres needed before anything is reaped, in seconds: after an outage the workers get
    /// one lease's time to renew.
    /// </summary>
    [Range(0, 3600)]
    public double ReapGraceSeconds { get; set; } = 30;

    /// <summary>Lost leases in one generation after which a run is FAILED <c>worker_lost</c>.</summary>
    [Range(1, 100)]
    public int MaxLosses { get; set; } = 3;

    /// <summary>Time between two looks for paused runs that are due, in seconds.</summary>
    [Range(0.05, 60)]
    public double WakeIntervalSeconds { get; set; } = 1;
}
