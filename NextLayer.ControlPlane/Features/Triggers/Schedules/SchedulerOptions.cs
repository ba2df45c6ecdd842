using System.ComponentModel.DataAnnotations;

namespace NextLayer.ControlPlane.Features.Triggers.Schedules;

/// <summary>Section <c>Scheduler</c>.</summary>
internal sealed class SchedulerOptions
{
    /// <summary>A planned time that comes up this late, in seconds, is still on time; later ones are left to <c>catch_up</c>.</summary>
    [Range(1, 3600)]
    public double GraceSeconds { get; set; } = 60;

    /// <summary>
    /// Longest sleep, in seconds. A replica hears of its own schedules at once; those that another one made and cannot fire,
    /// because it died, are seen after this time.
    /// </summary>
    [Range(0.05, 60)]
    public double LongestSleepSeconds { get; set; } = 15;
}
