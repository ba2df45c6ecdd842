namespace NextLayer.Contracts.Client;

/// <summary>Where the control plane is and who calls it.</summary>
public sealed record NextLayerClientOptions
{
    /// <summary>Such as <c>http://localhost:8000</c>; a path before <c>/api</c> is kept.</summary>
    public required Uri BaseAddress { get; init; }

    /// <summary>Sent as <c>X-API-Key</c>.</summary>
    public string? ApiKey { get; init; }

    /// <summary>Sent as <c>Authorization: Bearer</c>.</summary>
    public string? BearerToken { get; init; }

    /// <summary>Sent as <c>X-Tenant-Id</c>: the tenant in which the Workflow API acts. Null leaves it to the control plane.</summary>
    public Guid? TenantId { get; init; }

    /// <summary>Longest time of one call, 100 s by default; watching has no limit.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(100);
}

/// <summary>How a run is watched.</summary>
public sealed record WatchOptions
{
    /// <summary>Pause after the first lost connection; doubled each time up to <see cref="MaxBackoff"/>, ±20 %.</summary>
    public TimeSpan Backoff { get; init; } = TimeSpan.FromMilliseconds(200);

    /// <summary>5 s by default. Where no WebSocket gets through, events come by polling at this interval.</summary>
    public TimeSpan MaxBackoff { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>False never opens a WebSocket and only polls.</summary>
    public bool UseWebSocket { get; init; } = true;

    public TimeProvider Time { get; init; } = TimeProvider.System;
}
