using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Configuration;

namespace NextLayer.Worker.Platform;

/// <summary>Settings of the worker. They are plain names without a section, as in the first worker's documents.</summary>
internal sealed class WorkerOptions
{
    /// <summary>
    /// Address of the control plane, several separated by commas. Absent: service discovery
    /// (<c>services:control-plane:http:0</c> …), else <see cref="ControlPlaneAddresses.Default"/>.
    /// </summary>
    [ConfigurationKeyName("CP_BASE")]
    public string? ControlPlaneBase { get; set; }

    /// <summary>Sent as <c>X-API-Key</c>; needed where the control plane asks for credentials.</summary>
    [ConfigurationKeyName("CP_API_KEY")]
    public string? ApiKey { get; set; }

    /// <summary>Pause after a failed call, and after an empty answer that came without waiting.</summary>
    [ConfigurationKeyName("POLL_SECONDS")]
    [Range(0.01, 300, ErrorMessage = "POLL_SECONDS must be between 0.01 and 300 seconds.")]
    public double PollSeconds { get; set; } = 1.5;

    /// <summary>Name under which the worker claims and is listed; <c>{hostname}:{pid}</c> when empty.</summary>
    [ConfigurationKeyName("WORKER_ID")]
    [StringLength(200, ErrorMessage = "WORKER_ID must have at most 200 characters.")]
    public string WorkerId { get; set; } = "";

    /// <summary>Claim only this tenant's runs; null claims any tenant's.</summary>
    [ConfigurationKeyName("TENANT_ID")]
    public Guid? TenantId { get; set; }

    /// <summary>Runs executing at once.</summary>
    [ConfigurationKeyName("SLOTS")]
    [Range(1, 5000, ErrorMessage = "SLOTS must be between 1 and 5000.")]
    public int Slots { get; set; } = 64;

    /// <summary>Steps of one run executing at once.</summary>
    [ConfigurationKeyName("STEPS_PER_RUN")]
    [Range(1, 500, ErrorMessage = "STEPS_PER_RUN must be between 1 and 500.")]
    public int StepsPerRun { get; set; } = 16;

    /// <summary>Steps of all runs executing at once; 0 takes four times <see cref="Slots"/>.</summary>
    [ConfigurationKeyName("STEPS_AT_ONCE")]
    [Range(0, 20_000, ErrorMessage = "STEPS_AT_ONCE must be between 0 and 20000.")]
    public int StepsAtOnce { get; set; }

    /// <summary>Processes that carry out JavaScript at once; 0 takes one for each processor, two at least.</summary>
    [ConfigurationKeyName("SANDBOXES")]
    [Range(0, 256, ErrorMessage = "SANDBOXES must be between 0 and 256.")]
    public int Sandboxes { get; set; }

    /// <summary>How long the control plane waits for a sign of life before it gives a run to another worker.</summary>
    [ConfigurationKeyName("LEASE_SECONDS")]
    [Range(2, 3600, ErrorMessage = "LEASE_SECONDS must be between 2 and 3600.")]
    public int LeaseSeconds { get; set; } = 30;

    /// <summary>Time between two heartbeats.</summary>
    [ConfigurationKeyName("HEARTBEAT_SECONDS")]
    [Range(0.1, 30, ErrorMessage = "HEARTBEAT_SECONDS must be between 0.1 and 30 seconds.")]
    public double HeartbeatSeconds { get; set; } = 10;

    /// <summary>How long a claim waits at the control plane for work; 0 turns to polling.</summary>
    [ConfigurationKeyName("CLAIM_WAIT_SECONDS")]
    [Range(0, 30, ErrorMessage = "CLAIM_WAIT_SECONDS must be between 0 and 30 seconds.")]
    public double ClaimWaitSeconds { get; set; } = 20;

    /// <summary>Time that running steps get to finish after a request to stop.</summary>
    [ConfigurationKeyName("GRACE_SECONDS")]
    [Range(0, 3600, ErrorMessage = "GRACE_SECONDS must be between 0 and 3600 seconds.")]
    public double GraceSeconds { get; set; } = 25;

    /// <summary>Where people answer, for links in what tells them that an approval waits; null leaves the link out.</summary>
    [ConfigurationKeyName("DASHBOARD_URL")]
    public string? DashboardUrl { get; set; }

    /// <summary><see cref="DashboardUrl"/> with a slash at its end; null where it is absent or no web address.</summary>
    public Uri? Dashboard => Uri.TryCreate($"{DashboardUrl?.TrimEnd('/')}/", UriKind.Absolute, out var url) && url.Scheme is "http" or "https" ? url : null;

    public int SandboxesAtOnce => Sandboxes > 0 ? Sandboxes : Math.Max(Environment.ProcessorCount, 2);
    public TimeSpan Poll => TimeSpan.FromSeconds(PollSeconds);
    public TimeSpan Lease => TimeSpan.FromSeconds(LeaseSeconds);
    public TimeSpan Heartbeat => TimeSpan.FromSeconds(HeartbeatSeconds);
    public TimeSpan ClaimWait => TimeSpan.FromSeconds(ClaimWaitSeconds);
    public TimeSpan Grace => TimeSpan.FromSeconds(GraceSeconds);

    public static string DefaultWorkerId => $"{Environment.MachineName}:{Environment.ProcessId}";
}
